"""Pages that a notebook shows: reports and comparisons."""

from __future__ import annotations

import ctypes
import html
import json
import os
from pathlib import Path
from typing import Any, Optional

from . import _errors
from ._language import _
from ._library import PATH_MAX, given_path, lib, taken, text
from ._listen import Callback, listening


class Page:
    """One self-contained HTML file; a notebook shows it, where it was written, in a frame of its own, whose styles and scripts
    stay inside."""

    height = 640  #: of the frame, in pixels

    def __init__(self, path: Any) -> None:
        self.path = Path(path)

    def __fspath__(self) -> str:
        return os.fspath(self.path)

    def __repr__(self) -> str:
        return f"<lince.{type(self).__name__}: {self.path}>"

    def _repr_html_(self) -> Optional[str]:
        if not self.path.exists():
            return None
        page = html.escape(self.path.read_text("utf-8"), quote=True)
        return f'<iframe srcdoc="{page}" style="width:100%;height:{self.height}px;border:0"></iframe>'


class Report(Page):
    """A run's report: ``report.html``, a file to share, with ``report.md`` and ``plots/`` beside it."""

    @property
    def markdown(self) -> str:
        """The same as Markdown."""
        return self.path.with_suffix(".md").read_text("utf-8")


class Findings(Page):
    """A folder with a page, the same as numbers, and a table of them, which ``print`` shows."""

    page, numbers = "", ""  #: the files' names

    def __init__(self, folder: str, table: str) -> None:
        super().__init__(Path(folder) / self.page)
        self.folder = Path(folder)
        self._table = table

    @property
    def data(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / self.numbers).read_text("utf-8"))
        return found

    def __str__(self) -> str:
        return self._table


class Comparison(Findings):
    """Runs compared on the same test samples, or two cross-validations: a page, and what it says.

    ``data`` is compare.json (docs/formats.md): for each run measures with 95 % intervals, and p of McNemar's test.
    """

    page, numbers = "compare.html", "compare.json"

    @property
    def best(self) -> str:
        """The folder of the run with the best accuracy. KeyError of cross-validations."""
        return str(self.data["best"])


def _folder_of(run: Any) -> bytes:
    """Of a run, an opened model's run, or a cross-validation."""
    return given_path(run.folder if isinstance(run, Findings) else getattr(run, "run", run))


def compare(*runs: Any, out: Optional[Any] = None, callback: Callback = None) -> Comparison:
    """Compares finished runs (folders, or models that were opened from them) that were tested on the same samples; or two
    cross-validations with the same folds (folders, or what ``lince.cv`` gave), by the corrected resampled t-test.

    ``out``: the folder of the page; None: runs/compare, or the next free number behind it. DataError where the runs were
    tested on other samples, UsageError for fewer than two.
    """
    paths = [_folder_of(run) for run in runs]
    folder = ctypes.create_string_buffer(PATH_MAX)
    table = ctypes.c_void_p()
    to = None if out is None else given_path(out)
    validations = sum(bool(lib.lince_is_cv(path)) for path in paths)
    with listening(callback) as ears:
        if not validations:
            lib.lince_compare((ctypes.c_char_p * len(paths))(*paths), len(paths), to, 0, ears.observer, folder, PATH_MAX, table)
        elif validations == len(paths) == 2:
            lib.lince_cv_compare(*paths, to, 0, folder, PATH_MAX, table)
        else:
            raise _errors.UsageError(_("compare: of cross-validations two are compared, and nothing else; found: %d, and "
                                       "others: %d") % (validations, len(paths) - validations))
    return Comparison(text(folder.value), taken(table))
