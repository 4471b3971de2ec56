/* lince_model_check_export: the same samples through lince's net and, by Python, through ONNX Runtime. */
#include <lince/onnx.h>

#include "core/error.h"
#include "core/file.h"
#include "core/memory.h"
#include "core/number.h"
#include "core/plain_locale.h"
#include "modality/probe.h"
#include "train/ask/model_internal.h"
#include "train/measure/scoring.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern const unsigned char lince_check_export[]; /* check_export.py, embedded */
extern const size_t lince_check_export_size;

/* Of bytes a step at one place or another is rounded to the other side. */
static double most_of(const lince_model *m)
{
    return m->blueprint.floats ? 0.1 : 1e-5;
}

/* --- NumPy's files -------------------------------------------------------------------------------- */

/* Version 1.0: magic, the header's length, a Python dict padded to 64 bytes, the elements
 * (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html). */
static int write_npy(const char *folder, const lince_probe_feed *f)
{
    static const char *const kinds[] = {[LINCE_ONNX_FLOAT] = "<f4",
                                        [LINCE_ONNX_UINT8] = "|u1",
                                        [LINCE_ONNX_INT32] = "<i4",
                                        [LINCE_ONNX_INT64] = "<i8"};
    enum { BEFORE = 10, HEADER = 192 };
    char header[HEADER + 1], name[64];
    lince_file file;
    int n =
        snprintf(header, sizeof header, "{'descr': '%s', 'fortran_order': False, 'shape': (", kinds[f->type]);
    for (size_t i = 0; i < f->ndim; i++)
        n += snprintf(header + n, sizeof header - (size_t)n, "%lld, ", (long long)f->dims[i]);
    n += snprintf(header + n, sizeof header - (size_t)n, "), }");
    memset(header + n, ' ', (size_t)(HEADER - BEFORE - n));
    header[HEADER - BEFORE - 1] = '\n';
    snprintf(name, sizeof name, "%s.npy", f->name);
    LINCE_TRY(lince_file_open_in(&file, folder, name));
    fwrite("\x93NUMPY\x01\x00", 1, 8, file.stream);
    fputc((HEADER - BEFORE) & 255, file.stream);
    fputc((HEADER - BEFORE) >> 8, file.stream);
    fwrite(header, 1, HEADER - BEFORE, file.stream);
    fwrite(f->data, lince_probe_size(f), lince_probe_elements(f), file.stream);
    return lince_file_commit(&file);
}

/* --- lince's answers ------------------------------------------------------------------------------ */

static int write_scores(lince_model *m, const lince_probe *t, const char *folder)
{
    int classes = m->blueprint.classes;
    float *scores = lince_alloc((size_t)t->n * (size_t)classes, sizeof *scores);
    if (!scores) return LINCE_ENOMEM;
    lince_batch batch = {.n = t->n,
                         .input = {.x = t->x, .token = t->token, .length = t->length, .steps = t->steps}};
    lince_probe_feed feed = {
        .name = "lince", .type = LINCE_ONNX_FLOAT, .ndim = 2, .dims = {t->n, classes}, .data = scores};
    bool bf16 = m->blueprint.bf16;
    m->blueprint.bf16 = false; /* the file's products are of floats */
    m->batch = 0;
    int code = lince_model_use(m, t->n);
    if (!code) code = lince_score(m->net, NULL, &batch, scores);
    m->blueprint.bf16 = bf16;
    m->batch = 0;
    if (!code) code = write_npy(folder, &feed);
    lince_free(scores);
    return code;
}

static int write_probe(lince_model *m, bool preprocessing, const char *folder)
{
    enum { SAMPLES = 5 };
    const lince_blueprint *b = &m->blueprint;
    lince_probe probe = {0};
    int code = b->modality->try_out(b->encoder, SAMPLES, preprocessing, &probe);
    for (size_t i = 0; i < probe.feeds && !code; i++) code = write_npy(folder, &probe.feed[i]);
    if (!code) code = write_scores(m, &probe, folder);
    lince_probe_release(&probe);
    return code;
}

