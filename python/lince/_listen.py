"""What is heard of long work, and how it is stopped: callbacks, warnings, Ctrl-C."""

from __future__ import annotations

import ctypes
import logging
import math
import os
import signal
import sys
import threading
import warnings
from dataclasses import dataclass
from types import FrameType
from typing import Any, Callable, Optional, Protocol, Union, runtime_checkable

from . import _errors
from ._language import _, speak
from ._library import TELL, TELL_EPOCH, TELL_PROGRESS, EpochResult, Observer, text
from ._library import Progress as ProgressStruct

log = logging.getLogger("lince")

PHASES = ("fetching", "searching", "preparing", "computing features", "training", "averaging", "validating", "testing",
          "comparing", "reporting", "finding the rate", "opening", "indexing")


@dataclass(frozen=True)
class Progress:
    """Where the work stands, told a few times a second."""

    phase: str  #: one of lince.PHASES
    epoch: int  #: 1-based; 0 where there are none
    epochs: int
    step: int  #: batches (or bytes, files) done in this phase
    steps: int  #: of so many; 0: not known
    loss: float  #: of the samples seen in this phase so far
    accuracy: float  #: likewise, a share from 0 to 1
    lr: float
    samples_per_second: float
    eta: Optional[float]  #: seconds to the end of the last epoch; None: not known


@dataclass(frozen=True)
class Epoch:
    """One finished epoch. Accuracies are shares from 0 to 1; what was validated is NaN where there is no validation part."""

    epoch: int  #: 1-based
    epochs: int
    seconds: float  #: validation included
    train_loss: float
    train_accuracy: float
    val_loss: float
    val_accuracy: float
    lr: float
    samples_per_second: float
    best: bool  #: the best validation accuracy so far


@dataclass(frozen=True)
class Trial:
    """A trial of ``lince.tune`` that was judged; those that go on are judged again."""

    trial: int  #: 0-based
    settings: str  #: "lr=0.01 batch-size=32"
    epochs: int  #: that it has behind it
    of: int
    value: float  #: of the objective on the validation part; NaN: it failed
    failed: Optional[str]  #: why; None: it did not
    best: bool  #: the leader now
    seconds: float  #: since the search began


@runtime_checkable
class Listener(Protocol):
    """An object that is told more than a function: any of these methods, the others may be missing."""

    def epoch(self, epoch: Epoch) -> Any: ...

    def trial(self, trial: Trial) -> Any: ...

    def progress(self, progress: Progress) -> Any: ...

    def note(self, text: str) -> Any: ...

    def warning(self, text: str) -> Any: ...


Callback = Union[Callable[[Any], Any], Listener, Any]


class Printer:
    """A callback that prints a line an epoch, warnings and, on a terminal, where the epoch stands.

    ``lince.train(..., callback=lince.Printer())``. ``file``: where to; standard output by default.
    """

    def __init__(self, file: Any = None) -> None:
        self._file = file
        self._live = False

    @property
    def _out(self) -> Any:
        return self._file or sys.stdout  # a notebook's changes from cell to cell

    def epoch(self, epoch: Epoch) -> None:
        self._clear()
        said = _("epoch %d/%d  loss %.4f  accuracy %.2f %%") % (epoch.epoch, epoch.epochs, epoch.train_loss,
                                                               100 * epoch.train_accuracy)
        if not math.isnan(epoch.val_accuracy):
            said += "  " + _("validation: loss %.4f  accuracy %.2f %%") % (epoch.val_loss, 100 * epoch.val_accuracy)
        print("%s  %.1f s" % (said, epoch.seconds), file=self._out, flush=True)

    def trial(self, trial: Trial) -> None:
        self._clear()
        value = trial.failed if trial.failed else "%.4f%s" % (trial.value, " *" if trial.best else "")
        print("%s %d  %d/%d  %s  %s" % (_("trial"), trial.trial, trial.epochs, trial.of, value, trial.settings),
              file=self._out, flush=True)

    def progress(self, progress: Progress) -> None:
        isatty = getattr(self._out, "isatty", None)
        if progress.phase != "training" or not progress.steps or not isatty or not isatty():
            return
        said = _("epoch %d/%d: batch %d of %d") % (progress.epoch, progress.epochs, progress.step, progress.steps)
        print("\r\x1b[K" + said, end="", file=self._out, flush=True)
        self._live = True

    def warning(self, text: str) -> None:
        self._clear()
        print(text if text.startswith(" ") else _("warning:") + " " + text, file=self._out, flush=True)  # " ": goes on

    def _clear(self) -> None:
        if self._live:
            print("\r\x1b[K", end="", file=self._out)
        self._live = False


