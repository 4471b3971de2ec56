"""Errors: an exception for each kind that the library knows (include/lince/error.h), with its message."""

from __future__ import annotations


class Error(Exception):
    """What lince could not do. The text says where, what was expected, what was found, and what to do.

    ``code`` is the library's code, negative; ``name`` its name, as ``"LINCE_EDATA"``.
    """

    code = 0
    name = ""


class UsageError(Error, ValueError):
    """A wrong option, value or combination."""

    code, name = -1, "LINCE_EUSAGE"


class FileError(Error, OSError):
    """The operating system refused: no such file, disk full, ..."""

    code, name = -2, "LINCE_EIO"


class FormatError(Error, ValueError):
    """A file is not what its name or header claims."""

    code, name = -3, "LINCE_EFORMAT"


class DataError(Error, ValueError):
    """Well-formed, but not usable: one class only, an empty part, ..."""

    code, name = -4, "LINCE_EDATA"


class ShapeError(Error, ValueError):
    """Shapes that do not fit each other."""

    code, name = -5, "LINCE_ESHAPE"


class OutOfMemoryError(Error, MemoryError):
    """There is not enough memory."""

    code, name = -6, "LINCE_ENOMEM"


class NumericError(Error, ArithmeticError):
    """A loss, a gradient or an answer that is not finite."""

    code, name = -7, "LINCE_ENUMERIC"


class UnsupportedError(Error, NotImplementedError):
    """Valid, but not something that this build or machine does."""

    code, name = -9, "LINCE_EUNSUPPORTED"


class Interrupted(KeyboardInterrupt):
    """Stopped by Ctrl-C, after all was saved.

    ``run`` is the folder of the run, which ``lince.train(resume=run)`` goes on with (of a cross-validation or a search
    ``lince.cv``, ``lince.tune``); None where there is none yet, or where nothing goes on. As any KeyboardInterrupt it is no ``Exception``, and no ``lince.Error``.
    """

    code, name = -8, "LINCE_EINTERRUPTED"
    run: str | None = None


class Warning(UserWarning):
    """Something to mend that lince has noticed; see the module warnings."""


_kinds = {kind.code: kind for kind in (UsageError, FileError, FormatError, DataError, ShapeError, OutOfMemoryError,
                                       NumericError, Interrupted, UnsupportedError)}


def of(code: int, message: str) -> BaseException:
    """The exception of a code."""
    return _kinds.get(code, Error)(message)
