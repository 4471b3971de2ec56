"""What a model is worth on a part of a data set."""

from __future__ import annotations

import html
from typing import Any, Dict

import numpy as np

from ._language import _


class Evaluation(Dict[str, Any]):
    """The object of ``lince eval --json`` (docs/formats.md) as a dict; shares are from 0 to 1. ``print`` shows
    scikit-learn's classification report.

    ``e["accuracy"]``, ``e["loss"]``, ``e["macro avg"]["f1-score"]``, ``e["per_class"]["cat"]["recall"]``, ...
    """

    @property
    def accuracy(self) -> float:
        return float(self["accuracy"])

    @property
    def classes(self) -> list[str]:
        return list(self["classes"])

    @property
    def confusion_matrix(self) -> np.ndarray:
        """int [classes, classes]; row: the true class, column: the answer. KeyError of a model of several labels, which
        has ``["multilabel_confusion_matrix"]``."""
        return np.array(self["confusion_matrix"], dtype=np.int64)

    def _rows(self) -> list[tuple[str, Any, Any, Any, Any]]:
        def row(name: str, measures: dict[str, Any]) -> tuple[str, Any, Any, Any, Any]:
            return (name, measures["precision"], measures["recall"], measures["f1-score"], measures["support"])

        rows = [row(name, measures) for name, measures in self["per_class"].items()]
        support = sum(r[4] for r in rows)
        if "confusion_matrix" in self:
            rows.append(("accuracy", None, None, self["accuracy"], self["n"]))
        for name in ("micro avg", "macro avg", "weighted avg", "samples avg"):
            if name in self:
                rows.append(row(name, {"support": support, **self[name]}))
        return rows

    def __str__(self) -> str:
        rows = self._rows()
        width = max(len(r[0]) for r in rows)
        lines = [" " * width + "  precision    recall  f1-score   support", ""]
        for i, (name, *shares, support) in enumerate(rows):
            if i == len(self["per_class"]):
                lines.append("")
            cells = "".join(" " * 10 if share is None else "%10.2f" % share for share in shares)
            lines.append("%*s %s%10d" % (width, name, cells, support))
        return "\n".join(lines)

    def __repr__(self) -> str:
        return "<lince.Evaluation: n %d, accuracy %.4f, loss %.4f>" % (self["n"], self["accuracy"], self["loss"])

    def _repr_html_(self) -> str:
        names = (_("class"), _("precision"), _("recall"), "F1", _("samples"))
        head = "".join(f"<th>{html.escape(name)}</th>" for name in names)
        body = ""
        for name, *shares, support in self._rows():
            cells = "".join("<td></td>" if share is None else f"<td>{share:.3f}</td>" for share in shares)
            body += f"<tr><th>{html.escape(name)}</th>{cells}<td>{support}</td></tr>"
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
