/* What there is to say of weights in 8 bits: quantize.json, and on the terminal. */
#include "core/i18n.h"
#include "core/json.h"
#include "train/ask/quantizing.h"
#include "train/measure/results.h"

static json_t *worth_json(const lince_quantized_worth *w)
{
    return lince_json_pack("{s:I, s:f, s:f, s:f, s:f, s:f}", "n", (json_int_t)w->n, "before", w->before,
                           "after", w->after, "difference", w->difference.value, "low", w->difference.low,
                           "high", w->difference.high);
}

static json_t *speed_json(const lince_quantizing *q)
{
    json_t *all = json_array();
    for (int i = 0; i < LINCE_QUANTIZED_SPEEDS && !q->options.untimed; i++)
        lince_json_add(&all, lince_json_pack("{s:i, s:f, s:f}", "batch", q->speed[i].batch, "float_ms",
                                             q->speed[i].before, "int8_ms", q->speed[i].after));
    return all;
}

int lince_quantizing_write(const lince_quantizing *q)
{
    json_t *json =
        lince_json_pack("{s:s, s:s, s:s, s:I, s:f, s:f, s:f, s:o, s:o}", "file", q->file, "ranges",
                        lince_range_method_name(q->method), "floats", q->names.data ? q->names.data : "",
                        "samples", (json_int_t)q->samples, "max_loss", q->options.max_loss, "bytes_before",
                        q->bytes_before, "bytes_after", q->bytes_after, "speed", speed_json(q), "validation",
                        worth_json(&q->validation));
    if (q->test.n) lince_json_put(&json, "test", worth_json(&q->test));
    return lince_write_json(q->m->run, "quantize.json", json, JSON_INDENT(2));
}

static void put_worth(lince_buffer *out, const char *part, const lince_quantized_worth *w)
{
    lince_buffer_printf(
        out,
        _("accuracy on the %s part (samples: %zu): %.2f %% in floats, %.2f %% in 8 bits; difference %+.2f "
          "points (95 %% interval: %+.2f to %+.2f)\n"),
        part, w->n, 100 * w->before, 100 * w->after, 100 * w->difference.value, 100 * w->difference.low,
        100 * w->difference.high);
}

int lince_quantizing_tell(const lince_quantizing *q, char **text)
{
    lince_buffer out = {0};
    lince_buffer_printf(&out, _("%s: %.1f MB instead of %.1f MB\n"), q->file, q->bytes_after / 1e6,
                        q->bytes_before / 1e6);
    put_worth(&out, lince_part_title(LINCE_VAL), &q->validation);
    if (q->test.n) put_worth(&out, lince_part_title(LINCE_TEST), &q->test);
    for (int i = 0; i < LINCE_QUANTIZED_SPEEDS && !q->options.untimed; i++)
        lince_buffer_printf(
            &out,
            _("a batch of %d on one thread: %.3f ms in floats, %.3f ms in 8 bits (%.2f times as fast)\n"),
            q->speed[i].batch, q->speed[i].before, q->speed[i].after, q->speed[i].before / q->speed[i].after);
    lince_buffer_printf(&out, _("ranges by %s (samples: %zu); in floats:%s\n"),
                        lince_range_method_name(q->method), q->samples,
                        q->names.size ? q->names.data : _(" none"));
    int code = out.error; /* released, it has none */
    if (code) lince_buffer_release(&out);
    *text = out.data;
    return code;
}
