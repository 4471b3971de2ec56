"""Answers of a model."""

from __future__ import annotations

import ctypes
import html
from dataclasses import dataclass, field
from typing import Any, Iterator, Optional, Sequence, Union, overload

import numpy as np

from ._language import _
from ._library import Prediction as Struct
from ._library import lib


@dataclass(frozen=True)
class Prediction:
    """The answer for one input."""

    input: Optional[str]  #: a path or a text; None: it had no name
    label: Union[str, None, tuple[str, ...]]  #: the class; None: not sure enough; of a model of several labels, all answered
    probability: float  #: of the most probable class
    probabilities: np.ndarray = field(repr=False)  #: float32 [classes], sum 1 (of several labels each by itself)
    best: int = field(repr=False)  #: index of the most probable class
    unknown: int = field(default=0, repr=False)  #: of a text, words that were read and that the model does not know


@dataclass
class Kept:
    """What is copied of the library's answer before it is released."""

    input: Optional[str]
    best: int
    unsure: bool
    unknown: int
    probabilities: np.ndarray
    answered: Optional[np.ndarray]


def keep(name: Optional[str], struct: Struct) -> Kept:
    classes = struct.classes
    return Kept(name, struct.best, struct.unsure, struct.unknown,
                np.frombuffer(ctypes.string_at(struct.probability, 4 * classes), np.float32),
                np.frombuffer(ctypes.string_at(struct.answered, classes), np.bool_) if struct.answered else None)


class Structs:
    """An array of the library's answers, begun as it wants it, and released at the end of a with statement."""

    def __init__(self, count: int) -> None:
        self.array = (Struct * count)(*(Struct() for _i in range(count)))

    def __enter__(self) -> Any:
        return self.array

    def __exit__(self, *error: Any) -> None:
        for struct in self.array:
            lib.lince_prediction_release(struct)


class Predictions(Sequence[Prediction]):
    """Answers in the order of the inputs: a sequence of Prediction, and arrays of all of them.

    - ``classes``: the names, in the order of the columns of ``probabilities``
    - ``probabilities``: float32 [n, classes]
    - ``best``: int [n], the most probable class
    - ``labels``: a list of n names; None where the model was not sure enough; of several labels, tuples of names
    - ``answered``: bool [n, classes] of a model of several labels; None of others
    """

    def __init__(self, classes: Sequence[str], kept: Sequence[Kept]) -> None:
        self.classes = list(classes)
        self.inputs = [k.input for k in kept]
        self.best = np.array([k.best for k in kept], dtype=np.int64)
        self.probabilities = (np.array([k.probabilities for k in kept]) if kept
                              else np.zeros((0, len(self.classes)), np.float32))
        self.unsure = np.array([k.unsure for k in kept], dtype=bool)
        answered = [k.answered for k in kept if k.answered is not None]
        self.answered = np.array(answered) if answered else None
        self._unknown = [k.unknown for k in kept]

    @property
    def labels(self) -> list[Any]:
        return [self._label(i) for i in range(len(self))]

    def _label(self, i: int) -> Union[str, None, tuple[str, ...]]:
        if self.answered is not None:
            return tuple(name for name, there in zip(self.classes, self.answered[i]) if there)
        return None if self.unsure[i] else self.classes[self.best[i]]

    def __len__(self) -> int:
        return len(self.inputs)

    @overload
    def __getitem__(self, index: int) -> Prediction: ...

    @overload
    def __getitem__(self, index: slice) -> list[Prediction]: ...

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        i = range(len(self))[index]
        return Prediction(self.inputs[i], self._label(i), float(self.probabilities[i, self.best[i]]),
                          self.probabilities[i], int(self.best[i]), self._unknown[i])

    def __iter__(self) -> Iterator[Prediction]:
        return (self[i] for i in range(len(self)))

    def _rows(self, most: int = 20) -> list[tuple[str, str, str]]:
        rows = []
        for i, p in enumerate(self[:most]):
            label = ", ".join(p.label) if isinstance(p.label, tuple) else p.label
            rows.append((str(i) if p.input is None else p.input, "?" if label is None else label, "%.4f" % p.probability))
        if len(self) > most:
            rows.append(("...", "...", ""))
        return rows

    def __repr__(self) -> str:
        return "\n".join("\t".join(row) for row in self._rows()) or "Predictions([])"

    def _repr_html_(self) -> str:
        names = (_("input"), _("class"), _("probability"))
        head = "".join(f"<th>{html.escape(name)}</th>" for name in names)
        rows = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in self._rows())
        return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
