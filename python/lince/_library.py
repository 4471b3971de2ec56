"""The library: where it is found, and its public interface (include/lince) as ctypes sees it.

A function of the interface that returns a code raises what the code stands for (_errors). Only what the package
calls is declared; python/tests/test_interface.py compares structs and names with those that the library's own tests keep.
"""

from __future__ import annotations

import ctypes
import os
from ctypes import (CFUNCTYPE, POINTER, Structure, c_bool, c_char, c_char_p, c_double, c_float, c_int, c_size_t,
                    c_uint64, c_void_p)
from pathlib import Path
from typing import Any

from . import _errors

NAME = "liblince.so.1"
PATH_MAX = 4096  # of the names of folders that the library tells

# --- structs ------------------------------------------------------------------------------------------


class Sized(Structure):
    """One that begins with its size, which a new one has set."""

    def __init__(self, **fields: Any) -> None:
        super().__init__(**fields)
        self.size = ctypes.sizeof(self)


class Prediction(Sized):
    _fields_ = [("size", c_size_t), ("best", c_int), ("classes", c_int), ("probability", POINTER(c_float)),
                ("words", c_size_t), ("read", c_size_t), ("unknown", c_size_t), ("unsure", c_bool),
                ("answered", POINTER(c_bool))]


class OpenOptions(Sized):
    _fields_ = [("size", c_size_t), ("weights", c_char_p), ("architecture", c_char_p), ("normalize", c_char_p),
                ("classes", c_char_p), ("image_size", c_char_p), ("fit", c_char_p), ("interpolation", c_char_p),
                ("resize", c_int), ("strict", c_bool), ("bytes", c_void_p), ("byte_count", c_size_t)]


class Pixels(Sized):
    _fields_ = [("size", c_size_t), ("data", c_void_p), ("height", c_int), ("width", c_int), ("channels", c_int),
                ("row", ctypes.c_ssize_t), ("pixel", ctypes.c_ssize_t), ("channel", ctypes.c_ssize_t)]


class Confidence(Sized):
    _fields_ = [("size", c_size_t), ("least", c_double), ("samples", c_size_t), ("answered", c_size_t),
                ("right", c_size_t), ("low", c_double), ("high", c_double)]


class Progress(Sized):
    _fields_ = [("size", c_size_t), ("phase", c_int), ("epoch", c_int), ("epochs", c_int), ("step", c_size_t),
                ("steps", c_size_t), ("loss", c_double), ("accuracy", c_double), ("lr", c_double),
                ("samples_per_second", c_double), ("eta", c_double)]


class EpochResult(Sized):
    _fields_ = [("size", c_size_t), ("epoch", c_int), ("epochs", c_int), ("seconds", c_double),
                ("train_loss", c_double), ("train_accuracy", c_double), ("val_loss", c_double),
                ("val_accuracy", c_double), ("lr", c_double), ("samples_per_second", c_double), ("best", c_int)]


TELL = CFUNCTYPE(None, c_void_p, c_char_p)
TELL_PROGRESS = CFUNCTYPE(None, c_void_p, POINTER(Progress))
TELL_EPOCH = CFUNCTYPE(None, c_void_p, POINTER(EpochResult))
ANSWER = CFUNCTYPE(c_int, c_void_p, c_char_p, c_int, POINTER(Prediction))


class Observer(Sized):
    _fields_ = [("size", c_size_t), ("context", c_void_p), ("note", TELL), ("warning", TELL),
                ("progress", TELL_PROGRESS), ("epoch", TELL_EPOCH), ("stop", POINTER(c_int))]  # sig_atomic_t is int


class SettingInfo(Structure):
    _fields_ = [("name", c_char_p), ("short_name", c_char_p), ("group", c_char_p), ("value", c_char_p),
                ("standard", c_char_p), ("help", c_char_p), ("list", c_bool)]


class QuantizeOptions(Sized):
    _fields_ = [("size", c_size_t), ("calibrate", c_int), ("max_loss", c_double), ("path", c_char_p),
                ("untimed", c_bool)]


class TuneOptions(Sized):
    _fields_ = [("size", c_size_t), ("space", POINTER(c_char_p)), ("space_count", c_size_t), ("space_file", c_char_p),
                ("trials", c_int), ("budget", c_double), ("sampler", c_int), ("objective", c_int),
                ("least_epochs", c_int), ("reduction", c_int), ("jobs", c_int)]


