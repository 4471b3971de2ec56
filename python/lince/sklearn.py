"""Classifiers for scikit-learn: they go wherever one of its own goes, as into pipelines, cross-validation and searches.

    from lince.sklearn import LinceImageClassifier
    cross_val_score(LinceImageClassifier("resnet20", epochs=5), pictures, labels, cv=5)

A training is a run of lince in a folder that does not outlive it; what was learned is in the object, which is pickled with
its weights. A report is what ``lince.train`` leaves.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, Mapping, Optional, Sequence

import numpy as np

try:
    from sklearn.base import BaseEstimator, ClassifierMixin
    from sklearn.utils import check_random_state, column_or_1d
    from sklearn.utils.multiclass import check_classification_targets
    from sklearn.utils.validation import check_consistent_length, check_is_fitted
except ImportError as error:
    raise ImportError("lince.sklearn needs scikit-learn: pip install scikit-learn") from error

from . import _errors, _inputs
from ._data import save_data
from ._language import _
from ._listen import Callback
from ._model import Model, open_model
from ._options import without_none
from ._train import train

__all__ = ["LinceImageClassifier", "LinceTextClassifier"]


class _Classifier(ClassifierMixin, BaseEstimator):
    """What both share. Subclasses say what X is, and which parameters are options of training."""

    _trained_by: Sequence[str] = ()  # parameters that are options of lince.train by the same names

    def _samples(self, X: Any) -> list[Any]:
        raise NotImplementedError

    def fit(self, X: Any, y: Any) -> _Classifier:
        """Trains from the beginning. y [n]: the classes, of any type that sorts. What lince refuses raises a lince.Error."""
        samples = self._samples(X)
        y = column_or_1d(y, warn=True)
        check_consistent_length(samples, y)
        check_classification_targets(y)
        self.classes_ = np.unique(y)
        with tempfile.TemporaryDirectory(prefix="lince-") as folder:
            data = Path(folder) / "data.zip"
            names = save_data(data, (samples, y))
            run = train(data=data, out=Path(folder) / "run", callback=self.callback, **self._options())
            self._keep(run, names)
        return self

    def _options(self) -> dict[str, Any]:
        """Those that are given; tests and looking for repeated samples are scikit-learn's own affair."""
        seed = self.random_state
        if not isinstance(seed, (int, np.integer)):
            seed = check_random_state(seed).randint(2**31 - 1)
        usual = {"test_split": 0, "find_duplicates": "no", "no_report": True, "labels": "one", "seed": seed}
        own = {name: getattr(self, name) for name in self._trained_by}
        return {**usual, **without_none(own), **(self.options or {})}

    def _keep(self, run: Model, names: Mapping[str, str]) -> None:
        self.history_ = run.history
        self.n_iter_ = len(self.history_["epoch"])
        self.weights_ = (run.run / "weights" / "best.safetensors").read_bytes()
        columns = {name: i for i, name in enumerate(run.classes)}
        self._columns = np.array([columns[names[str(label)]] for label in self.classes_])
        self._opened: Optional[Model] = open_model(self.weights_, threads=self.threads or 0)
        run.close()

    def _model(self) -> Model:
        check_is_fitted(self, "weights_")
        if self._opened is None:  # after unpickling
            self._opened = open_model(self.weights_, threads=self.threads or 0)
        return self._opened

    def predict_proba(self, X: Any) -> np.ndarray:
        """Probabilities, float32 [n, classes], in the order of ``classes_``."""
        model = self._model()
        return model.predict(self._samples(X)).probabilities[:, self._columns]

    def predict(self, X: Any) -> np.ndarray:
        """The most probable class of each, [n]."""
        best = self.predict_proba(X).argmax(axis=1)
        labels: np.ndarray = self.classes_[best]
        return labels

    def __getstate__(self) -> dict[str, Any]:
        state = dict(super().__getstate__())
        if "_opened" in state:
            state["_opened"] = None  # an opened model is this process's
        return state


