"""Searching for settings."""

from __future__ import annotations

import ctypes
import math
import os
import threading
from pathlib import Path
from typing import Any, Callable, Mapping, Optional, Union

from . import _errors
from ._language import _, language, speaking
from ._library import TELL_LEG, TuneObserver, TuneOptions, TuneResult, given, given_path, lib, text
from ._listen import Callback, Ears, Trial, fields_of
from ._options import as_text, command, training, without_none
from ._pages import Page

SAMPLERS = ("tpe", "random")
OBJECTIVES = ("accuracy", "loss", "f1")


class Search(Page):
    """What ``lince.tune`` has found: a page, and the best trial, a run that ``lince.open(search.winner)`` opens."""

    def __init__(self, result: TuneResult) -> None:
        self.folder = Path(text(result.folder))
        super().__init__(self.folder / "tune.html")
        self.winner = Path(text(result.winner))  #: the folder of the best trial, the only one that was tested
        self.command = text(result.command)  #: that trains it again
        self.trial: int = result.trial  #: its number, from 0 on
        self.trials: int = result.trials
        self.failed: int = result.failed
        self.epochs: int = result.epochs  #: that the winner has behind it, fewer than ``of`` where the budget was over before
        self.of: int = result.of
        self.value: float = result.value  #: of the objective, on the validation part
        self.test_accuracy: Optional[float] = None if math.isnan(result.test_accuracy) else result.test_accuracy

    @property
    def config(self) -> Path:
        """The winner's settings that are not the usual ones: ``lince.train(data=..., config=search.config)``."""
        return self.folder / "best.yaml"


def _words(space: Mapping[str, Any]) -> list[str]:
    """As the command line has them: "lr=1e-4..1e-1:log", "batch-size=16,32"."""
    return [name.replace("_", "-") + "=" + as_text("", values) for name, values in space.items()]


def _typed(asked: TuneOptions, space: Any, sampler: str, objective: str) -> list[str]:
    """What of a search's own options is not the usual, as a shell types it."""
    said = {"space": None if isinstance(space, Mapping) else space, "trials": asked.trials,
            "budget": "%gs" % asked.budget if asked.budget else None, "sampler": sampler if asked.sampler else None,
            "objective": objective if asked.objective else None, "min-epochs": asked.least_epochs,
            "reduction": asked.reduction, "jobs": asked.jobs}
    return [f"--{name}={as_text(name, value)}" for name, value in said.items() if value]


def _choice(name: str, word: str, words: tuple[str, ...]) -> int:
    if word not in words:
        raise _errors.UsageError(_("--%s %s: expected one of %s") % (name, word, "|".join(words)))
    return words.index(word)


def _observer(ears: Ears) -> TuneObserver:
    tell = ears.teller("trial")

    def leg(struct: Any) -> None:
        fields = fields_of(struct.contents)
        failed = fields["failed"]
        if tell:
            tell(Trial(**{**fields, "settings": text(fields["settings"]), "failed": None if failed is None else text(failed)}))

    return TuneObserver(leg=TELL_LEG(ears.guarded(leg)))


def _aside(work: Callable[[], None]) -> None:
    """In a thread of its own, in the caller's language: trials run in several, and Python hears Ctrl-C in the main one alone,
    which must not sleep in the library meanwhile."""
    spoken = language()
    failure: list[BaseException] = []

    def run() -> None:
        try:
            with speaking(spoken):
                language()
                work()
        except BaseException as error:  # pylint: disable=broad-except
            failure.append(error)

    thread = threading.Thread(target=run, name="lince.tune")
    thread.start()
    while thread.is_alive():
        thread.join(0.1)
    if failure:
        raise failure[0]


def tune(data: Optional[Any] = None, model: Optional[str] = None,
         space: Union[Mapping[str, Any], str, "os.PathLike[str]", None] = None, *, trials: int = 0, budget: float = 0,
         sampler: str = "tpe", objective: str = "accuracy", min_epochs: int = 0, reduction: int = 0, jobs: int = 0,
         config: Optional[Any] = None, callback: Callback = None, **options: Any) -> Search:
    """Searches for settings that learn well: many trials, most of which are stopped early; the best go on from their exact
    checkpoints, and the winner alone is tested.

    - ``space``: what varies, ``{"lr": "1e-4..1e-1:log", "hidden": "64..256", "batch_size": [16, 32]}``, or a YAML file of it
    - ``trials`` at most, and ``budget``, seconds after which nothing is begun; one of them is needed
    - ``sampler``: ``"tpe"`` or ``"random"``; ``objective``, on the validation part: ``"accuracy"``, ``"loss"``, ``"f1"``
    - ``min_epochs`` before which none is stopped (1), ``reduction``: one of so many goes on, to so many times the epochs
      (3); ``jobs``: trials at a time, which share the threads
    - ``callback``: called with a Trial each time one was judged; or an object with ``trial``, ``note``, ``warning``
    - data, model, ``config`` and all other options are ``lince.train``'s; ``out``: the folder (None: runs/tune)

    Ctrl-C saves; ``lince.tune(resume=folder)`` goes on, and ends with the same winner. UsageError where the space or an
    option is wrong; DataError where there is no validation part, or all trials failed.
    """
    values = without_none({"data": data, "model": model, **options})
    words = _words(space) if isinstance(space, Mapping) else []
    raw = [given(word) for word in words]
    asked = TuneOptions(space=(ctypes.c_char_p * len(raw))(*raw), space_count=len(raw),
                        space_file=given_path(space) if isinstance(space, (str, os.PathLike)) else None,
                        trials=trials, budget=budget, sampler=_choice("sampler", sampler, SAMPLERS),
                        objective=_choice("objective", objective, OBJECTIVES), least_epochs=min_epochs,
                        reduction=reduction, jobs=jobs)
    result = TuneResult()
    with training(lib.lince_tune_settings, config, values, callback, lambda: result.folder) as (settings, ears):
        words += _typed(asked, space, sampler, objective)
        line, hears = given_path(command("tune", config, values, words)), _observer(ears)
        _aside(lambda: lib.lince_tune(settings, asked, line, ears.observer, hears, result))
    return Search(result)