class TuneLeg(Sized):
    _fields_ = [("size", c_size_t), ("trial", c_size_t), ("settings", c_char_p), ("epochs", c_int), ("of", c_int),
                ("value", c_double), ("failed", c_char_p), ("best", c_bool), ("seconds", c_double)]


TELL_LEG = CFUNCTYPE(None, c_void_p, POINTER(TuneLeg))


class TuneObserver(Sized):
    _fields_ = [("size", c_size_t), ("context", c_void_p), ("leg", TELL_LEG), ("progress", c_void_p)]


class TuneResult(Sized):
    _fields_ = [("size", c_size_t), ("folder", c_char * PATH_MAX), ("winner", c_char * PATH_MAX),
                ("command", c_char * (PATH_MAX + 256)), ("trial", c_size_t), ("trials", c_size_t),
                ("failed", c_size_t), ("epochs", c_int), ("of", c_int), ("value", c_double),
                ("test_accuracy", c_double)]


class FetchOptions(Sized):
    _fields_ = [("size", c_size_t), ("what", c_char_p), ("sha256", c_char_p), ("folder", c_char_p),
                ("url_base", c_char_p), ("stall_seconds", c_int), ("patience", c_int), ("most_bytes", c_uint64)]


# --- functions ----------------------------------------------------------------------------------------

_HANDLE = c_void_p
_TEXT = POINTER(c_void_p)  # char **: the caller's, freed by taken()
_OBSERVER = POINTER(Observer)

# name: what a function that returns a code takes
CODES = {
    "lince_compare": (POINTER(c_char_p), c_size_t, c_char_p, c_int, _OBSERVER, c_char_p, c_size_t, _TEXT),
    "lince_cv": (_HANDLE, c_char_p, c_int, _OBSERVER, c_char_p, c_size_t, _TEXT),
    "lince_cv_compare": (c_char_p, c_char_p, c_char_p, c_int, c_char_p, c_size_t, _TEXT),
    "lince_cv_settings": (c_char_p, _HANDLE),
    "lince_describe": (c_char_p, c_int, _TEXT),
    "lince_fetch": (POINTER(FetchOptions), _OBSERVER, c_char_p, c_size_t),
    "lince_language_set": (c_char_p,),
    "lince_lr_find": (_HANDLE, c_double, c_double, c_int, _OBSERVER, c_char_p, c_size_t, POINTER(c_double)),
    "lince_model_calibrate": (_HANDLE, _OBSERVER),
    "lince_model_evaluate": (_HANDLE, c_char_p, c_char_p, c_int, c_char_p, _OBSERVER, _TEXT),
    "lince_model_export": (_HANDLE, c_char_p, c_bool, _TEXT),
    "lince_model_input": (_HANDLE, POINTER(c_int), POINTER(c_int)),
    "lince_model_min_confidence": (_HANDLE, c_char_p, _OBSERVER, POINTER(Confidence)),
    "lince_model_observe": (_HANDLE, _OBSERVER),
    "lince_model_open": (POINTER(_HANDLE), c_char_p),
    "lince_model_open_weights": (POINTER(_HANDLE), POINTER(OpenOptions)),
    "lince_model_predict_bytes": (_HANDLE, c_char_p, c_size_t, POINTER(Prediction)),
    "lince_model_predict_floats": (_HANDLE, c_void_p, c_size_t, POINTER(Prediction)),
    "lince_model_predict_paths": (_HANDLE, POINTER(c_char_p), c_size_t, ANSWER, c_void_p),
    "lince_model_predict_pixels": (_HANDLE, POINTER(Pixels), c_size_t, POINTER(Prediction)),
    "lince_model_predict_text": (_HANDLE, c_char_p, POINTER(Prediction)),
    "lince_model_predict_texts": (_HANDLE, POINTER(c_char_p), c_size_t, POINTER(Prediction)),
    "lince_model_quantize": (_HANDLE, POINTER(QuantizeOptions), _OBSERVER, _TEXT),
    "lince_model_set": (_HANDLE, c_char_p, c_char_p),
    "lince_report": (c_char_p, c_char_p, _OBSERVER),
    "lince_report_sign": (c_char_p, c_char_p, c_char_p),
    "lince_run_settings": (c_char_p, _HANDLE),
    "lince_settings_get": (_HANDLE, c_char_p, c_char_p, c_size_t),
    "lince_settings_load": (_HANDLE, c_char_p),
    "lince_settings_set": (_HANDLE, c_char_p, c_char_p),
    "lince_synth_images": (c_char_p, c_size_t, c_uint64),
    "lince_synth_images_many": (c_char_p, c_size_t, c_uint64),
    "lince_synth_sounds": (c_char_p, c_size_t, c_uint64),
    "lince_synth_tweets": (c_char_p, c_size_t, c_uint64),
    "lince_train": (_HANDLE, c_char_p, _OBSERVER, c_char_p, c_size_t),
    "lince_tune": (_HANDLE, POINTER(TuneOptions), c_char_p, _OBSERVER, POINTER(TuneObserver), POINTER(TuneResult)),
    "lince_tune_settings": (c_char_p, _HANDLE),
}

