"""lince.train: options, what is heard, stopping and going on."""

import io
import logging
import math
import signal
import threading
import time
import warnings

import numpy as np
import pytest
from conftest import TINY, interrupt

import lince


def weights(run):
    return (run / "weights" / "best.safetensors").read_bytes(), (run / "weights" / "last.safetensors").read_bytes()


def test_a_run_is_left_and_opened(pictures, picture_run):
    assert pictures.run == picture_run and pictures.name == "resnet20"
    history = pictures.history
    assert list(history["epoch"]) == [1, 2]
    assert np.isfinite(history["train/loss"]).all() and (history["val/accuracy"] <= 1).all()
    assert pictures.settings["batch_size"] == "16"
    assert pictures.test["n"] == 20 and pictures.test.confusion_matrix.sum() == 20


def test_what_was_called_is_recorded_as_a_command(picture_run):
    config = (picture_run / "config.yaml").read_text()
    assert "lince train --data=" in config and "--batch-size=16" in config and "--no-report=yes" in config


class Heard:
    def __init__(self):
        self.epochs, self.phases, self.notes = [], set(), []

    def epoch(self, epoch):
        self.epochs.append(epoch)

    def progress(self, progress):
        self.phases.add(progress.phase)
        assert progress.eta is None or progress.eta >= 0

    def note(self, text):
        self.notes.append(text)


def test_a_listener_hears_everything(shapes, tmp_path):
    heard = Heard()
    lince.train(shapes, "resnet20", out=tmp_path / "run", callback=heard, **TINY).close()
    assert [e.epoch for e in heard.epochs] == [1, 2] and heard.epochs[0].epochs == 2
    assert 0 <= heard.epochs[0].train_accuracy <= 1 and isinstance(heard.epochs[0].best, bool)
    assert "training" in heard.phases and heard.phases <= set(lince.PHASES)


def test_a_function_hears_of_epochs_and_the_printer_prints_them(tweets, tmp_path):
    epochs, out = [], io.StringIO()
    options = dict(hidden=4, embedding=4, **TINY)
    lince.train(tweets, "rnn", out=tmp_path / "one", callback=epochs.append, **options).close()
    lince.train(tweets, "rnn", out=tmp_path / "two", callback=lince.Printer(out), **options).close()
    assert len(epochs) == 2 and not math.isnan(epochs[0].val_loss)
    lines = out.getvalue().splitlines()
    assert len(lines) == 2 and lines[0].startswith("epoch 1/2  loss ") and "validation: loss" in lines[0]


def test_notes_are_logged_and_warnings_warned(tweets, tmp_path, caplog):
    caplog.set_level(logging.INFO, "lince")
    data = tmp_path / "again.zip"
    texts = ["good day number %d" % i for i in range(30)] * 2 + ["bad night number %d" % i for i in range(30)]
    lince.save_data(data, (texts[:60] + texts[60:], ["a"] * 30 + ["b"] * 60))
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        lince.train(data, "rnn", out=tmp_path / "run", hidden=4, embedding=4, epochs=1, threads=1, no_report=True).close()
    assert any(issubclass(w.category, lince.Warning) for w in heard), "the same texts under two labels"
    assert any(record.name == "lince" for record in caplog.records)


@pytest.mark.parametrize("options, kind, message", [
    (dict(epoch=3), lince.UsageError, "did you mean 'epochs'"),
    (dict(epochs=0), lince.UsageError, "1 to 100000, found 0"),
    (dict(epochs=1.5), lince.UsageError, "whole number"),
    (dict(lr=float("nan")), lince.UsageError, "lr: expected a number"),
    (dict(optimizer="adm"), lince.UsageError, "did you mean"),
    (dict(model=object()), lince.UsageError, "model: expected a text"),
    (dict(data="no-such-folder"), lince.FileError, "no-such-folder"),
    (dict(config="no-such.yaml"), lince.FileError, "no-such.yaml"),
    (dict(resume="no-such-run"), lince.FileError, "no-such-run"),
    (dict(model="resnet"), lince.UsageError, "resnet"),
    (dict(notes="a\0b"), lince.UsageError, "NUL"),
])
def test_mistakes_raise_with_lince_s_message(shapes, tmp_path, options, kind, message):
    with pytest.raises(kind, match=message) as caught:
        lince.train(**{**dict(data=shapes, model="resnet20", out=tmp_path / "run", **TINY), **options})
    assert caught.value.code < 0 and isinstance(caught.value, lince.Error)
    assert not (tmp_path / "run").exists()


