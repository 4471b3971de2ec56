"""Pages that a notebook shows: reports and comparisons."""

from __future__ import annotations

import ctypes
import html
import json
import os
from pathlib import Path
from typing import Any, Optional

from ._library import c_char_p, given_path, lib, taken, text
from ._listen import Callback, listening

_PATH_MAX = 4096


class Page:
    """One self-contained HTML file; a notebook shows it in a frame of its own, whose styles and scripts stay inside."""

    height = 640  #: of the frame, in pixels

    def __init__(self, path: Any) -> None:
        self.path = Path(path)

    def __fspath__(self) -> str:
        return os.fspath(self.path)

    def __repr__(self) -> str:
        return f"<lince.{type(self).__name__}: {self.path}>"

    def _repr_html_(self) -> str:
        page = html.escape(self.path.read_text("utf-8"), quote=True)
        return f'<iframe srcdoc="{page}" style="width:100%;height:{self.height}px;border:0"></iframe>'


class Report(Page):
    """A run's report: ``report.html``, a file to share, with ``report.md`` and ``plots/`` beside it."""

    @property
    def markdown(self) -> str:
        """The same as Markdown."""
        return self.path.with_suffix(".md").read_text("utf-8")


class Comparison(Page):
    """Runs compared on the same test samples: a page, and what it says.

    ``data`` is compare.json (docs/formats.md): for each run measures with 95 % intervals, and p of McNemar's test;
    ``print`` shows the table.
    """

    def __init__(self, folder: str, table: str) -> None:
        super().__init__(Path(folder) / "compare.html")
        self.folder = Path(folder)
        self._table = table

    @property
    def data(self) -> dict[str, Any]:
        return json.loads((self.folder / "compare.json").read_text("utf-8"))

    @property
    def best(self) -> str:
        """The folder of the run with the best accuracy."""
        return self.data["best"]

    def __str__(self) -> str:
        return self._table


def compare(*runs: Any, out: Optional[Any] = None, callback: Callback = None) -> Comparison:
    """Compares finished runs (folders, or models that were opened from them) that were tested on the same samples.

    ``out``: the folder of the page; None: runs/compare, or the next free number behind it. DataError where the runs were
    tested on other samples, UsageError for fewer than two.
    """
    from ._model import paths_of

    paths = [given_path(path) for path in paths_of(runs)]
    folder = ctypes.create_string_buffer(_PATH_MAX)
    table = ctypes.c_void_p()
    with listening(callback) as observer:
        lib.lince_compare((c_char_p * len(paths))(*paths), len(paths), out and given_path(out), 0, observer, folder,
                          _PATH_MAX, table)
    return Comparison(text(folder.value), taken(table))
