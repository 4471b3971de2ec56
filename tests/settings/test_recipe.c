/* What stands for optimizer, learning rate and schedule where they are left open. */
#include "core/file.h"
#include "core/memory.h"
#include "modality/modality.h"
#include "optim/optim.h"
#include "optim/schedule/schedule.h"
#include "settings/recipe.h"

#include <lince/error.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { GIVEN_MAX = 3 };

/* What becomes of settings of which only `given` differ from their defaults. */
static void settle(lince_settings *s, const char *model, const char *const given[GIVEN_MAX][2], bool *whole)
{
    const lince_architecture *a = lince_architecture_named(model);
    assert_non_null(a);
    assert_int_equal(lince_settings_init(s), 0);
    for (size_t i = 0; i < GIVEN_MAX && given[i][0]; i++)
        assert_int_equal(lince_settings_set(s, given[i][0], given[i][1]), 0);
    assert_int_equal(lince_recipe_settle(s, a, lince_modality_of_model(a)->optimizer, whole), 0);
}

static void test_nothing_given_is_the_recipe_of_the_architecture(void **state)
{
    (void)state;
    const lince_architecture *a;
    for (size_t i = 0; (a = lince_architecture_get(i)); i++) {
        static const char *const nothing[GIVEN_MAX][2] = {{0}}, *const weights[GIVEN_MAX][2] = {
                                                                    {"weights", "x.pth"}, {"epochs", "3"}};
        lince_settings s;
        bool whole;
        settle(&s, a->name, nothing, &whole);
        assert_true(whole);
        assert_string_equal(s.optimizer, a->recipe->optimizer);
        assert_string_equal(s.scheduler, a->recipe->scheduler);
        assert_true(s.lr == a->recipe->lr);
        lince_settings_release(&s);
        settle(&s, a->name, weights, &whole);
        assert_true(whole && s.lr == a->recipe->lr_tuned && s.lr < a->recipe->lr);
        lince_settings_release(&s);
    }
}

static void test_recipes_name_what_there_is(void **state)
{
    (void)state;
    const lince_architecture *a;
    for (size_t i = 0; (a = lince_architecture_get(i)); i++) {
        const lince_recipe *r = a->recipe;
        lince_schedule schedule = {.name = r->scheduler};
        const lince_optimizer *optimizer = lince_optimizer_named(r->optimizer);
        assert_non_null(optimizer);
        assert_int_equal(lince_schedule_init(&schedule), 0);
        assert_true(0 < r->lr_tuned && r->lr_tuned < r->lr && r->lr < 10 * optimizer->usual_lr);
        assert_true(r->least_size >= 0 && r->least_size <= a->image_size);
    }
}

/* The smallest pictures that people have, 28 x 28 (digits, clothes), as recipes enlarge them. */
static void test_every_architecture_takes_small_pictures_by_its_recipe(void **state)
{
    (void)state;
    const lince_architecture *a;
    for (size_t i = 0; (a = lince_architecture_get(i)); i++) {
        lince_net *net;
        int size = a->recipe->least_size > 28 ? a->recipe->least_size : 28;
        lince_architecture_options options = {.classes = 10, .dropout = -1, .stochastic_depth = -1};
        if (!a->image_size) continue;
        assert_int_equal(lince_net_new(&net, (lince_shape){3, size, size, 1},
                                       &(lince_net_options){.batch = 1, .threads = 1}),
                         0);
        if (lince_architecture_build(a, net, &options))
            fail_msg("%s at %d: %s", a->name, size, lince_error());
        lince_net_free(net);
    }
}

