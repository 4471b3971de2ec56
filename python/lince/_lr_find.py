"""A learning rate by a range test."""

from __future__ import annotations

import ctypes
from pathlib import Path
from typing import Any, Optional

import numpy as np

from ._library import PATH_MAX, lib, text
from ._listen import Callback
from ._options import training, without_none
from ._tables import read_columns


class RateTest:
    """What ``lince.lr_find`` has found; a notebook shows its figure."""

    def __init__(self, lr: float, folder: str) -> None:
        self.lr = lr  #: the rate that the valley rule suggests
        self.folder = Path(folder)

    @property
    def history(self) -> dict[str, np.ndarray]:
        """Every step, columns by name: ``step`` from 1 on, ``lr``, ``loss``, ``smoothed``."""
        return read_columns(self.folder / "lr_find.csv")

    @property
    def figure(self) -> Optional[Path]:
        """Loss by rate as SVG; None where there was no gnuplot to draw it."""
        path = self.folder / "plots" / "lr_find.svg"
        return path if path.exists() else None

    def __repr__(self) -> str:
        return "<lince.RateTest: lr %.3g, %s>" % (self.lr, self.folder)

    def _repr_svg_(self) -> Optional[str]:
        return self.figure.read_text("utf-8") if self.figure else None


def lr_find(data: Optional[Any] = None, model: Optional[str] = None, *, from_: float = 1e-7, to: float = 10.0,
            steps: int = 100, config: Optional[Any] = None, callback: Callback = None, **options: Any) -> RateTest:
    """The learning rate range test (L. N. Smith 2017): the rate grows from ``from_`` to ``to`` over ``steps`` steps, by
    one factor, or until the loss explodes; ``.lr`` is what fastai's valley rule suggests.

    Data, model and options are ``lince.train``'s; ``out`` is the folder of the figure and of what each step found (None:
    runs/lr-find). No weights are kept. DataError where the loss explodes too soon to suggest anything.
    """
    values = without_none({"data": data, "model": model, **options})
    folder = ctypes.create_string_buffer(PATH_MAX)
    lr = ctypes.c_double()
    with training(lib.lince_run_settings, config, values, callback, lambda: b"") as (settings, ears):
        lib.lince_lr_find(settings, from_, to, steps, ears.observer, folder, PATH_MAX, lr)
    return RateTest(lr.value, text(folder.value))
