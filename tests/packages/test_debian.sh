# debian/ says what the rest of the tree says: the version, the libraries, the licence.
set -u
cd "$TEST_SOURCE_DIR" || exit 1
failures=0
wrong() {
    echo "FAILED: $*"
    failures=$((failures + 1))
}

version=$(sed -n 's/^#define LINCE_VERSION "\(.*\)"/\1/p' include/lince/version.h)
[ "$(sed -n '1s/^lince (\(.*\)) .*/\1/p' debian/changelog)" = "$version" ] || wrong "debian/changelog does not begin with version $version"

# needs FIELD [PACKAGE]: the packages for developers in that field of the sources' or of a package's paragraph
needs() {
    awk -v field="$1:" -v package="${2:-}" '
        /^Source:/ { here = package == "" } /^Package:/ { here = $2 == package }
        /^[^ ]/ { inside = here && $1 == field } inside' debian/control |
        grep -oE '\b[a-z0-9.+-]+-dev\b' | sort
}
libraries=$(scripts/install-deps.sh libraries | grep -vx libcmocka-dev | sort)
diff <(echo "$libraries") <(needs Build-Depends) ||
    wrong "Build-Depends in debian/control (>) are not the libraries of scripts/install-deps.sh (<)"
# MPI and libheif are opened when they are needed.
diff <(grep -vxE 'libopenmpi-dev|libheif-dev' <<<"$libraries") <(needs Depends liblince-dev) ||
    wrong "what liblince-dev depends on (>) are not the libraries of scripts/install-deps.sh (<)"
diff <(sed -n '/^Permission/,$p' LICENSE) <(sed -n '/^ Permission/,$p' debian/copyright | sed 's/^ //; s/^\.$//') ||
    wrong "debian/copyright (>) does not say what LICENSE (<) says"
exit $((failures > 0))
