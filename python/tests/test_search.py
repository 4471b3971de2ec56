"""lince.lr_find, tune, cv and quantize: what `lince lr-find`, `tune`, `cv` and `quantize` do."""

import pytest
from conftest import TINY, interrupt

import lince

ONE = {**TINY, "epochs": 1, "image_size": 16, "batch_size": 16}


def test_a_rate_is_suggested(shapes, tmp_path):
    found = lince.lr_find(shapes, "resnet20", steps=20, out=tmp_path / "rates", **ONE)
    assert 1e-7 < found.lr < 10 and found.folder == tmp_path / "rates"
    assert list(found.history) == ["step", "lr", "loss", "smoothed"] and found.history["lr"][0] == pytest.approx(1e-7)
    assert (found._repr_svg_() is None) == (found.figure is None)
    with pytest.raises(lince.UsageError):
        lince.lr_find(shapes, "resnet20", from_=1, to=0.1, out=tmp_path / "none", **ONE)


@pytest.fixture(scope="module")
def validations(shapes, scratch):
    options = dict(folds=2, **ONE)
    return [lince.cv(shapes, "resnet20", out=scratch / name, lr=lr, **options) for name, lr in (("cv", 1e-2), ("cv2", 1e-3))]


def test_every_sample_is_tested_once(validations, scratch):
    found = validations[0]
    assert found.folder == scratch / "cv" and found.data["folds"] == 2 and "fold 2" in str(found)
    with lince.open(found.runs[1]) as model:
        assert model.name == "resnet20" and model.test["n"] == found.data["each"][1]["n"]
    assert {"path", "label", "suggested"} <= set(found.label_issues[0])
    assert found._repr_html_() is None, "no_report"
    assert "lince cv --data=" in (found.runs[0] / "config.yaml").read_text()


def test_cross_validations_are_compared(validations, picture_run, tmp_path):
    found = lince.compare(*validations, out=tmp_path / "compared")
    assert len(found.data["cross-validations"]) == 2 and found._repr_html_().startswith("<iframe")
    with pytest.raises(lince.UsageError, match="found: 1, and others: 1"):
        lince.compare(validations[0], picture_run)


def test_a_cross_validation_that_was_stopped_goes_on(validations, shapes, tmp_path):
    def stop(epoch):
        raise ValueError("enough")

    with pytest.raises(ValueError, match="enough"):
        lince.cv(shapes, "resnet20", folds=2, lr=1e-2, out=tmp_path / "cv", callback=stop, **ONE)
    again = lince.cv(resume=tmp_path / "cv")
    assert again.folder == tmp_path / "cv" and again.data["measures"] == validations[0].data["measures"]


SPACE = {"lr": "1e-3..1e-1:log", "batch_size": [8, 16]}


def test_a_search_finds_a_winner_and_goes_on(shapes, tmp_path):
    told = []
    options = {**TINY, "image_size": 16}
    found = lince.tune(shapes, "resnet20", SPACE, trials=3, jobs=2, out=tmp_path / "search", callback=told.append, **options)
    assert found.trials == 3 and found.failed == 0 and found.epochs == found.of == 2
    assert isinstance(told[0], lince.Trial) and "batch-size=" in told[0].settings and max(t.epochs for t in told) == 2
    assert found.value == max(t.value for t in told if t.trial == found.trial)
    with lince.open(found.winner) as model:
        assert model.test.accuracy == pytest.approx(found.test_accuracy)
    assert "lr:" in found.config.read_text() and found._repr_html_().startswith("<iframe")
    config = (tmp_path / "search" / "search" / "config.yaml").read_text()
    assert "lince tune" in config and "--trials=3" in config and "batch-size=8,16" in config
    again = lince.tune(resume=tmp_path / "search")
    assert (again.trial, again.value) == (found.trial, found.value)


@pytest.mark.parametrize("asked, kind, message", [
    (dict(space=SPACE, sampler="best"), lince.UsageError, "tpe|random"),
    (dict(space={"lr": "a..b"}, trials=2), lince.UsageError, "lr"),
    (dict(space={"rate": [1]}, trials=2), lince.UsageError, "rate"),
    (dict(trials=2), lince.UsageError, "nothing varies"),
    (dict(space="no-such.yaml", trials=2), lince.FileError, "no-such.yaml"),
    (dict(space=SPACE, trials=2, val_split=0), lince.DataError, "no validation part"),
])
def test_a_search_that_cannot_be_raises(shapes, tmp_path, asked, kind, message):
    with pytest.raises(kind, match=message):
        lince.tune(shapes, "resnet20", **asked, out=tmp_path / "search", **TINY)


def test_an_exception_of_the_callback_ends_a_search_that_goes_on(tweets, tmp_path):
    def stop(trial):
        raise ValueError("enough")

    options = dict(hidden=4, embedding=4, **TINY)
    with pytest.raises(ValueError, match="enough"):
        lince.tune(tweets, "rnn", {"lr": "1e-3..1e-1:log"}, trials=3, out=tmp_path / "search", callback=stop, **options)
    assert lince.tune(resume=tmp_path / "search").trials == 3


INTERRUPTED = """
import os, signal, sys, lince
try:
    lince.tune(sys.argv[1], "resnet20", {"lr": "1e-3..1e-1:log"}, trials=500, epochs=50, min_epochs=50, jobs=2, threads=2,
               out=sys.argv[2], find_duplicates="no", no_report=True)
except lince.Interrupted as interrupted:
    print("folder", interrupted.run, flush=True)
    raise
"""


def test_ctrl_c_ends_a_search(shapes, tmp_path):
    """The calling thread waits for those that train, and is heard all the same."""
    folder = tmp_path / "search"
    status, out, err = interrupt(INTERRUPTED, shapes, folder, when=lambda process: (folder / "trials" / "001").exists())
    assert out.splitlines()[-1:] == [f"folder {folder}"], out + err
    assert status == 1 and "Interrupted" in err


def test_eight_bits(picture_run, texts, tmp_path):
    with lince.open(picture_run) as model:
        found = lince.quantize(model, tmp_path / "int8.safetensors", calibrate=16, max_loss=100, untimed=True)
    assert found.path == tmp_path / "int8.safetensors" and "accuracy on the validation part" in str(found)
    with lince.open(found.path) as small:
        assert small.evaluate(picture_run.parent / "shapes", "test").accuracy == pytest.approx(found.data["test"]["after"])


def test_what_has_no_eight_bits_is_refused(text_run, picture_run):
    with pytest.raises(lince.Error, match="read sequences"):
        lince.quantize(text_run)
    with lince.open(picture_run / "weights" / "best.safetensors") as weights, pytest.raises(lince.UsageError):
        lince.quantize(weights)
