"""Data: made up, downloaded, described, and written from arrays."""

from __future__ import annotations

import contextlib
import csv
import ctypes
import io
import json
import os
import re
import zipfile
from pathlib import Path
from typing import Any, Callable, Iterable, Optional, Sequence

import numpy as np

from . import _errors, _inputs
from ._language import _, speak
from ._library import PATH_MAX, FetchOptions, given, given_path, lib, taken, text
from ._listen import Callback, listening
from ._recordings import Recording


def info(path: Any) -> dict[str, Any]:
    """What a path is, a data set, a weights file or a run, as ``lince info --json`` tells it. FileError, FormatError,
    DataError."""
    out = ctypes.c_void_p()
    speak()
    lib.lince_describe(given_path(path), 1, out)
    found: dict[str, Any] = json.loads(taken(out))
    return found


_SYNTH = {"images": (lib.lince_synth_images, 6000), "images-several": (lib.lince_synth_images_many, 6000),
          "tweets": (lib.lince_synth_tweets, 6000), "sounds": (lib.lince_synth_sounds, 3000)}


def synth(kind: str, folder: Any, n: Optional[int] = None, seed: int = 1) -> Path:
    """Writes a built-in data set, the same on every machine, into a folder, which it returns: ``"images"`` (ten kinds of
    shapes), ``"images-several"`` (several in a picture), ``"tweets"`` (three sentiments), ``"sounds"``; ``n`` samples."""
    if kind not in _SYNTH:
        raise _errors.UsageError(_("synth: expected one of %s, found '%s'") % (", ".join(_SYNTH), kind))
    write, usual = _SYNTH[kind]
    speak()
    write(given_path(folder), usual if n is None else n, seed)
    return Path(folder)


def fetch(name: str, folder: Any = None, *, sha256: Optional[str] = None, url_base: Optional[str] = None,
          callback: Callback = None) -> Path:
    """Downloads a data set or weights by name (``lince fetch`` lists them), or from an address with its ``sha256``; goes on
    where it was interrupted, and verifies. ``folder``: where to; None: the current one. Returns the file."""
    out = ctypes.create_string_buffer(PATH_MAX)
    options = FetchOptions(what=given(name), sha256=sha256 and given(sha256), folder=None if folder is None
                           else given_path(folder), url_base=url_base and given(url_base))
    with listening(callback) as ears:
        lib.lince_fetch(options, ears.observer, out, PATH_MAX)
    return Path(text(out.value))


# --- from arrays --------------------------------------------------------------------------------------

Part = tuple[Any, Sequence[Any]]

_PLAIN = re.compile(r"[^\W_][\w +.-]{0,98}[^\W]|[^\W_]", re.ASCII)  # neither a hidden folder nor a list of labels


def _class_names(labels: Sequence[str]) -> dict[str, str]:
    """What each label is called in the file: as it is, where folders and tables may be called like that, and no two
    differ by the case of letters alone; else all by number."""
    kinds = sorted(set(labels))
    if all(_PLAIN.fullmatch(kind) for kind in kinds) and len({kind.lower() for kind in kinds}) == len(kinds):
        return {kind: kind for kind in kinds}
    return {kind: "%06d" % i for i, kind in enumerate(kinds)}


def save_data(path: Any, train: Part, val: Optional[Part] = None, test: Optional[Part] = None) -> dict[str, str]:
    """Writes what lies in memory as a data set, a .zip, for ``lince.train(data=path)``; returns what each label is called in
    it, the label itself where that can be a class's name.

    A part is (samples, labels): pictures, uint8 [n, height, width, 3] or [n, height, width], or a list of such arrays of
    any size; or a list of n texts, or of n lince.Recording; and n labels, whose str() is taken. Pictures are kept exactly, recordings as WAV. A file that is there is
    replaced, whole or not at all. UsageError for other shapes and types, DataError for a text that is no Unicode.
    """
    parts = {name: part for name, part in (("train", train), ("val", val), ("test", test)) if part is not None}
    labels = {name: [str(label) for label in part[1]] for name, part in parts.items()}
    names = _class_names([label for part in labels.values() for label in part])
    for name, (samples, _labels) in parts.items():
        if len(samples) != len(labels[name]):
            raise _errors.UsageError(_("%s: expected as many labels as samples, found %d of %d")
                                     % (name, len(labels[name]), len(samples)))
    beside = os.fspath(path) + ".part"
    try:
        with open(beside, "wb") as file:
            with zipfile.ZipFile(file, "w") as archive:
                for name, (samples, _labels) in parts.items():
                    classes = [names[label] for label in labels[name]]
                    _writer_of(samples)(archive, name, samples, classes)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except OSError as error:
        raise _errors.FileError("%s: %s" % (os.fspath(path), error.strerror)) from error
    finally:
        with contextlib.suppress(OSError):
            os.unlink(beside)
    return names


def _writer_of(samples: Any) -> Callable[[zipfile.ZipFile, str, Any, Sequence[str]], None]:
    """What all are is what the first is."""
    if len(samples) and isinstance(samples[0], str):
        return _write_texts
    return _write_recordings if len(samples) and isinstance(samples[0], Recording) else _write_pictures


def _put(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    """Without the time of day: the same samples make the same file."""
    entry = zipfile.ZipInfo(name)
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, content)


def _write_files(archive: zipfile.ZipFile, part: str, contents: Iterable[bytes], classes: Sequence[str], ending: str) -> None:
    """Class folders."""
    digits = len(str(len(classes)))
    for i, (content, name) in enumerate(zip(contents, classes)):
        _put(archive, "%s/%s/%0*d%s" % (part, name, digits, i, ending), content)


def _write_pictures(archive: zipfile.ZipFile, part: str, pictures: Any, classes: Sequence[str]) -> None:
    _write_files(archive, part, map(_netpbm, pictures), classes, ".ppm")


def _write_recordings(archive: zipfile.ZipFile, part: str, recordings: Any, classes: Sequence[str]) -> None:
    _write_files(archive, part, map(_wav, recordings), classes, ".wav")


def _wav(thing: Any) -> bytes:
    if not isinstance(thing, Recording):
        raise _errors.UsageError(_("a recording to be saved: expected a lince.Recording, found %s") % type(thing).__name__)
    return thing.wav()


def _netpbm(thing: Any) -> bytes:
    """PPM: a header and the bytes as they are. Grey becomes three equal channels, as it does in the network."""
    picture = _inputs.as_picture(thing)
    if picture.dtype != np.uint8:
        raise _errors.UsageError(_("a picture to be saved: expected bytes (uint8), found %s") % picture.dtype)
    if picture.ndim == 2:
        picture = np.repeat(picture[:, :, None], 3, axis=2)
    return b"P6\n%d %d\n255\n" % (picture.shape[1], picture.shape[0]) + picture.tobytes()


def _write_texts(archive: zipfile.ZipFile, part: str, texts: Sequence[Any], classes: Sequence[str]) -> None:
    rows = io.StringIO(newline="")
    table = csv.writer(rows)
    table.writerow(("label", "text"))
    for i, (thing, name) in enumerate(zip(texts, classes)):
        if not isinstance(thing, str):
            raise _errors.UsageError(_("%s: expected a text, found %s (sample %d)") % (part, type(thing).__name__, i))
        table.writerow((name, thing))
    try:
        _put(archive, part + ".csv", rows.getvalue().encode("utf-8"))
    except UnicodeEncodeError as error:
        raise _errors.DataError(_("%s: a text is no Unicode: %s") % (part, error.reason)) from error
