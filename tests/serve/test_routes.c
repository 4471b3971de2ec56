/* Which address is whose. */
#include "serve/models.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char *name, *allow;
static size_t size;

static const lince_route *find(const char *method, const char *path)
{
    return lince_route_find(&lince_service_of_models.routes, method, path, &name, &size, &allow);
}

static void test_a_path_has_its_route(void **state)
{
    (void)state;
    assert_string_equal(find("GET", "/")->path, "/");
    assert_string_equal(find("GET", "/v1/models")->path, "/v1/models");
    assert_int_equal(size, 0);
    assert_ptr_equal(find("HEAD", "/healthz"), find("GET", "/healthz"));
}

static void test_a_name_is_what_stands_for_the_star(void **state)
{
    (void)state;
    assert_string_equal(find("POST", "/v1/models/a b/predict")->path, "/v1/models/*/predict");
    assert_int_equal(size, 3);
    assert_memory_equal(name, "a b", 3);
    assert_string_equal(find("GET", "/v1/models/predict")->path, "/v1/models/*");
    assert_memory_equal(name, "predict", size);
}

static void test_names_are_not_empty_and_hold_no_slash(void **state)
{
    static const char *const paths[] = {
        "",          "//",          "/v1/models/",           "/v1/models//predict",
        "/v1/model", "/v1/models*", "/v1/models/a/predict/", "/v1/models/a/b/predict"};
    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        assert_null(find("GET", paths[i]));
        assert_null(allow);
    }
}

static void test_another_method_hears_which_are_allowed(void **state)
{
    (void)state;
    assert_null(find("GET", "/v1/models/a/predict"));
    assert_string_equal(allow, "POST");
    assert_null(find("POST", "/metrics"));
    assert_string_equal(allow, "GET, HEAD");
    assert_null(find("HEAD", "/v1/models/a/predict"));
    assert_string_equal(allow, "POST");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_a_path_has_its_route),
                                       cmocka_unit_test(test_a_name_is_what_stands_for_the_star),
                                       cmocka_unit_test(test_names_are_not_empty_and_hold_no_slash),
                                       cmocka_unit_test(test_another_method_hears_which_are_allowed)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