def fields_of(struct: Any) -> dict[str, Any]:
    return {name: getattr(struct, name) for name, *_type in struct._fields_ if name != "size"}


class Ears:
    """One call's observer: hands what it hears to a callback. An exception of the callback stops the work, which is
    saved as after Ctrl-C, and comes out of the call when that is done."""

    def __init__(self, callback: Callback = None) -> None:
        self._callback = callback
        self._tell_epoch = self.teller("epoch")
        self.failure: Optional[BaseException] = None
        self.stop = ctypes.c_int(0)
        # Progress is always heard: it is then that Python looks whether Ctrl-C was pressed.
        self.observer = Observer(note=TELL(self.guarded(self._note)), warning=TELL(self.guarded(self._warning)),
                                 progress=TELL_PROGRESS(self.guarded(self._progress)),
                                 epoch=TELL_EPOCH(self.guarded(self._epoch)), stop=ctypes.pointer(self.stop))

    def teller(self, name: str) -> Optional[Callable[[Any], Any]]:
        """What is told first of all: a method of this name, or a callback that is a function."""
        return getattr(self._callback, name, self._callback if callable(self._callback) else None)

    def guarded(self, hear: Callable[[Any], None]) -> Callable[[Any, Any], None]:
        """ctypes would print an exception and forget it."""

        def heard(context: Any, what: Any) -> None:
            try:
                hear(what)
            except BaseException as error:  # pylint: disable=broad-except
                self.failure = self.failure or error
                self.stop.value = 1

        return heard

    def _note(self, raw: bytes) -> None:
        tell = getattr(self._callback, "note", None)
        tell(text(raw)) if tell else log.info("%s", text(raw))

    def _warning(self, raw: bytes) -> None:
        tell = getattr(self._callback, "warning", None)
        tell(text(raw)) if tell else warnings.warn(text(raw), _errors.Warning, stacklevel=_depth_of_caller())

    def _progress(self, struct: Any) -> None:
        tell = getattr(self._callback, "progress", None)
        if tell:
            tell(progress_of(struct.contents))

    def _epoch(self, struct: Any) -> None:
        if self._tell_epoch:
            fields = fields_of(struct.contents)
            self._tell_epoch(Epoch(**{**fields, "best": bool(fields["best"])}))


def _depth_of_caller() -> int:
    """As warnings counts it: the first frame that is none of this package's."""
    depth = 0
    frame: Optional[FrameType] = sys._getframe(1)
    while frame and os.path.dirname(frame.f_code.co_filename) == os.path.dirname(__file__):
        depth, frame = depth + 1, frame.f_back
    return depth + 1


def progress_of(struct: ProgressStruct) -> Progress:
    fields = fields_of(struct)
    phase = PHASES[fields["phase"]] if 0 <= fields["phase"] < len(PHASES) else "working"
    return Progress(**{**fields, "phase": phase, "eta": fields["eta"] if fields["eta"] >= 0 else None})


class CtrlC:
    """Within, SIGINT asks the work to stop instead of raising in the middle of it. Elsewhere than in the main thread, where
    Python hears no signals, and where somebody else's handler stands, all stays as it is."""

    def __init__(self, stop: ctypes.c_int) -> None:
        self._stop = stop
        self._ours = (threading.current_thread() is threading.main_thread()
                      and signal.getsignal(signal.SIGINT) is signal.default_int_handler)
        self.pressed = False

    def _ask(self, number: int, frame: Any) -> None:
        self.pressed = True
        self._stop.value = 1

    def __enter__(self) -> CtrlC:
        if self._ours:
            signal.signal(signal.SIGINT, self._ask)
        return self

    def __exit__(self, *error: Any) -> None:
        if self._ours:
            signal.signal(signal.SIGINT, signal.default_int_handler)


class listening:
    """Around one call of the library that takes an observer: gives who hears."""

    def __init__(self, callback: Callback = None) -> None:
        self._ears = Ears(callback)
        self._ctrl_c = CtrlC(self._ears.stop)

    def __enter__(self) -> Ears:
        speak()
        self._ctrl_c.__enter__()
        return self._ears

    def __exit__(self, kind: Any, error: Optional[BaseException], trace: Any) -> None:
        self._ctrl_c.__exit__()
        if self._ears.failure is not None and (error is None or isinstance(error, (_errors.Error, _errors.Interrupted))):
            raise self._ears.failure from None
        if self._ctrl_c.pressed and error is None:  # too late to stop this, but what stands behind is to stop, too
            raise _errors.Interrupted(_("interrupted"))
