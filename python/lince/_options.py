"""Settings: what `lince train` takes as options, with underscores for dashes."""

from __future__ import annotations

import contextlib
import ctypes
import os
import shlex
from dataclasses import dataclass
from typing import Any, Callable, Mapping, Optional, Sequence

from . import _errors
from ._language import _, language, speak, speaking
from ._library import given, given_path, lib, text
from ._listen import Callback, Ears, listening

_LONGEST = 8192


@dataclass(frozen=True)
class Option:
    """One option of ``lince.train``; ``value`` says what it takes ("" is a switch: True or False)."""

    name: str
    value: str
    default: str
    help: str
    choices: tuple[str, ...]


def options() -> dict[str, Option]:
    """Every option of ``lince.train`` by its name, in the order of ``lince help train``, in the language of messages."""
    speak()
    found: dict[str, Option] = {}
    index = 0
    while entry := lib.lince_setting_at(index):
        info = entry.contents
        name = text(info.name).replace("-", "_")
        found[name] = Option(name, text(info.value), text(info.standard), _(text(info.help)), _choices(entry))
        index += 1
    return found


def _choices(entry: Any) -> tuple[str, ...]:
    words: list[str] = []
    while word := lib.lince_setting_choice(entry, len(words)):
        words.append(text(word))
    return tuple(words)


def as_text(name: str, value: Any) -> str:
    """A value as the library reads it: True is "yes", (160, 224) of image_size "160x224", other lists joined by commas,
    a mapping "a=1,b=2"."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (str, os.PathLike)):
        return os.fspath(value)
    if isinstance(value, Mapping):
        return ",".join(f"{key}={as_text(name, item)}" for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return ("x" if name == "image_size" else ",").join(as_text(name, item) for item in value)
    if hasattr(value, "item"):  # a number of numpy's
        return as_text(name, value.item())
    if isinstance(value, (int, float)):
        return repr(value)
    raise _errors.UsageError(_("%s: expected a text, a number, True or False, or a list of them, found %s")
                             % (name, type(value).__name__))


class Settings:
    """A handle of the library's, freed at the end of a with statement."""

    def __enter__(self) -> Settings:
        self.handle = lib.lince_settings_new()
        if not self.handle:
            raise _errors.of(_errors.OutOfMemoryError.code, text(lib.lince_error()))
        return self

    def __exit__(self, *error: Any) -> None:
        lib.lince_settings_free(self.handle)

    def set(self, name: str, value: Any) -> None:
        lib.lince_settings_set(self.handle, given(name), given_path(as_text(name, value)))

    def get(self, name: str) -> str:
        out = ctypes.create_string_buffer(_LONGEST)
        lib.lince_settings_get(self.handle, given(name), out, _LONGEST)
        return text(out.value)

    def take(self, begun: Callable[[bytes, Any], int], config: Optional[Any], values: Mapping[str, Any]) -> None:
        """Each over those before: the language; where something is gone on with, those that it was ``begun`` with, but for
        its folder; a configuration file's; those that are given."""
        self.set("lang", language())
        if values.get("resume"):
            begun(given_path(values["resume"]), self.handle)
            self.set("out", "")
        if config is not None:
            lib.lince_settings_load(self.handle, given_path(config))
        for name, value in values.items():
            self.set(name, value)


def without_none(values: Mapping[str, Any]) -> dict[str, Any]:
    """None is what was not given."""
    return {name: value for name, value in values.items() if value is not None}


def command(name: str, config: Optional[Any], values: Mapping[str, Any], words: Sequence[str] = ()) -> str:
    """The same as a shell types it: what a run records, and its report shows."""
    typed = ["lince", name, *words] + (["--config", os.fspath(config)] if config is not None else [])
    for option, value in values.items():
        typed += ["--" + option.replace("_", "-") + "=" + as_text(option, value)]
    return " ".join(shlex.quote(word) for word in typed)


class training:
    """Around one call of the library that trains, in the language that the settings say: gives their handle, and who hears.
    ``folder`` is what it works in, of which an interruption tells."""

    def __init__(self, begun: Callable[[bytes, Any], int], config: Optional[Any], values: Mapping[str, Any],
                 callback: Callback, folder: Callable[[], bytes]) -> None:
        self._taken = (begun, config, values)
        self._callback = callback
        self._folder = folder

    def __enter__(self) -> tuple[Any, Ears]:
        with contextlib.ExitStack() as stack:
            settings = stack.enter_context(Settings())
            settings.take(*self._taken)
            stack.enter_context(speaking(settings.get("lang")))
            ears = stack.enter_context(listening(self._callback))
            self._stack = stack.pop_all()
        return settings.handle, ears

    def __exit__(self, kind: Any, error: Optional[BaseException], trace: Any) -> None:
        try:
            self._stack.__exit__(kind, error, trace)
        except _errors.Interrupted as late:
            error = late
            raise
        finally:
            if isinstance(error, _errors.Interrupted):
                error.run = text(self._folder()) or None
