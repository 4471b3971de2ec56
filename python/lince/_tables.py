"""Tables of numbers that a run keeps."""

from __future__ import annotations

from pathlib import Path

import numpy as np


def read_columns(path: Path) -> dict[str, np.ndarray]:
    """Columns by the names in the first line; NaN where a cell is empty."""
    lines = path.read_text("utf-8").split()
    rows = [[float(cell) if cell else float("nan") for cell in line.split(",")] for line in lines[1:]]
    columns = np.array(rows, dtype=float).reshape(len(rows), -1).T
    names = lines[0].split(",")
    return dict(zip(names, columns if rows else [np.zeros(0)] * len(names)))
