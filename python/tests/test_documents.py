"""What docs/python.md shows runs, in either language, from the first line to the last."""

import re

import pytest
from conftest import SOURCE

import lince


def blocks(name):
    return re.findall(r"^```python\n(.*?)^```$", (SOURCE / "docs" / name).read_text("utf-8"), re.S | re.M)


@pytest.mark.parametrize("name", ["python.md", "python.es.md"])
def test_the_page_runs(scratch, tmp_path, monkeypatch, name, capsys):
    monkeypatch.chdir(tmp_path)
    found = blocks(name)
    assert len(found) >= 5
    known = {}
    for i, block in enumerate(found):
        if "sklearn" in block:
            pytest.importorskip("sklearn", reason="the page up to its scikit-learn ran; scikit-learn is not installed")
        exec(compile(block, f"{name}, block {i + 1}", "exec"), known)


def test_both_languages_show_the_same():
    def code(name):
        return [re.sub(r" *#.*|\"[^\"]*\"", "", block) for block in blocks(name)]

    assert code("python.md") == code("python.es.md")


def test_everything_public_is_documented():
    page = (SOURCE / "docs/python.md").read_text("utf-8")
    for name in lince.__all__:
        thing = getattr(lince, name)
        assert isinstance(thing, tuple) or thing.__doc__, name
    for name in ("train", "open", "compare", "report", "save_data", "info", "synth", "fetch", "options", "language", "cv", "tune", "lr_find",
                 "quantize", "Recording"):
        assert f"lince.{name}" in page, name
