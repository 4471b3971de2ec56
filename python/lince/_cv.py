"""Cross-validation."""

from __future__ import annotations

import csv
import ctypes
import os
from pathlib import Path
from typing import Any, Optional

from ._library import PATH_MAX, given_path, lib, taken, text
from ._listen import Callback
from ._options import command, training, without_none
from ._pages import Findings


class CrossValidation(Findings):
    """What the folds say together: ``data`` is cv.json (docs/formats.md), as ``data["measures"]["accuracy"]["mean"]``;
    ``print`` shows the table."""

    page, numbers = "report.html", "cv.json"

    @property
    def runs(self) -> list[Path]:
        """The folds' runs, which ``lince.open`` opens."""
        return [Path(each["run"]) for each in self.data["each"]]

    @property
    def label_issues(self) -> list[dict[str, str]]:
        """Labels that are likely wrong, the most suspicious first: the rows of label_issues.csv (docs/formats.md)."""
        with open(self.folder / "label_issues.csv", encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))


def cv(data: Optional[Any] = None, model: Optional[str] = None, *, config: Optional[Any] = None,
       callback: Callback = None, **options: Any) -> CrossValidation:
    """Trains as many models as ``folds`` says (5), each on all folds but one, which is its test: every sample is predicted
    by a model that has not learned from it.

    Data, model, options, ``config`` and ``callback`` are ``lince.train``'s; ``out``: the folder (None: runs/cv), in which
    the folds are runs. Ctrl-C saves the fold that is being trained; ``resume`` takes the folder and goes on as if nothing
    had been. Two with the same folds are compared by ``lince.compare``.
    """
    values = without_none({"data": data, "model": model, **options})
    folder = ctypes.create_string_buffer(PATH_MAX)
    table = ctypes.c_void_p()
    with training(lib.lince_cv_settings, config, values, callback, lambda: folder.value) as (settings, ears):
        line = given_path(command("cv", config, values))
        lib.lince_cv(settings, line, 0, ears.observer, folder, PATH_MAX, table)
    return CrossValidation(text(folder.value), taken(table))
