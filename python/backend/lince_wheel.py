"""What `pip install .` calls (PEP 517): builds the library by CMake, and puts it into a wheel beside the package.

It needs nothing of PyPI. `--config-settings KEY=VALUE`:

    library=PATH    one that is built already, instead of building it
    bundle=yes      also the libraries that it needs, but for those of every Linux (glibc's, libstdc++, libgcc): the wheel
                    then runs wherever glibc is no older than here, and says so in its name
    jobs=N          compilers at a time
"""

import base64
import hashlib
import io
import os
import platform
import re
import shutil
import stat
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = "liblince.so.1"

# Of every Linux (PEP 600); all else that the library needs is bundled where that is asked for.
EVERYWHERE = re.compile(r"(ld-linux.*|linux-vdso|libc|libm|libpthread|libdl|librt|libutil|libresolv|libgcc_s|libstdc\+\+)\.so.*")


def _version():
    header = (ROOT / "include/lince/version.h").read_text("utf-8")
    return re.search(r'define LINCE_VERSION "(.*)"', header).group(1)


def _metadata():
    return f"""Metadata-Version: 2.1
Name: lince
Version: {_version()}
Summary: Trains, evaluates and explains classifiers of pictures, recordings and texts
License: MIT
Keywords: classification,neural networks,images,texts,sound
Classifier: Operating System :: POSIX :: Linux
Classifier: Programming Language :: Python :: 3
Classifier: Typing :: Typed
Requires-Python: >=3.9
Requires-Dist: numpy
Provides-Extra: sklearn
Requires-Dist: scikit-learn; extra == "sklearn"
Description-Content-Type: text/markdown

{(ROOT / "docs/python.md").read_text("utf-8")}"""


# --- the library --------------------------------------------------------------------------------------


def _run(*command):
    print("+", *command, flush=True)
    subprocess.run([str(word) for word in command], check=True)


def _build(bundle, jobs):
    """build/python or, as what it looks for in its own folder differs, build/python-bundle."""
    folder = ROOT / "build" / ("python-bundle" if bundle else "python")
    options = ["-DCMAKE_BUILD_TYPE=Release", "-DBUILD_TESTING=OFF"]
    if bundle:
        # A path of the old kind (DT_RPATH) is also where the libraries look that it brings along.
        options += ["-DCMAKE_BUILD_WITH_INSTALL_RPATH=ON", "-DCMAKE_INSTALL_RPATH=$ORIGIN/libs",
                    "-DCMAKE_SHARED_LINKER_FLAGS=-Wl,--disable-new-dtags"]
    if shutil.which("ninja") and not (folder / "Makefile").exists():
        options += ["-G", "Ninja"]
    _run("cmake", "-S", ROOT, "-B", folder, *options)
    _run("cmake", "--build", folder, "--target", "lince_shared", "--parallel", *([jobs] if jobs else []))
    return folder / LIBRARY


def _needed(library):
    """The libraries that the loader finds for it, by the names that it asks for."""
    said = subprocess.run(["ldd", str(library)], check=True, capture_output=True, text=True).stdout
    found = {}
    for line in said.splitlines():
        name, _arrow, path = line.strip().partition(" => ")
        if "not found" in line:
            raise SystemExit(f"{library}: {line.strip()}")
        if path and not EVERYWHERE.fullmatch(name):
            found[name] = Path(path.split(" (")[0])
    return found


def _bundles(settings):
    return (settings or {}).get("bundle", "no") in ("yes", "true", "1", "on")


def _libraries(settings):
    """What goes beside the package: names in the wheel, and files."""
    settings = settings or {}
    bundle = _bundles(settings)
    given = settings.get("library")
    if given and bundle:
        raise SystemExit("library and bundle: a library that is bundled is built for it; give one of them")
    library = Path(given) if given else _build(bundle, settings.get("jobs"))
    files = {LIBRARY: library}
    if bundle:
        files.update(("libs/" + name, path) for name, path in _needed(library).items())
    return files, bundle


# --- the wheel ----------------------------------------------------------------------------------------


