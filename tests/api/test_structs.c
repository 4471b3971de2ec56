/* The structs of the public interface, field by field: where each one stands is what programs were compiled
 * with. tests/api/structs.txt keeps it. A field that is added stands at the end, and makes the struct larger;
 * anything else makes another interface (LINCE_INTERFACE in CMakeLists.txt). */
#include <lince/lince.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* "lince_observer 56: size 0, context 8" */
#define BEGIN(type)        fprintf(out, "%s %zu:", #type, sizeof(type))
#define FIELD(type, field) fprintf(out, " %s %zu", #field, offsetof(type, field))
#define END                fputc('\n', out)

static void list_structs(FILE *out)
{
    BEGIN(lince_fetchable);
    FIELD(lince_fetchable, name);
    FIELD(lince_fetchable, summary);
    FIELD(lince_fetchable, address);
    FIELD(lince_fetchable, bytes);
    FIELD(lince_fetchable, mebibytes);
    FIELD(lince_fetchable, sha256);
    END;
    BEGIN(lince_architecture_info);
    FIELD(lince_architecture_info, size);
    FIELD(lince_architecture_info, name);
    FIELD(lince_architecture_info, summary);
    FIELD(lince_architecture_info, paper);
    FIELD(lince_architecture_info, image_size);
    FIELD(lince_architecture_info, classes);
    FIELD(lince_architecture_info, parameters);
    FIELD(lince_architecture_info, multiply_adds);
    FIELD(lince_architecture_info, accuracy);
    END;
    BEGIN(lince_fetch_options);
    FIELD(lince_fetch_options, size);
    FIELD(lince_fetch_options, what);
    FIELD(lince_fetch_options, sha256);
    FIELD(lince_fetch_options, folder);
    FIELD(lince_fetch_options, url_base);
    FIELD(lince_fetch_options, stall_seconds);
    FIELD(lince_fetch_options, patience);
    FIELD(lince_fetch_options, most_bytes);
    END;
    BEGIN(lince_prediction);
    FIELD(lince_prediction, size);
    FIELD(lince_prediction, best);
    FIELD(lince_prediction, classes);
    FIELD(lince_prediction, probability);
    FIELD(lince_prediction, words);
    FIELD(lince_prediction, read);
    FIELD(lince_prediction, unknown);
    FIELD(lince_prediction, unsure);
    FIELD(lince_prediction, answered);
    END;
    BEGIN(lince_open_options);
    FIELD(lince_open_options, size);
    FIELD(lince_open_options, weights);
    FIELD(lince_open_options, architecture);
    FIELD(lince_open_options, normalize);
    FIELD(lince_open_options, classes);
    FIELD(lince_open_options, image_size);
    FIELD(lince_open_options, fit);
    FIELD(lince_open_options, interpolation);
    FIELD(lince_open_options, resize);
    FIELD(lince_open_options, strict);
    FIELD(lince_open_options, bytes);
    FIELD(lince_open_options, byte_count);
    END;
    BEGIN(lince_pixels);
    FIELD(lince_pixels, size);
    FIELD(lince_pixels, data);
    FIELD(lince_pixels, height);
    FIELD(lince_pixels, width);
    FIELD(lince_pixels, channels);
    FIELD(lince_pixels, row);
    FIELD(lince_pixels, pixel);
    FIELD(lince_pixels, channel);
    END;
    BEGIN(lince_confidence);
    FIELD(lince_confidence, size);
    FIELD(lince_confidence, least);
    FIELD(lince_confidence, samples);
    FIELD(lince_confidence, answered);
    FIELD(lince_confidence, right);
    FIELD(lince_confidence, low);
    FIELD(lince_confidence, high);
    END;
    BEGIN(lince_measures);
    FIELD(lince_measures, size);
    FIELD(lince_measures, samples);
    FIELD(lince_measures, classes);
    FIELD(lince_measures, loss);
    FIELD(lince_measures, accuracy);
    FIELD(lince_measures, macro_precision);
    FIELD(lince_measures, macro_recall);
    FIELD(lince_measures, macro_f1);
    FIELD(lince_measures, weighted_precision);
    FIELD(lince_measures, weighted_recall);
    FIELD(lince_measures, weighted_f1);
    FIELD(lince_measures, precision);
    FIELD(lince_measures, recall);
    FIELD(lince_measures, f1);
    FIELD(lince_measures, support);
    FIELD(lince_measures, confusion);
    END;
    BEGIN(lince_progress);
    FIELD(lince_progress, size);
    FIELD(lince_progress, phase);
    FIELD(lince_progress, epoch);
    FIELD(lince_progress, epochs);
    FIELD(lince_progress, step);
    FIELD(lince_progress, steps);
    FIELD(lince_progress, loss);
    FIELD(lince_progress, accuracy);
    FIELD(lince_progress, lr);
    FIELD(lince_progress, samples_per_second);
    FIELD(lince_progress, eta);
    END;
    BEGIN(lince_epoch_result);
    FIELD(lince_epoch_result, size);
    FIELD(lince_epoch_result, epoch);
    FIELD(lince_epoch_result, epochs);
    FIELD(lince_epoch_result, seconds);
    FIELD(lince_epoch_result, train_loss);
    FIELD(lince_epoch_result, train_accuracy);
    FIELD(lince_epoch_result, val_loss);
    FIELD(lince_epoch_result, val_accuracy);
    FIELD(lince_epoch_result, lr);
    FIELD(lince_epoch_result, samples_per_second);
    FIELD(lince_epoch_result, best);
    END;
    BEGIN(lince_observer);
    FIELD(lince_observer, size);
    FIELD(lince_observer, context);
    FIELD(lince_observer, note);
    FIELD(lince_observer, warning);
    FIELD(lince_observer, progress);
    FIELD(lince_observer, epoch);
    FIELD(lince_observer, stop);
    END;
    BEGIN(lince_quantize_options);
    FIELD(lince_quantize_options, size);
    FIELD(lince_quantize_options, calibrate);
    FIELD(lince_quantize_options, max_loss);
    FIELD(lince_quantize_options, path);
    FIELD(lince_quantize_options, untimed);
    END;
    BEGIN(lince_setting_info);
    FIELD(lince_setting_info, name);
    FIELD(lince_setting_info, short_name);
    FIELD(lince_setting_info, group);
    FIELD(lince_setting_info, value);
    FIELD(lince_setting_info, standard);
    FIELD(lince_setting_info, help);
    FIELD(lince_setting_info, list);
    END;
    BEGIN(lince_tune_options);
    FIELD(lince_tune_options, size);
    FIELD(lince_tune_options, space);
    FIELD(lince_tune_options, space_count);
    FIELD(lince_tune_options, space_file);
    FIELD(lince_tune_options, trials);
    FIELD(lince_tune_options, budget);
    FIELD(lince_tune_options, sampler);
    FIELD(lince_tune_options, objective);
    FIELD(lince_tune_options, least_epochs);
    FIELD(lince_tune_options, reduction);
    FIELD(lince_tune_options, jobs);
    END;
    BEGIN(lince_tune_leg);
    FIELD(lince_tune_leg, size);
    FIELD(lince_tune_leg, trial);
    FIELD(lince_tune_leg, settings);
    FIELD(lince_tune_leg, epochs);
    FIELD(lince_tune_leg, of);
    FIELD(lince_tune_leg, value);
    FIELD(lince_tune_leg, failed);
    FIELD(lince_tune_leg, best);
    FIELD(lince_tune_leg, seconds);
    END;
    BEGIN(lince_tune_progress);
    FIELD(lince_tune_progress, size);
    FIELD(lince_tune_progress, trials);
    FIELD(lince_tune_progress, wanted);
    FIELD(lince_tune_progress, running);
    FIELD(lince_tune_progress, trial);
    FIELD(lince_tune_progress, phase);
    FIELD(lince_tune_progress, best);
    FIELD(lince_tune_progress, best_trial);
    FIELD(lince_tune_progress, seconds);
    FIELD(lince_tune_progress, budget);
    END;
    BEGIN(lince_tune_observer);
    FIELD(lince_tune_observer, size);
    FIELD(lince_tune_observer, context);
    FIELD(lince_tune_observer, leg);
    FIELD(lince_tune_observer, progress);
    END;
    BEGIN(lince_tune_result);
    FIELD(lince_tune_result, size);
    FIELD(lince_tune_result, folder);
    FIELD(lince_tune_result, winner);
    FIELD(lince_tune_result, command);
    FIELD(lince_tune_result, trial);
    FIELD(lince_tune_result, trials);
    FIELD(lince_tune_result, failed);
    FIELD(lince_tune_result, epochs);
    FIELD(lince_tune_result, of);
    FIELD(lince_tune_result, value);
    FIELD(lince_tune_result, test_accuracy);
    END;
    BEGIN(lince_server_options);
    FIELD(lince_server_options, size);
    FIELD(lince_server_options, models);
    FIELD(lince_server_options, count);
    FIELD(lince_server_options, listen);
    FIELD(lince_server_options, port);
    FIELD(lince_server_options, token_file);
    FIELD(lince_server_options, threads);
    FIELD(lince_server_options, batch);
    FIELD(lince_server_options, queue);
    FIELD(lince_server_options, inputs);
    FIELD(lince_server_options, body_mb);
    FIELD(lince_server_options, seconds);
    FIELD(lince_server_options, connections);
    FIELD(lince_server_options, an_address);
    FIELD(lince_server_options, picture_mb);
    END;
}

static void test_structs_are_those_of_the_list(void **state)
{
    (void)state;
    char *found = NULL, expected[8192];
    size_t size;
    FILE *out = open_memstream(&found, &size), *list = fopen(TEST_SOURCE_DIR "/tests/api/structs.txt", "r");
    assert_non_null(out);
    list_structs(out);
    fclose(out);
    assert_non_null(list);
    expected[fread(expected, 1, sizeof expected - 1, list)] = '\0';
    fclose(list);
    assert_string_equal(found, expected);
    free(found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_structs_are_those_of_the_list)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
