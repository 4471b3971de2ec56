"""Opened models, and runs."""

from __future__ import annotations

import ctypes
import json
import os
import threading
from pathlib import Path
from typing import Any, Mapping, NamedTuple, Optional, Union

import numpy as np

from . import _errors, _inputs
from ._evaluation import Evaluation
from ._language import _, language, speak
from ._library import ANSWER, Confidence, OpenOptions, Pixels, given, given_path, lib, taken, text
from ._listen import Callback, Ears, listening
from ._options import as_text
from ._pages import Report
from ._predictions import Kept, Predictions, Structs, keep
from ._recordings import Recording
from ._tables import read_columns

Path_ = Union[str, "os.PathLike[str]"]

_AT_A_TIME = 256  # arrays or texts handed to the library: Ctrl-C is heard between


class Answered(NamedTuple):
    """What ``Model.min_confidence`` has found on the validation part."""

    least: float  #: from this probability on a class is an answer
    samples: int  #: of the validation part; 0: not known
    answered: int
    right: int
    interval: tuple[float, float]  #: of right / answered, Wilson's 95 %


class Model:
    """A trained model: a run's folder, or a weights file; see ``lince.open``.

    It may be used by several threads, which take turns. ``close`` (or the end of a with statement) frees its memory.
    """

    def __init__(self, handle: ctypes.c_void_p, path: Optional[str], run: Optional[str], kept: Any = None) -> None:
        self._handle: Optional[ctypes.c_void_p] = handle
        self._lock = threading.RLock()
        self._kept = kept  # bytes in memory that the model reads
        self._names: Optional[list[str]] = None
        self._folder = run
        self.path = path  #: what was opened; None: weights in memory

    # --- life -------------------------------------------------------------------------------------

    def close(self) -> None:
        """Frees it; afterwards it answers nothing. Closing twice is no mistake."""
        with self._lock:
            handle, self._handle = self._handle, None
            if handle:
                lib.lince_model_free(handle)
            self._kept = None

    def __enter__(self) -> Model:
        return self

    def __exit__(self, *error: Any) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_handle", None):
            self.close()

    @property
    def _open(self) -> ctypes.c_void_p:
        if not self._handle:
            raise _errors.UsageError(_("the model is closed"))
        speak()
        return self._handle

    def __repr__(self) -> str:
        if not self._handle:
            return "<lince.Model, closed>"
        return "<lince.Model %s: %s, %d classes>" % (self.path or "in memory", self.name, len(self.classes))

    # --- what it is -------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The architecture, as ``"vgg16"``."""
        return text(lib.lince_model_name(self._open))

    @property
    def classes(self) -> list[str]:
        """The classes' names (or numbers, where the weights name none), in the order of all arrays by class."""
        handle = self._open
        if self._names is None:  # an open model's stay as they are
            names = (lib.lince_model_class(handle, i) for i in range(lib.lince_model_classes(handle)))
            self._names = [str(i) if name is None else text(name) for i, name in enumerate(names)]
        return list(self._names)

    @property
    def is_text(self) -> bool:
        """Whether it classifies texts."""
        return bool(lib.lince_model_is_text(self._open))

    @property
    def several(self) -> bool:
        """Whether it answers any number of labels."""
        return bool(lib.lince_model_several(self._open))

    @property
    def notes(self) -> list[str]:
        """What was found, renamed or left out in a weights file."""
        return text(lib.lince_model_notes(self._open)).splitlines()

    @property
    def input_size(self) -> tuple[int, int]:
        """Height and width of a picture's input, in pixels. UsageError of a model of texts."""
        height, width = ctypes.c_int(), ctypes.c_int()
        lib.lince_model_input(self._open, height, width)
        return height.value, width.value

    # --- how it answers ---------------------------------------------------------------------------

    def threads(self, count: int) -> Model:
        """So many threads compute from now on; 0: as many as the process has processors."""
        lib.lince_model_threads(self._open, count)
        return self

    def set(self, **settings: Any) -> Model:
        """From now on data are read, and answers given, otherwise than the run did: any setting of training's
        (``text_column="body"``), and ``tta="none"|"flip"|"crops"``, the views of a picture whose answers are averaged.
        UsageError. Returns the model."""
        with self._lock:
            for name, value in settings.items():
                lib.lince_model_set(self._open, given(name), given_path(as_text(name, value)))
        return self

    def min_confidence(self, least: Union[float, str], callback: Callback = None) -> Answered:
        """From now on a class is an answer only from this probability on, below it the label is None.

        ``least``: a number from 0 to 1, or ``"auto:0.95"``: the least one for which at least that share of the answers
        on the run's validation part is right. DataError where none is, or there is no validation part.
        """
        found = Confidence()
        with self._lock, listening(callback) as ears:
            lib.lince_model_min_confidence(self._open, given(as_text("least", least)), ears.observer, found)
        return Answered(found.least, found.samples, found.answered, found.right, (found.low, found.high))

    def calibrate(self, callback: Callback = None) -> Model:
        """Fits a temperature on the run's validation part, so that probabilities can be taken at their word, and keeps
        it in the run. DataError where there is no validation part. Returns the model."""
        with self._lock, listening(callback) as ears:
            lib.lince_model_calibrate(self._open, ears.observer)
        return self

    # --- predicting -------------------------------------------------------------------------------

    def predict(self, inputs: Any) -> Predictions:
        """Classifies one input or a list of them; answers are in their order.

        - a path (str or os.PathLike; of a model of texts os.PathLike alone): a picture or a recording; a folder or an
          archive, all of whose files are classified, in the order of their names; a file of texts, a line each
        - a text (str), of a model of texts
        - a picture as an array, uint8 [height, width, 3] (red, green, blue) or [height, width], of any size and strides;
          many as [n, height, width, 3], or a list of arrays of different sizes; of floats from 0 to 1, they must have
          ``input_size``. What numpy.asarray makes an array of, as Pillow's pictures, is one
        - a lince.Recording, of a model of recordings
        - bytes: a picture or recording file's content

        The first input that cannot be read raises: FileError, FormatError, UsageError, ... with its name in the message.
        """
        with self._lock:
            classes = self.classes
            kept: list[Kept] = []
            things = _inputs.as_list(inputs)
            if isinstance(things, np.ndarray) and (self.is_text or things.dtype.kind in "OUS"):
                things = things.tolist()
            if len(things) and _inputs.is_array(things[0]):
                kept = self._of_arrays(things)
            elif self.is_text and len(things) > 1 and all(isinstance(thing, str) for thing in things):
                kept = self._of_texts(things)
            elif not self.is_text and all(isinstance(thing, (str, os.PathLike)) for thing in things):
                kept = self._of_paths(things)
            else:
                for thing in things:
                    kept += self._of_one(thing)
        return Predictions(classes, kept)

    def _of_one(self, thing: Any) -> list[Kept]:
        if isinstance(thing, Recording):
            return self._of_bytes(thing.wav())
        if isinstance(thing, bytes):
            return self._of_bytes(thing)
        if isinstance(thing, str) and self.is_text:
            return self._of_text(thing)
        if isinstance(thing, (str, os.PathLike)):
            return self._of_paths([thing])
        raise _errors.UsageError(_("expected a path, a text, an array, or a list of them, found %s")
                                 % type(thing).__name__)

    def _of_text(self, thing: str) -> list[Kept]:
        with Structs(1) as structs:
            lib.lince_model_predict_text(self._open, given(thing), structs[0])
            return [keep(thing, structs[0])]

    def _of_texts(self, things: list[str]) -> list[Kept]:
        kept: list[Kept] = []
        for begin in range(0, len(things), _AT_A_TIME):
            some = things[begin:begin + _AT_A_TIME]
            with Structs(len(some)) as structs:
                texts = (ctypes.c_char_p * len(some))(*map(given, some))
                lib.lince_model_predict_texts(self._open, texts, len(some), structs)
                kept += map(keep, some, structs)
        return kept

    def _of_bytes(self, thing: bytes) -> list[Kept]:
        with Structs(1) as structs:
            lib.lince_model_predict_bytes(self._open, thing, len(thing), structs[0])
            return [keep(None, structs[0])]

    def _of_paths(self, paths: Any) -> list[Kept]:
        """All that they lead to, up to the first that has no answer."""
        kept: list[Kept] = []
        failure: list[BaseException] = []

        def tell(context: Any, name: bytes, code: int, prediction: Any) -> int:
            try:
                if code:
                    raise _errors.of(code, text(lib.lince_error()))
                kept.append(keep(text(name), prediction.contents))
                return 0
            except BaseException as error:  # Ctrl-C, too: ctypes would print it and forget it
                failure.append(error)
                return 1

        ears = Ears()
        lib.lince_model_observe(self._open, ears.observer)
        try:
            named = [b"./-" if name == b"-" else name for name in map(given_path, paths)]  # of that name, not standard input
            lib.lince_model_predict_paths(self._open, (ctypes.c_char_p * len(named))(*named), len(named), ANSWER(tell), None)
        finally:
            lib.lince_model_observe(self._open, None)
        if ears.failure is not None:
            failure.append(ears.failure)
        if failure:
            raise failure[0]
        return kept

    def _of_arrays(self, things: Any) -> list[Kept]:
        kept: list[Kept] = []
        for begin in range(0, len(things), _AT_A_TIME):
            pictures = [_inputs.as_picture(thing) for thing in things[begin:begin + _AT_A_TIME]]
            kinds = {picture.dtype == np.uint8 for picture in pictures}
            if len(kinds) > 1:
                raise _errors.UsageError(_("pictures of bytes and of floats: expected one kind"))
            with Structs(len(pictures)) as structs:
                if kinds == {True}:
                    self._of_pixels(pictures, structs)
                else:
                    self._of_floats(pictures, structs)
                kept += [keep(None, struct) for struct in structs]
        return kept

    def _of_pixels(self, pictures: list[np.ndarray], structs: Any) -> None:
        pixels = (Pixels * len(pictures))(*map(_inputs.as_pixels, pictures))
        lib.lince_model_predict_pixels(self._open, pixels, len(pictures), structs)

    def _of_floats(self, pictures: list[np.ndarray], structs: Any) -> None:
        planes = _inputs.as_planes(pictures, *self.input_size)
        lib.lince_model_predict_floats(self._open, planes.ctypes.data, len(pictures), structs)

    # --- measuring --------------------------------------------------------------------------------

    def evaluate(self, data: Optional[Path_] = None, part: Optional[str] = None, *, predictions: Optional[Path_] = None,
                 callback: Callback = None) -> Evaluation:
        """Measures it on a part (``"train"``, ``"val"``, ``"test"``; None: test, or the only one there is) of a data set
        (None: the run's own, in the parts that it had there). ``predictions``: a CSV file to write, a line a sample.

        ``set`` says how data are read where it is not as the run did. FileError, DataError, UsageError.
        """
        out = ctypes.c_void_p()
        with self._lock, listening(callback) as ears:
            lib.lince_model_evaluate(self._open, data and given_path(data), part and given(part), 1,
                                     predictions and given_path(predictions), ears.observer, out)
        return Evaluation(json.loads(taken(out)))

    def export(self, path: Path_, preprocessing: bool = False) -> str:
        """Writes the model as ONNX, with its classes and its normalisation, the latter in the graph with ``preprocessing``;
        tells what was written. UnsupportedError for what ONNX cannot say."""
        out = ctypes.c_void_p()
        with self._lock:
            lib.lince_model_export(self._open, given_path(path), preprocessing, out)
        return taken(out)

    # --- its run ----------------------------------------------------------------------------------

    @property
    def run(self) -> Path:
        """The folder of the run. UsageError where a weights file alone was opened."""
        if self._folder is None:
            raise _errors.UsageError(_("%s: expected a run's folder, not weights alone") % (self.path or "-"))
        return Path(self._folder)

    @property
    def settings(self) -> dict[str, str]:
        """Every setting of the run, as resolved, by the names of ``lince.options()``."""
        from ._options import Settings, options

        with Settings() as settings:
            lib.lince_run_settings(given_path(self.run), settings.handle)
            return {name: settings.get(name) for name in options()}

    @property
    def history(self) -> dict[str, np.ndarray]:
        """The run's epochs, columns by name: ``epoch`` from 1 on, ``time`` in seconds, ``train/loss``, ``train/accuracy``,
        ``val/loss``, ``val/accuracy`` (shares from 0 to 1), ``lr``; NaN where there is nothing."""
        return read_columns(self.run / "results.csv")

    @property
    def test(self) -> Optional[Evaluation]:
        """What the training's end measured on the test part; None where there was none."""
        path = self.run / "test.json"
        return Evaluation(json.loads(path.read_text("utf-8"))) if path.exists() else None

    @property
    def figures(self) -> dict[str, Path]:
        """The report's figures as SVG files, by name, as ``"loss"``, ``"accuracy"``, ``"confusion"``."""
        return {path.stem: path for path in sorted((self.run / "plots").glob("*.svg"))}

    def report(self, lang: Optional[str] = None, author: Optional[str] = None, notes: Optional[str] = None,
               callback: Callback = None) -> Report:
        """The run's report, which a notebook shows. It is written where there is none yet, and anew where a language
        (``"en"``, ``"es"``, ``"auto"``), who signs it, or a text to stand in it is given."""
        return report(self.run, lang, author, notes, callback)


