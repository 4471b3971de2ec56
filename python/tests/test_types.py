"""The package's type hints hold, as strictly as mypy looks."""

import subprocess
import sys

import pytest
from conftest import SOURCE


def test_type_hints_hold(tmp_path):
    pytest.importorskip("mypy", reason="mypy is not installed")
    said = subprocess.run([sys.executable, "-m", "mypy", "--config-file", SOURCE / "pyproject.toml", "--cache-dir", tmp_path],
                          cwd=SOURCE, capture_output=True, text=True)
    assert said.returncode == 0, said.stdout + said.stderr
    assert "no issues found" in said.stdout
