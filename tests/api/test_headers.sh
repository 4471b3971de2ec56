# Each public header compiles alone, in C and in C++; lince.h includes them all; and the program includes nothing else.
cd "$TEST_SOURCE_DIR" || exit 1
failures=0

wrong() {
    echo "FAILED: $*"
    failures=$((failures + 1))
}

for header in include/lince/*.h; do
    name=lince/${header##*/}
    for language in "c -std=c17" "c++ -std=c++17"; do
        # shellcheck disable=SC2086
        printf "#include <%s>\ntypedef int nothing;\n" "$name" | ${CC:-cc} -x $language -fsyntax-only -Wall -Wextra -Wpedantic -Wmissing-field-initializers \
            -Werror -Iinclude - || wrong "$name alone, as $language"
    done
    [ "$name" = lince/lince.h ] || grep -q "#include <$name>" include/lince/lince.h || wrong "lince.h does not include $name"
done

# The macros that begin a struct, used as a user does, without a warning.
{
    echo "#include <lince/lince.h>"
    sed -n 's/^#define LINCE_\([A-Z_]*\)_INIT.*/\1/p' include/lince/*.h | while read -r macro; do
        type=lince_$(echo "$macro" | tr '[:upper:]' '[:lower:]')
        echo "size_t size_of_$type(void); size_t size_of_$type(void) { $type x = LINCE_${macro}_INIT; return x.size; }"
    done
} >"$TEST_SCRATCH/begun.c"
[ "$(grep -c _INIT "$TEST_SCRATCH/begun.c")" -ge 10 ] || wrong "the headers' macros were not found"
for language in "c -std=c17" "c++ -std=c++17"; do
    # shellcheck disable=SC2086
    ${CC:-cc} -x $language -fsyntax-only -Wall -Wextra -Wpedantic -Werror -Iinclude "$TEST_SCRATCH/begun.c" ||
        wrong "the macros that begin structs, as $language"
done

# Of lince the program knows its own header, its list of commands and the public ones.
others=$(grep -nE '^ *#include ("|<lince)' cli/*.[ch] | grep -vE '#include ("cli.h"|"list.def"|<lince/lince.h>)$')
[ -z "$others" ] || wrong "the program includes more than <lince/lince.h>: $others"
exit $((failures > 0))