# name: what the others return, and take
OTHERS = {
    "lince_error": (c_char_p,),
    "lince_is_cv": (c_int, c_char_p),
    "lince_language": (c_char_p,),
    "lince_model_class": (c_char_p, _HANDLE, c_int),
    "lince_model_classes": (c_int, _HANDLE),
    "lince_model_free": (None, _HANDLE),
    "lince_model_input_name": (c_char_p, _HANDLE),
    "lince_model_is_text": (c_bool, _HANDLE),
    "lince_model_name": (c_char_p, _HANDLE),
    "lince_model_notes": (c_char_p, _HANDLE),
    "lince_model_several": (c_bool, _HANDLE),
    "lince_model_threads": (None, _HANDLE, c_int),
    "lince_prediction_release": (None, POINTER(Prediction)),
    "lince_setting_at": (POINTER(SettingInfo), c_size_t),
    "lince_setting_choice": (c_char_p, POINTER(SettingInfo), c_size_t),
    "lince_settings_free": (None, _HANDLE),
    "lince_settings_new": (_HANDLE,),
    "lince_text_free": (None, c_void_p),
    "lince_translate": (c_char_p, c_char_p),
    "lince_version": (c_char_p,),
}


def _candidates() -> list[str]:
    """The one that LINCE_LIBRARY names and no other; else the wheel's own, and what the system's loader finds."""
    named = os.environ.get("LINCE_LIBRARY")
    if named:
        return [named]
    inside = Path(__file__).with_name(NAME)
    return [str(inside)] if inside.exists() else [NAME]


def _open() -> ctypes.CDLL:
    reasons = []
    for path in _candidates():
        try:
            return ctypes.CDLL(path)
        except OSError as error:
            reasons.append(str(error))
    raise ImportError("lince: the library was not found (" + "; ".join(reasons) + "). "
                      "Install it (make install, ldconfig), or name it: LINCE_LIBRARY=/path/" + NAME)


def _raise_failure(code: int, function: Any, arguments: Any) -> int:
    if code < 0:
        raise _errors.of(code, text(lib.lince_error()))
    return code


def _declare(library: ctypes.CDLL) -> ctypes.CDLL:
    try:
        for name, takes in CODES.items():
            function = getattr(library, name)
            function.restype, function.argtypes, function.errcheck = c_int, takes, _raise_failure
        for name, types in OTHERS.items():
            function = getattr(library, name)
            function.restype, function.argtypes = types[0], types[1:]
    except AttributeError as error:
        raise ImportError(f"lince: the library is not one of this package's version: {error}") from None
    return library


# --- texts --------------------------------------------------------------------------------------------


def text(raw: bytes | None) -> str:
    """What the library says; names of files in it may be no UTF-8."""
    return (raw or b"").decode("utf-8", "surrogateescape")


def taken(pointer: c_void_p) -> str:
    """A text that was made for its caller, who frees it."""
    try:
        return text(ctypes.string_at(pointer.value)) if pointer.value else ""
    finally:
        lib.lince_text_free(pointer)


def N_(message: str) -> str:
    """Marks a message that is translated later, as C's macro of this name does (po/es)."""
    return message


_WITH_NUL = N_("a text with a NUL character in it: %s")


def given(value: str | bytes) -> bytes:
    """A text for the library, which ends at a NUL: one inside would cut it without a word."""
    raw = value if isinstance(value, bytes) else value.encode("utf-8")
    if b"\0" in raw:
        raise _errors.UsageError(text(lib.lince_translate(_WITH_NUL.encode())) % ascii(value[:40]))
    return raw


def given_path(path: Any) -> bytes:
    return given(os.fsencode(path))


lib = _declare(_open())