/* One of them given: all the others are what they were before there were recipes. */
static void test_one_given_leaves_the_usual_ones(void **state)
{
    (void)state;
    static const struct {
        const char *given[GIVEN_MAX][2], *model, *optimizer, *scheduler;
        double lr;
    } cases[] = {
        {{{"lr", "0.5"}}, "resnet20", "sgd", "constant", 0.5},
        {{{"lr", "0.5"}}, "gru", "adam", "constant", 0.5},
        {{{"optimizer", "sgd"}}, "vgg16", "sgd", "constant", 0.01},
        {{{"optimizer", "adamw"}}, "vgg16", "adamw", "constant", 0.001},
        {{{"scheduler", "onecycle"}}, "vgg16", "sgd", "onecycle", 0.01},
        {{{"scheduler", "constant"}}, "lstm", "adam", "constant", 0.001},
        {{{"momentum", "0.5"}}, "vgg16", "sgd", "constant", 0.01},
        {{{"nesterov", "yes"}}, "vgg16", "sgd", "constant", 0.01},
        {{{"lr-backbone", "0.1"}}, "vgg16", "sgd", "constant", 0.01},
        {{{"warmup-epochs", "1"}}, "vgg16", "sgd", "constant", 0.01},
        {{{"weights", "x.pth"}, {"lr", "0.5"}}, "vgg16", "sgd", "constant", 0.5},
        /* a run of version 0.1, whose configuration says what was left open */
        {{{"optimizer", "auto"}, {"lr", "0"}, {"scheduler", "constant"}}, "vgg16", "sgd", "constant", 0.01},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lince_settings s;
        bool whole;
        settle(&s, cases[i].model, cases[i].given, &whole);
        assert_false(whole);
        assert_string_equal(s.optimizer, cases[i].optimizer);
        assert_string_equal(s.scheduler, cases[i].scheduler);
        assert_true(s.lr == cases[i].lr);
        lince_settings_release(&s);
    }
}

static void test_small_data_have_small_batches(void **state)
{
    (void)state;
    static const struct {
        size_t train, by_recipe, else_;
    } cases[] = {{1, 1, 1},      {3, 1, 1},      {63, 15, 15},   {64, 16, 64},   {900, 16, 64},
                 {3199, 16, 64}, {3200, 32, 64}, {6399, 32, 64}, {6400, 64, 64}, {50000, 64, 64}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(lince_recipe_batch(cases[i].train, 64, true), cases[i].by_recipe);
        assert_int_equal(lince_recipe_batch(cases[i].train, 64, false), cases[i].else_);
    }
}

/* A row of the manual page's table: names, then what they learn by, with tabs between; "" where none has
 * it. */
static void row_of(const char *name, char row[256])
{
    static const char END[] = "\n.fi\n";
    char *page, *end;
    size_t size, length = strlen(name);
    assert_int_equal(lince_file_read(TEST_SOURCE_DIR "/man/lince.1", 1 << 20, &page, &size), 0);
    char *table = strstr(page, "\n.SH RECIPES\n");
    assert_non_null(table);
    assert_non_null(end = strstr(table, END));
    *end = '\0';
    *row = '\0';
    for (char *at = table; !*row && (at = strstr(at, name)); at += length) {
        char *line = at;
        while (line[-1] != '\n') line--;
        bool whole = (at[-1] == '\n' || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\t');
        if (whole) snprintf(row, 256, "%.*s", (int)strcspn(line, "\n"), line);
    }
    lince_free(page);
}

static void test_the_manual_page_tells_every_recipe(void **state)
{
    (void)state;
    const lince_architecture *a;
    for (size_t i = 0; (a = lince_architecture_get(i)); i++) {
        char row[256], expected[128], size[16] = "";
        const lince_recipe *r = a->recipe;
        if (r->least_size) snprintf(size, sizeof size, "\t%d", r->least_size);
        snprintf(expected, sizeof expected, "\t%s\t%s\t%g\t%g%s", r->optimizer, r->scheduler, r->lr,
                 r->lr_tuned, size);
        row_of(a->name, row);
        assert_string_equal(row + strcspn(row, "\t"), expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_given_is_the_recipe_of_the_architecture),
        cmocka_unit_test(test_recipes_name_what_there_is),
        cmocka_unit_test(test_every_architecture_takes_small_pictures_by_its_recipe),
        cmocka_unit_test(test_one_given_leaves_the_usual_ones),
        cmocka_unit_test(test_small_data_have_small_batches),
        cmocka_unit_test(test_the_manual_page_tells_every_recipe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
