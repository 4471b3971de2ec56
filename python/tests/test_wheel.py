"""pip install ., of a library that is built already; and the wheel that it makes."""

import base64
import hashlib
import os
import subprocess
import sys
import zipfile

import pytest
from conftest import SOURCE

from lince import _library

LIBRARY = os.environ.get("LINCE_LIBRARY", "")


def backend():
    sys.path.insert(0, str(SOURCE / "python/backend"))
    try:
        import lince_wheel
    finally:
        sys.path.pop(0)
    return lince_wheel


@pytest.fixture
def library():
    if not os.path.isfile(LIBRARY):
        pytest.skip("LINCE_LIBRARY names no library")
    return LIBRARY


def test_a_wheel_holds_package_and_library(library, tmp_path):
    name = backend().build_wheel(str(tmp_path), {"library": library})
    assert name.startswith("lince-") and name.endswith(".whl") and "-py3-none-linux_" in name
    with zipfile.ZipFile(tmp_path / name) as wheel:
        names = wheel.namelist()
        sources = {"lince/" + path.name for path in (SOURCE / "python/lince").glob("*.py")}
        assert sources | {"lince/py.typed", "lince/" + _library.NAME} <= set(names)
        record = [line.rsplit(",", 2) for line in wheel.read(names[-1]).decode().splitlines()]
        assert [entry[0] for entry in record] == names
        for path, digest, size in record[:-1]:
            content = wheel.read(path)
            assert len(content) == int(size)
            assert digest == "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    first = (tmp_path / name).read_bytes()
    assert backend().build_wheel(str(tmp_path), {"library": library}) == name
    assert (tmp_path / name).read_bytes() == first, "the same sources make the same wheel"


def test_pip_installs_it(library, tmp_path):
    pip = [sys.executable, "-m", "pip"]
    if subprocess.run(pip + ["--version"], capture_output=True).returncode:
        pytest.skip("pip is not installed")
    site = tmp_path / "site"
    subprocess.run(pip + ["install", "--quiet", "--no-deps", "--no-cache-dir", "--target", site, "--config-settings",
                          f"library={library}", SOURCE], check=True, cwd=tmp_path)
    clean = {key: value for key, value in os.environ.items() if key not in ("LINCE_LIBRARY", "LD_LIBRARY_PATH")}
    said = subprocess.run([sys.executable, "-c", "import lince; print(lince.__version__, lince.__file__); "
                           "print(open('/proc/self/maps').read())"], env={**clean, "PYTHONPATH": str(site)},
                          cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert said.split()[1] == str(site / "lince/__init__.py") and str(site / "lince" / _library.NAME) in said


USED = """
import sys, lince
lince.synth("images", "shapes", n=60)
lince.train("shapes", "resnet20", epochs=1, threads=1, image_size=16, out="run", no_report=True).predict("shapes/test")
print("\\n".join({line.split()[-1] for line in open("/proc/self/maps") if ".so" in line}))
"""


def test_a_bundled_wheel_uses_its_own_libraries(tmp_path):
    """The wheel that LINCE_WHEEL names, made with bundle=yes: building one takes minutes."""
    made = os.environ.get("LINCE_WHEEL")
    if not made:
        pytest.skip("LINCE_WHEEL names no wheel (pip wheel --config-settings bundle=yes .)")
    site = tmp_path / "site"
    with zipfile.ZipFile(made) as wheel:
        wheel.extractall(site)
    clean = {key: value for key, value in os.environ.items() if key not in ("LINCE_LIBRARY", "LD_LIBRARY_PATH")}
    said = subprocess.run([sys.executable, "-c", USED], env={**clean, "PYTHONPATH": str(site)}, cwd=tmp_path,
                          capture_output=True, text=True)
    assert said.returncode == 0, said.stderr
    loaded = said.stdout.split()
    own = {os.path.basename(path) for path in loaded if path.startswith(str(site))}
    assert {_library.NAME, "libpng16.so.16", "libdnnl.so.2"} <= own or len(own) > 10, loaded
    needed = {path.name for path in (site / "lince/libs").iterdir()}
    others = [path for path in loaded if os.path.basename(path) in needed and not path.startswith(str(site))]
    # Python's own modules may have brought some before (libz, libcrypto): the loader takes what is there.
    assert {os.path.basename(path) for path in others} <= {"libz.so.1", "libcrypto.so.3", "libssl.so.3", "liblzma.so.5",
                                                            "libbz2.so.1.0", "libexpat.so.1"}, others


def test_a_source_archive_builds(library, tmp_path):
    if not (SOURCE / ".git").exists() and not (SOURCE / "MANIFEST").exists():
        pytest.skip("neither git nor MANIFEST tells which files are lince's")
    import tarfile

    name = backend().build_sdist(str(tmp_path))
    with tarfile.open(tmp_path / name) as archive:
        names = set(archive.getnames())
        base = name[:-len(".tar.gz")]
        assert {f"{base}/PKG-INFO", f"{base}/CMakeLists.txt", f"{base}/src/core/error.c"} <= names


def test_a_library_that_is_missing_is_named(tmp_path):
    environment = {**os.environ, "LINCE_LIBRARY": str(tmp_path / "none.so"), "PYTHONPATH": str(SOURCE / "python")}
    said = subprocess.run([sys.executable, "-c", "import lince"], env=environment, capture_output=True, text=True)
    assert said.returncode == 1 and "ImportError: lince: the library was not found" in said.stderr
    assert "none.so" in said.stderr and "LINCE_LIBRARY=" in said.stderr
