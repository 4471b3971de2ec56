# What the shared library shows is what tests/api/symbols.txt lists, which is what the public headers declare.
# usage: test_symbols.sh LIBRARY
library=$1
list=$TEST_SOURCE_DIR/tests/api/symbols.txt
scratch=$TEST_SCRATCH/api_symbols
rm -rf "$scratch" && mkdir -p "$scratch" && cd "$scratch" || exit 1
failures=0

# same FILE WHAT: the file is the list
same() {
    diff "$list" "$1" >differences && return
    echo "$2 differ from tests/api/symbols.txt (<). What is new is added there; what is gone breaks programs, and makes another"
    echo "interface (LINCE_INTERFACE in CMakeLists.txt):"
    cat differences
    failures=$((failures + 1))
}

nm -D --defined-only "$library" | awk '$3 !~ /asan/ { print $3 }' | sed 's/@.*//' | LC_ALL=C sort >shown
cat "$TEST_SOURCE_DIR"/include/lince/*.h | grep -v '^#define' | tr '\n' ' ' | grep -oE 'LINCE_API [^;]*;' |
    sed -E 's/^[^(]*[ *](lince_[a-z_]+)\(.*/\1/' | LC_ALL=C sort >declared
same shown "the symbols of $library"
same declared "the functions that headers declare"
[ "$(readelf -d "$library" | sed -n 's/.*SONAME.*\[\(.*\)\]/\1/p')" = liblince.so.1 ] || {
    echo "the library is not liblince.so.1"
    failures=$((failures + 1))
}
exit $((failures > 0))
