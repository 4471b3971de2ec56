# The Python package's tests, against the library that was built. They are skipped, and it is said, where no Python here has
# numpy and pytest. LINCE_PYTHON names the interpreter; else the first of python3 and /usr/bin/python3 that has both.
# usage: run.sh LIBRARY [pytest's arguments]
library=$1
shift
here=$(cd "$(dirname "$0")" && pwd)
if ldd "$library" | grep -qE 'asan|tsan'; then
    echo "skipped: a library with sanitizers is not for Python"
    exit 77
fi
for python in ${LINCE_PYTHON:-python3 /usr/bin/python3}; do
    "$python" -c 'import numpy, pytest' 2>/dev/null || continue
    echo "$("$python" -c 'import sys; print(sys.executable, sys.version.split()[0])')"
    export LINCE_LIBRARY=$library PYTHONPATH=$here/.. PYTHONDONTWRITEBYTECODE=1 LC_ALL=C.UTF-8
    exec "$python" -m pytest -q -rs -c "$here/../../pyproject.toml" --rootdir "$here" --basetemp "$TEST_SCRATCH/python" "$here" "$@"
done
echo "skipped: no python3 here has numpy and pytest (Debian: python3-numpy python3-pytest)"
exit 77