def test_messages_are_spanish_where_it_is_asked_for(shapes):
    lince.language("es")
    try:
        with pytest.raises(lince.FileError, match="no existe"):
            lince.info("no-such-file")
        with pytest.raises(lince.UsageError, match="se esperaba un texto"):
            lince.train(shapes, model=object())
        assert "época" in lince.options()["checkpoint_every"].help
        heard = []
        thread = threading.Thread(target=lambda: heard.append(lince.language()))
        thread.start()
        thread.join()
        assert heard == ["es"], "the language is all threads'"
    finally:
        lince.language("en")


def test_a_wrong_language_is_refused():
    with pytest.raises(lince.UsageError, match="en, es or auto"):
        lince.language("fr")
    assert lince.language() == "en"


def test_options_are_the_librarys():
    options = lince.options()
    assert options["batch_size"].default and "sgd" in options["optimizer"].choices
    assert options["bidirectional"].value == ""


def test_an_exception_of_the_callback_stops_and_the_run_goes_on(shapes, tmp_path):
    def stop(epoch):
        raise ValueError("enough")

    options = dict(batch_size=16, **TINY)
    with pytest.raises(ValueError, match="enough"):
        lince.train(shapes, "resnet20", out=tmp_path / "run", callback=stop, **options)
    lince.train(resume=tmp_path / "run").close()
    lince.train(shapes, "resnet20", out=tmp_path / "whole", **options).close()
    assert weights(tmp_path / "run") == weights(tmp_path / "whole")


INTERRUPTED = """
import sys, lince
class Told:
    def progress(self, progress):
        if progress.phase == "training": print("training", flush=True)
try:
    lince.train(sys.argv[1], "resnet20", out=sys.argv[2], epochs=60, threads=1, no_report=True, find_duplicates="no",
                batch_size=16, callback=Told())
except lince.Interrupted as interrupted:
    assert isinstance(interrupted, KeyboardInterrupt) and not isinstance(interrupted, Exception)
    print("run", interrupted.run, flush=True)
    raise
"""


def test_ctrl_c_saves_and_raises_keyboard_interrupt(shapes, tmp_path):
    status, out, err = interrupt(INTERRUPTED, shapes, tmp_path / "run",
                                 when=lambda process: process.stdout.readline() == "training\n")
    assert status == 1, err
    assert out.splitlines()[-1] == f"run {tmp_path / 'run'}", out + err
    assert "Interrupted" in err
    # What was saved goes on; three epochs of it are enough to see that.
    def three(epoch):
        if epoch.epoch >= 3:
            raise StopIteration

    with pytest.raises(StopIteration):
        lince.train(resume=tmp_path / "run", callback=three)


def test_ctrl_c_is_as_it_was_afterwards(picture_run):
    before = signal.getsignal(signal.SIGINT)
    with lince.open(picture_run) as model:
        model.evaluate()
    assert signal.getsignal(signal.SIGINT) is before


def test_training_in_another_thread(tweets, tmp_path):
    done = []

    def work():
        with lince.train(tweets, "rnn", out=tmp_path / "run", hidden=4, embedding=4, **TINY) as model:
            done.append(model.name)

    thread = threading.Thread(target=work)
    thread.start()
    while thread.is_alive():  # the others go on meanwhile
        time.sleep(0.01)
    thread.join()
    assert done == ["rnn"]


def test_values_are_written_as_the_library_reads_them():
    from lince._options import as_text, command

    assert as_text("nesterov", True) == "yes" and as_text("image_size", (160, 224)) == "160x224"
    assert as_text("head", [512, 256]) == "512,256" and as_text("lr", np.float32(0.5)) == "0.5"
    assert as_text("class_weights", {"cat": 2, "dog": 0.5}) == "cat=2,dog=0.5"
    assert command("train", None, {"notes": "it's", "batch_size": 4}) == "lince train '--notes=it'\"'\"'s' --batch-size=4"