class LinceImageClassifier(_Classifier):
    """Classifies pictures: X is uint8 [n, height, width, 3], [n, height, width], or a list of such pictures of any size.

    Parameters are options of ``lince.train``, and None leaves one to its default; ``options`` is a dict of further ones, as
    ``{"label_smoothing": 0.1}``. ``val_split``: the share of X that is held out to choose the best epoch; ``random_state``:
    the seed. ``callback``: as ``lince.train``'s.

    After fit: ``classes_`` [classes], ``history_`` (columns by name, one value an epoch), ``n_iter_`` epochs, ``weights_``
    (a .safetensors file's bytes, which ``lince.open`` takes).
    """

    _trained_by = ("model", "epochs", "batch_size", "optimizer", "lr", "scheduler", "weights", "image_size", "augment",
                   "val_split", "patience", "threads")

    def __init__(self, model: str = "resnet20", *, epochs: int = 10, batch_size: Optional[int] = None,
                 optimizer: Optional[str] = None, lr: Optional[float] = None, scheduler: Optional[str] = None,
                 weights: Optional[Any] = None, image_size: Optional[Any] = None, augment: Optional[str] = None,
                 val_split: float = 0.1, patience: Optional[int] = None, threads: Optional[int] = None,
                 random_state: Any = 1, options: Optional[Mapping[str, Any]] = None, callback: Callback = None) -> None:
        self.model = model
        self.epochs = epochs
        self.batch_size = batch_size
        self.optimizer = optimizer
        self.lr = lr
        self.scheduler = scheduler
        self.weights = weights
        self.image_size = image_size
        self.augment = augment
        self.val_split = val_split
        self.patience = patience
        self.threads = threads
        self.random_state = random_state
        self.options = options
        self.callback = callback

    def _samples(self, X: Any) -> list[Any]:
        if _inputs.is_array(X) and np.ndim(X) not in (3, 4):
            raise _errors.UsageError(_("pictures: expected an array [n, height, width, 3] or [n, height, width], found %s")
                                     % list(np.shape(X)))
        pictures = list(X)  # an array [n, height, 3] could be one picture
        for picture in pictures:
            if _inputs.as_picture(picture).dtype != np.uint8:
                raise _errors.UsageError(_("pictures: expected bytes (uint8), found %s") % np.asarray(picture).dtype)
        return pictures

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.three_d_array = True
        return tags

    def _more_tags(self) -> dict[str, Any]:  # before scikit-learn 1.6
        return {"X_types": ["3darray"]}


class LinceTextClassifier(_Classifier):
    """Classifies texts: X is a list (or an array, a column of a table) of n str.

    Parameters as LinceImageClassifier's. A text that stands in X twice with one label, and one without a character, are not
    trained with; every text gets an answer.
    """

    _trained_by = ("model", "epochs", "batch_size", "optimizer", "lr", "scheduler", "embedding", "hidden", "dropout",
                   "max_tokens", "clip_grad", "val_split", "patience", "threads")

    def __init__(self, model: str = "gru", *, epochs: int = 10, batch_size: Optional[int] = None,
                 optimizer: Optional[str] = None, lr: Optional[float] = None, scheduler: Optional[str] = None,
                 embedding: Optional[int] = None, hidden: Optional[int] = None, dropout: Optional[float] = None,
                 max_tokens: Optional[int] = None, clip_grad: Optional[float] = None, val_split: float = 0.1,
                 patience: Optional[int] = None, threads: Optional[int] = None, random_state: Any = 1,
                 options: Optional[Mapping[str, Any]] = None, callback: Callback = None) -> None:
        self.model = model
        self.epochs = epochs
        self.batch_size = batch_size
        self.optimizer = optimizer
        self.lr = lr
        self.scheduler = scheduler
        self.embedding = embedding
        self.hidden = hidden
        self.dropout = dropout
        self.max_tokens = max_tokens
        self.clip_grad = clip_grad
        self.val_split = val_split
        self.patience = patience
        self.threads = threads
        self.random_state = random_state
        self.options = options
        self.callback = callback

    def _options(self) -> dict[str, Any]:
        columns = {"text_column": "text", "label_column": "label", "header": "yes"}
        return {**columns, **super()._options()}

    def _samples(self, X: Any) -> list[str]:
        if isinstance(X, str):
            raise _errors.UsageError(_("texts: expected a list of them, found one"))
        texts = list(X)
        for i, thing in enumerate(texts):
            if not isinstance(thing, str):
                raise _errors.UsageError(_("texts: expected a text, found %s (sample %d)") % (type(thing).__name__, i))
        return texts

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.string = True
        return tags

    def _more_tags(self) -> dict[str, Any]:  # before scikit-learn 1.6
        return {"X_types": ["string"]}