def report(run: Path_, lang: Optional[str] = None, author: Optional[str] = None, notes: Optional[str] = None,
           callback: Callback = None) -> Report:
    """A run's report, as ``Model.report``, of a run that need not be opened. FileError where the folder is no run's."""
    page = Path(run) / "report.html"
    speak()
    if author is not None or notes is not None:
        lib.lince_report_sign(given_path(run), None if author is None else given(author),
                              None if notes is None else given(notes))
    if lang is not None or author is not None or notes is not None or not page.exists():
        with listening(callback) as ears:
            lib.lince_report(given_path(run), given(lang or language()), ears.observer)
    return Report(page)


_FILE_OPTIONS = ("architecture", "normalize", "classes", "image_size", "fit", "interpolation")


def open_model(path: Union[Path_, bytes], *, model: Optional[str] = None, normalize: Optional[str] = None,
               classes: Optional[Path_] = None, image_size: Any = None, fit: Optional[str] = None,
               interpolation: Optional[str] = None, resize: int = 0, strict: bool = False, threads: int = 0) -> Model:
    """Opens a run's folder (its best weights), a weights file of any format, or its bytes.

    Of a file that does not say it itself: ``model``, the architecture by name (None: the one that all tensors fit);
    ``normalize``; ``classes``, a file with their names, one a line; ``image_size``, pixels of the input, 224 or (height,
    width); ``fit``, ``interpolation`` and ``resize``, how pictures become the input. ``strict`` refuses tensors that the
    architecture does not have. ``threads`` compute; 0: as many as the process has processors.

    FileError, FormatError, DataError where weights do not fit the architecture.
    """
    asked: Mapping[str, Any] = dict(architecture=model, normalize=normalize, classes=classes, image_size=image_size,
                                    fit=fit, interpolation=interpolation)
    handle = ctypes.c_void_p()
    speak()
    if not isinstance(path, bytes) and os.path.isdir(path):
        if resize or strict or any(value is not None for value in asked.values()):
            raise _errors.UsageError(_("%s: a run says itself how it is opened; such options are for weights files")
                                     % os.fspath(path))
        lib.lince_model_open(handle, given_path(path))
        opened = Model(handle, os.fspath(path), os.fspath(path))
    else:
        options = OpenOptions(resize=resize, strict=strict)
        for name, value in asked.items():
            setattr(options, name, None if value is None else given_path(as_text(name, value)))
        if isinstance(path, bytes):
            options.bytes = ctypes.cast(ctypes.c_char_p(path), ctypes.c_void_p)
            options.byte_count = len(path)
        else:
            options.weights = given_path(path)
        lib.lince_model_open_weights(handle, options)
        opened = Model(handle, None, None, path) if isinstance(path, bytes) else Model(handle, os.fspath(path), None)
    return opened.threads(threads)
