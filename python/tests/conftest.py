"""What the tests share: tiny data and runs, made once, in a folder of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "python"))

import lince  # noqa: E402

TINY = dict(epochs=2, threads=1, no_report=True, find_duplicates="no")


HEARS = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"


def interrupt(script, *arguments, when):
    """A Python process that runs the script until ``when`` of it is true: then Ctrl-C. The exit status, what it said and what it
    complained of. Where the tests run in a shell's background SIGINT is ignored, but not by this process."""
    environment = {**os.environ, "PYTHONPATH": str(SOURCE / "python")}
    with subprocess.Popen([sys.executable, "-c", HEARS + script, *map(str, arguments)], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, env=environment) as process:
        try:
            while not when(process) and process.poll() is None:
                time.sleep(0.05)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=300)
        finally:
            process.kill()
    return process.returncode, out, err


@pytest.fixture(scope="session")
def scratch(tmp_path_factory):
    """The folder that the tests work in; kernels that are chosen meanwhile stay there, too."""
    folder = tmp_path_factory.mktemp("lince")
    os.environ.setdefault("XDG_CACHE_HOME", str(folder / "cache"))
    before = os.getcwd()
    os.chdir(folder)
    yield folder
    os.chdir(before)


@pytest.fixture(autouse=True)
def english():
    """Again, whatever the test before has said."""
    lince.language("en")


@pytest.fixture(scope="session")
def shapes(scratch):
    return lince.synth("images", scratch / "shapes", n=120)


@pytest.fixture(scope="session")
def tweets(scratch):
    return lince.synth("tweets", scratch / "tweets", n=120)


@pytest.fixture(scope="session")
def picture_run(shapes, scratch):
    """Its folder. Pictures of 32 pixels keep it small."""
    with lince.train(shapes, "resnet20", out=scratch / "pictures", batch_size=16, image_size=32, **TINY) as model:
        return model.run


@pytest.fixture(scope="session")
def text_run(tweets, scratch):
    with lince.train(tweets, "gru", out=scratch / "texts", hidden=8, embedding=8, **TINY) as model:
        return model.run


@pytest.fixture
def pictures(picture_run):
    with lince.open(picture_run) as model:
        yield model


@pytest.fixture
def texts(text_run):
    with lince.open(text_run) as model:
        yield model