/* --- ONNX Runtime's ------------------------------------------------------------------------------- */

enum { SAID_MAX = 2000, NOT_INSTALLED = 3 };

/* Runs it; what it prints goes to the file `said`. Its exit status, or negative. */
static int run_python(const char *script, const char *model, const char *folder, const char *said)
{
    posix_spawn_file_actions_t actions;
    char *const arguments[] = {
        "python3", "-c", (char *)(uintptr_t)script, (char *)(uintptr_t)model, (char *)(uintptr_t)folder,
        NULL};
    pid_t pid;
    int status;
    if (posix_spawn_file_actions_init(&actions)) return lince_fail(LINCE_ENOMEM, "python3: out of memory");
    int error = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    if (!error)
        error = posix_spawn_file_actions_addopen(&actions, 1, said, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (!error) error = posix_spawn_file_actions_adddup2(&actions, 1, 2);
    if (!error) error = posix_spawnp(&pid, "python3", &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error)
        return lince_fail(LINCE_EUNSUPPORTED,
                          "--verify: python3: %s; it and its onnxruntime are needed for that",
                          lince_reason(error));
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR) return lince_fail(LINCE_EIO, "python3: %s", lince_reason(errno));
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

/* The last line of what it said. */
static const char *last_line(char *text)
{
    size_t size = strlen(text);
    while (size && (text[size - 1] == '\n' || text[size - 1] == ' ')) text[--size] = '\0';
    const char *end = strrchr(text, '\n');
    return end ? end + 1 : text;
}

static int judge(int status, char *said, const char *model, double most, double *difference)
{
    const char *line = last_line(said);
    if (status == NOT_INSTALLED)
        return lince_fail(
            LINCE_EUNSUPPORTED,
            "--verify: python3 has no onnxruntime (%.200s); install it: pip install onnxruntime", line);
    if (status) return lince_fail(LINCE_EDATA, "%s: ONNX Runtime cannot run it: %.500s", model, line);
    if (*lince_number_read(line, difference)) *difference = NAN; /* something else than a number */
    if (*difference <= most) return 0;
    return lince_fail(
        LINCE_ENUMERIC,
        "%s: ONNX Runtime's logits differ from lince's by %.2g of the largest; expected %.0e at most", model,
        *difference, most);
}

static int compare(const char *model, const char *folder, double most, double *difference)
{
    char said[LINCE_PATH_MAX],
        *text = NULL, *script = lince_strndup((const char *)lince_check_export, lince_check_export_size);
    size_t size;
    int status = script ? lince_path_join(said, folder, "said") : LINCE_ENOMEM;
    if (!status) status = run_python(script, model, folder, said);
    lince_free(script);
    if (status < 0) return status;
    int code = lince_file_read(said, 1 << 24, &text, &size);
    if (!code) code = judge(status, text, model, most, difference);
    lince_free(text);
    return code;
}

int lince_model_check_export(lince_model *m, const char *path, bool preprocessing, double *difference)
{
    LINCE_NEED(m);
    LINCE_NEED(path);
    LINCE_NEED(difference);
    LINCE_PLAIN_LOCALE;
    const char *place = getenv("TMPDIR");
    char folder[LINCE_PATH_MAX];
    *difference = NAN;
    if (!m->blueprint.modality->try_out)
        return lince_fail(LINCE_EUNSUPPORTED, "%s: models of these samples are not exported", m->path);
    LINCE_TRY(lince_path_join(folder, place && *place ? place : P_tmpdir, "lince-XXXXXX"));
    if (!mkdtemp(folder)) return lince_fail(LINCE_EIO, "%s: %s", folder, lince_reason(errno));
    int code = write_probe(m, preprocessing, folder);
    if (!code) code = compare(path, folder, most_of(m), difference);
    lince_remove_folder(folder);
    return code;
}
