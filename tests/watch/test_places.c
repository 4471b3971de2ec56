/* Which folders below a folder are runs'. */
#include "core/file.h"
#include "watch/places.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define ROOT TEST_SCRATCH "/places"

static int begin(void **state)
{
    (void)state;
    lince_remove_folder(ROOT);
    return lince_make_folder(ROOT);
}

static void make_run(const char *name)
{
    char path[LINCE_PATH_MAX], config[LINCE_PATH_MAX];
    assert_int_equal(lince_path_join(path, ROOT, name), 0);
    assert_int_equal(lince_make_folder(path), 0);
    assert_int_equal(lince_path_join(config, path, "config.yaml"), 0);
    FILE *file = fopen(config, "w"); /* a thousand that need not reach the disk */
    assert_non_null(file);
    assert_int_equal(fclose(file), 0);
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The paths in order, with blanks between them. */
static const char *found(bool *more)
{
    static char text[1 << 16];
    lince_places places;
    *text = '\0';
    assert_int_equal(lince_places_find(&places, ROOT), 0);
    if (places.count) qsort(places.paths, places.count, sizeof *places.paths, compare);
    for (size_t i = 0; i < places.count; i++) {
        if (i) strcat(text, " ");
        strcat(text, places.paths[i]);
    }
    *more = places.more;
    lince_places_release(&places);
    return text;
}

static void test_runs_are_found_in_folders_of_folders(void **state)
{
    bool more;
    (void)state;
    assert_string_equal(found(&more), "");
    make_run("a"), make_run("search/trials/000"), make_run("search/trials/001");
    assert_int_equal(lince_make_folder(ROOT "/empty/of/runs"), 0);
    assert_string_equal(found(&more), "a search/trials/000 search/trials/001");
    assert_false(more);
}

static void test_none_is_looked_for_within_a_run_nor_where_a_name_has_a_dot(void **state)
{
    bool more;
    (void)state;
    make_run("a/inner"), make_run("a"), make_run(".hidden");
    assert_string_equal(found(&more), "a");
}

static void test_the_folder_itself_may_be_one(void **state)
{
    lince_places places;
    (void)state;
    make_run("a");
    assert_int_equal(lince_places_find(&places, ROOT "/a"), 0);
    assert_int_equal(places.count, 1);
    assert_string_equal(places.paths[0], "");
    lince_places_release(&places);
}

static void test_links_lead_nowhere(void **state)
{
    bool more;
    (void)state;
    make_run("a");
    assert_int_equal(symlink("a", ROOT "/b"), 0);
    assert_int_equal(symlink("..", ROOT "/loop"), 0);
    assert_int_equal(mkdir(ROOT "/c", 0777), 0);
    assert_int_equal(symlink("../a/config.yaml", ROOT "/c/config.yaml"), 0);
    assert_string_equal(found(&more), "a");
}

static void test_depth_and_number_have_an_end(void **state)
{
    bool more;
    char name[32];
    (void)state;
    make_run("1/2/3/4/5/6/7/8"), make_run("1/2/3/4/5/6/7/x/9");
    assert_string_equal(found(&more), "1/2/3/4/5/6/7/8");
    for (int i = 0; i < LINCE_PLACES_RUNS; i++) {
        snprintf(name, sizeof name, "r%d", i);
        make_run(name);
    }
    assert_int_equal(strlen(found(&more)) > 0, 1);
    assert_true(more);
}

static void test_what_is_not_there_is_an_error(void **state)
{
    lince_places places;
    (void)state;
    assert_true(lince_places_find(&places, ROOT "/nowhere") < 0);
    lince_places_release(&places);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_runs_are_found_in_folders_of_folders, begin),
        cmocka_unit_test_setup(test_none_is_looked_for_within_a_run_nor_where_a_name_has_a_dot, begin),
        cmocka_unit_test_setup(test_the_folder_itself_may_be_one, begin),
        cmocka_unit_test_setup(test_links_lead_nowhere, begin),
        cmocka_unit_test_setup(test_depth_and_number_have_an_end, begin),
        cmocka_unit_test_setup(test_what_is_not_there_is_an_error, begin)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