def _tag(bundle):
    machine = platform.machine()
    libc, version = platform.libc_ver()
    if bundle and libc == "glibc":
        return "py3-none-manylinux_%s_%s" % (version.replace(".", "_"), machine)
    return "py3-none-linux_" + machine


def _about(tag):
    """The files of dist-info."""
    wheel = f"Wheel-Version: 1.0\nGenerator: lince {_version()}\nRoot-Is-Purelib: false\nTag: {tag}\n"
    return {"METADATA": _metadata().encode("utf-8"), "WHEEL": wheel.encode(),
            "LICENSE": (ROOT / "LICENSE").read_bytes()}


class _Wheel:
    """A zip file that lists what it holds. All times are the same: the same sources make the same wheel."""

    def __init__(self, folder, tag):
        self.name = f"lince-{_version()}-{tag}.whl"
        self.info = f"lince-{_version()}.dist-info/"
        self._tag = tag
        self._zip = zipfile.ZipFile(Path(folder) / self.name, "w", zipfile.ZIP_DEFLATED)
        self._record = io.StringIO()

    def put(self, name, content):
        entry = zipfile.ZipInfo(name)
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.external_attr = (stat.S_IFREG | (0o755 if ".so" in name else 0o644)) << 16
        self._zip.writestr(entry, content)
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        self._record.write(f"{name},sha256={digest},{len(content)}\n")

    def close(self):
        for name, content in _about(self._tag).items():
            self.put(self.info + name, content)
        self._zip.writestr(zipfile.ZipInfo(self.info + "RECORD"), self._record.getvalue() + self.info + "RECORD,,\n")
        self._zip.close()
        return self.name


def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    """So that asking for it builds nothing."""
    name = f"lince-{_version()}.dist-info"
    folder = Path(metadata_directory) / name
    folder.mkdir()
    for file, content in _about(_tag(_bundles(config_settings))).items():
        (folder / file).write_bytes(content)
    return name


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    files, bundle = _libraries(config_settings)
    wheel = _Wheel(wheel_directory, _tag(bundle))
    for source in sorted((ROOT / "python/lince").iterdir()):
        if source.suffix == ".py" or source.name == "py.typed":
            wheel.put("lince/" + source.name, source.read_bytes())
    for name, path in files.items():
        wheel.put("lince/" + name, path.read_bytes())
    return wheel.close()


def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    """A wheel that names python/ of this tree; the library goes there, too."""
    files, bundle = _libraries(config_settings)
    if bundle:
        raise SystemExit("bundle: is for wheels")
    shutil.copy2(files[LIBRARY], ROOT / "python/lince" / LIBRARY)
    wheel = _Wheel(wheel_directory, _tag(False))
    wheel.put("lince.pth", f"{ROOT / 'python'}\n".encode())
    return wheel.close()


def _tracked():
    """What git knows of the tree; of one that `make dist` has packed, what its list says."""
    manifest = ROOT / "MANIFEST"
    if manifest.exists() and not (ROOT / ".git").exists():
        return [*manifest.read_text("utf-8").splitlines()[1:], manifest.name]
    names = subprocess.run(["git", "-C", str(ROOT), "ls-files", "-z"], check=True, capture_output=True).stdout
    return [os.fsdecode(raw) for raw in names.split(b"\0") if raw]


def build_sdist(sdist_directory, config_settings=None):
    base = f"lince-{_version()}"
    with tarfile.open(Path(sdist_directory) / f"{base}.tar.gz", "w:gz", format=tarfile.PAX_FORMAT) as archive:
        for name in sorted(_tracked()):
            archive.add(ROOT / name, f"{base}/{name}")
        content = _metadata().encode("utf-8")
        entry = tarfile.TarInfo(f"{base}/PKG-INFO")
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    return f"{base}.tar.gz"


def _wanted_of_pypi(config_settings):
    """CMake, where there is none: PyPI has it as a program. Not where nothing is built."""
    given = (config_settings or {}).get("library")
    return [] if given or shutil.which("cmake") else ["cmake>=3.20"]


def get_requires_for_build_wheel(config_settings=None):
    if sys.platform != "linux":
        raise SystemExit("lince is for Linux")
    return _wanted_of_pypi(config_settings)


get_requires_for_build_editable = get_requires_for_build_wheel
