"""The language of messages and reports. The library's is a thread's own; the package's is one for all threads."""

from __future__ import annotations

import contextlib
import threading
from typing import Iterator, Optional

from ._library import given, lib, text

_wanted = "auto"
_thread = threading.local()  # spoken: what was last set; own: what a block of speaking() wants


def language(name: Optional[str] = None) -> str:
    """The language of messages and reports: ``"en"`` or ``"es"``.

    With ``name`` ("en", "es", or "auto": the environment's LC_ALL, LC_MESSAGES, LANG) it is set, for all threads.
    UsageError for any other name.
    """
    global _wanted
    if name is not None:
        lib.lince_language_set(given(name))
        _wanted = _thread.spoken = name
    speak()
    return text(lib.lince_language())


def speak() -> None:
    """Before the calling thread calls what may have something to say."""
    wanted = getattr(_thread, "own", None) or _wanted
    if getattr(_thread, "spoken", None) != wanted:
        lib.lince_language_set(given(wanted))
        _thread.spoken = wanted


@contextlib.contextmanager
def speaking(name: str) -> Iterator[None]:
    """The calling thread does so within."""
    before = getattr(_thread, "own", None)
    _thread.own = name
    try:
        yield
    finally:
        _thread.own = before


def _(message: str) -> str:
    """The package's own words in that language, from the library's catalogues (po/es)."""
    speak()
    return text(lib.lince_translate(given(message)))
