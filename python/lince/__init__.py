"""lince: trains, evaluates and explains classifiers of pictures, recordings and texts.

    import lince

    lince.synth("images", "shapes")
    run = lince.train(data="shapes", model="resnet20", epochs=4, out="runs/first", callback=lince.Printer())
    print(run.test)
    run.predict("shapes/test/star/0005.png")[0].label
    run.report()                                    # a notebook shows it

All that computes is the C library liblince; this package calls it, and needs numpy alone. What fails raises a
``lince.Error`` with the library's message; ``lince.language("es")`` has messages and reports in Spanish.
``lince.sklearn`` has classifiers for scikit-learn.
"""

from __future__ import annotations

from typing import Any

from ._cv import CrossValidation, cv
from ._data import fetch, info, save_data, synth
from ._errors import (DataError, Error, FileError, FormatError, Interrupted, NumericError, OutOfMemoryError, ShapeError,
                      UnsupportedError, UsageError, Warning)
from ._evaluation import Evaluation
from ._language import language
from ._library import lib as _lib
from ._library import text as _text
from ._listen import PHASES, Epoch, Listener, Printer, Progress, Trial
from ._lr_find import RateTest, lr_find
from ._model import Answered, Model, report
from ._model import open_model as open  # pylint: disable=redefined-builtin
from ._options import Option, options
from ._pages import Comparison, Report, compare
from ._predictions import Prediction, Predictions
from ._quantize import Quantized, quantize
from ._recordings import Recording
from ._train import train
from ._tune import Search, tune

__version__ = _text(_lib.lince_version())

__all__ = [
    "Answered", "Comparison", "CrossValidation", "DataError", "Epoch", "Error", "Evaluation", "FileError",
    "FormatError", "Interrupted", "Listener", "Model", "NumericError", "Option", "OutOfMemoryError", "PHASES",
    "Prediction", "Predictions", "Printer", "Progress", "Quantized", "RateTest", "Recording", "Report", "Search",
    "ShapeError", "Trial", "UnsupportedError", "UsageError", "Warning", "compare", "cv", "fetch", "info", "language",
    "lr_find", "open", "options", "quantize", "report", "save_data", "synth", "train", "tune",
]


def __getattr__(name: str) -> Any:
    """The classifiers for scikit-learn, which is only loaded for them."""
    if name in ("LinceImageClassifier", "LinceTextClassifier"):
        from . import sklearn

        return getattr(sklearn, name)
    raise AttributeError(f"module 'lince' has no attribute '{name}'")
