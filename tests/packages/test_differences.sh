# scripts/differences.sh: what is the same is the same; what is not is told by file, section and string.
set -euo pipefail
scratch=$TEST_SCRATCH/packages_differences
rm -rf "$scratch"
mkdir -p "$scratch"/{first,second}/lib
cd "$scratch"
wrong() {
    echo "FAILED: $*"
    cat said
    exit 1
}
differences() { bash "$TEST_SOURCE_DIR/scripts/differences.sh" first second >said 2>&1; }

# build FOLDER TEXT
build() {
    echo "const char *told(void) { return \"$2\"; }" >told.c
    ${CC:-cc} -shared -fPIC -o "$1/lib/libtold.so" told.c
    echo same >"$1/text"
}
build first 'built on Monday'
build second 'built on Monday'
differences && [ ! -s said ] || wrong "the same differs"

build second 'built on Sunday'
differences && wrong "another library is the same"
grep -qx 'lib/libtold.so: differs' said && grep -qx ' *section .rodata' said && grep -q '> built on Sunday' said ||
    wrong "it is not told where it differs"
grep -q 'section .dynsym' said && wrong "a section that is the same is told of"

build second 'built on Monday'
chmod 600 second/text
differences && wrong "another mode is the same"
chmod 644 second/text
rm second/text
differences && wrong "a file less is the same"
grep -q '^only in the first: text ' said || wrong "it is not told what is missing"
