"""A run's weights in 8 bits."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
from pathlib import Path
from typing import Any, Optional, Union

from ._library import QuantizeOptions, given_path, lib, taken
from ._listen import Callback, listening
from ._model import Model, Path_, open_model


class Quantized:
    """Weights in 8 bits, and what they are worth: ``data`` is quantize.json (docs/formats.md), ``print`` tells it in words."""

    def __init__(self, path: Path, data: dict[str, Any], told: str) -> None:
        self.path = path  #: the weights file, which ``lince.open`` opens
        self.data = data
        self._told = told

    def __fspath__(self) -> str:
        return os.fspath(self.path)

    def __repr__(self) -> str:
        return f"<lince.Quantized: {self.path}>"

    def __str__(self) -> str:
        return self._told


def quantize(run: Union[Path_, Model], out: Optional[Path_] = None, *, calibrate: int = 128, max_loss: float = 0.5,
             untimed: bool = False, callback: Callback = None) -> Quantized:
    """Writes a run's best weights in 8 bits, a quarter of the file, which answer in less time; both are measured.

    ``run``: its folder, or a model that was opened from it. ``out``: the file (None: weights/int8.safetensors in the run).
    ``calibrate`` samples of the training part say which values bytes stand for; ``max_loss``: points of accuracy on the
    validation part that may be lost; ``untimed``: nothing is timed, and all layers are in bytes. UnsupportedError of a model of texts; DataError, and nothing is written, where more is
    lost, nothing is faster, or there is no validation part.
    """
    options = QuantizeOptions(calibrate=calibrate, max_loss=max_loss, path=None if out is None else given_path(out),
                              untimed=untimed)
    told = ctypes.c_void_p()
    with contextlib.ExitStack() as stack:
        model = run if isinstance(run, Model) else stack.enter_context(open_model(run))
        with model._lock, listening(callback) as ears:
            lib.lince_model_quantize(model._open, options, ears.observer, told)
        folder = model.run
    words = taken(told)
    data = json.loads((folder / "quantize.json").read_text("utf-8"))
    return Quantized(folder / "weights" / "int8.safetensors" if out is None else Path(out), data, words)
