"""The package declares the interface as the headers do."""

import re
from ctypes import sizeof

import pytest
from conftest import SOURCE

import lince
from lince import _errors, _library

STRUCTS = {
    "lince_prediction": _library.Prediction,
    "lince_open_options": _library.OpenOptions,
    "lince_pixels": _library.Pixels,
    "lince_confidence": _library.Confidence,
    "lince_progress": _library.Progress,
    "lince_epoch_result": _library.EpochResult,
    "lince_observer": _library.Observer,
    "lince_setting_info": _library.SettingInfo,
    "lince_fetch_options": _library.FetchOptions,
    "lince_quantize_options": _library.QuantizeOptions,
    "lince_tune_options": _library.TuneOptions,
    "lince_tune_leg": _library.TuneLeg,
    "lince_tune_observer": _library.TuneObserver,
    "lince_tune_result": _library.TuneResult,
}


@pytest.mark.parametrize("name", STRUCTS)
def test_structs_lie_as_in_c(name):
    listed = dict(line.split(": ") for line in (SOURCE / "tests/api/structs.txt").read_text().splitlines())
    sizes = {key.split()[0]: (int(key.split()[1]), fields) for key, fields in listed.items()}
    size, fields = sizes[name]
    words = fields.split()
    expected = list(zip(words[::2], map(int, words[1::2])))
    struct = STRUCTS[name]
    assert sizeof(struct) == size
    assert [(field, getattr(struct, field).offset) for field, _type in struct._fields_] == expected


def test_a_new_struct_says_its_size():
    assert _library.Observer().size == sizeof(_library.Observer)
    assert _library.Pixels(width=3).width == 3


def test_every_code_has_its_exception():
    header = (SOURCE / "include/lince/error.h").read_text()
    codes = {name: int(code) for name, code in re.findall(r"(LINCE_E[A-Z]+) = (-\d+)", header)}
    assert {kind.name: code for code, kind in _errors._kinds.items()} == codes
    assert len(codes) >= 9


def test_phases_are_the_headers():
    header = (SOURCE / "include/lince/observer.h").read_text()
    names = re.search(r"typedef enum lince_phase \{(.*?)\}", header, re.S).group(1)
    count = len(re.findall(r"LINCE_[A-Z_]+", names))
    assert len(lince.PHASES) == count


def test_functions_take_as_many_arguments_as_in_c():
    headers = " ".join(path.read_text() for path in (SOURCE / "include/lince").glob("*.h"))
    headers = re.sub(r"/\*.*?\*/", " ", headers, flags=re.S)
    for name, takes in {**_library.CODES, **{n: t[1:] for n, t in _library.OTHERS.items()}}.items():
        found = re.search(r"\b%s\((.*?)\)(?: LINCE_FORMAT_OF\(1\))?;" % name, headers, re.S)
        assert found, name
        arguments = found.group(1).strip()
        assert len(takes) == (0 if arguments == "void" else arguments.count(",") + 1), name


def test_another_library_is_refused(tmp_path):
    with pytest.raises(ImportError, match="not one of this package's version"):
        _library._declare(_library.ctypes.CDLL(None))


def test_the_version_is_the_librarys():
    header = (SOURCE / "include/lince/version.h").read_text()
    assert lince.__version__ == re.search(r'LINCE_VERSION "(.*)"', header).group(1)
