"""What the tests share: tiny data and runs, made once, in a folder of their own."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "python"))

import lince  # noqa: E402

TINY = dict(epochs=2, threads=1, no_report=True, find_duplicates="no")


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
