"""lince.save_data: what lies in memory becomes a data set, exactly."""

import os
import zipfile

import numpy as np
import pytest
from conftest import TINY

import lince

RNG = np.random.default_rng(4)


def some_pictures(n, size=16):
    return RNG.integers(0, 256, (n, size, size, 3), dtype=np.uint8)


def test_pictures_are_kept_exactly(tmp_path):
    pictures = some_pictures(4)
    names = lince.save_data(tmp_path / "data.zip", (pictures, ["cat", "dog", "cat", "dog"]), test=(pictures[:1], ["dog"]))
    assert names == {"cat": "cat", "dog": "dog"}
    with zipfile.ZipFile(tmp_path / "data.zip") as archive:
        assert archive.namelist() == ["train/cat/0.ppm", "train/dog/1.ppm", "train/cat/2.ppm", "train/dog/3.ppm",
                                      "test/dog/0.ppm"]
        assert archive.read("train/dog/1.ppm").endswith(pictures[1].tobytes())
    assert lince.info(tmp_path / "data.zip")


def test_the_same_arrays_make_the_same_file(tmp_path):
    pictures = some_pictures(3)
    for name in ("a.zip", "b.zip"):
        lince.save_data(tmp_path / name, (pictures, [1, 2, 1]))
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


@pytest.mark.parametrize("labels", [["a/b", "c"], [".x", "y"], ["", "x"], ["A", "a"], ["a|b", "c"], ["train", "x\ny"], ["x.", "y"]])
def test_labels_that_cannot_be_names_are_numbered(tmp_path, labels):
    names = lince.save_data(tmp_path / "data.zip", (some_pictures(2), labels))
    assert sorted(names.values()) == ["000000", "000001"] and set(names) == set(labels)


@pytest.mark.parametrize("labels", [["train", "test"], ["0", "1"], ["-1", "1"], ["1.0", "2.5"], ["images", "masks"], ["ñu", "gnu"]])
def test_odd_labels_are_classes(scratch, tmp_path, labels):
    pictures = some_pictures(20)
    names = lince.save_data(tmp_path / "data.zip", (pictures, labels * 10))
    with lince.train(tmp_path / "data.zip", "resnet20", out=tmp_path / "run", **TINY) as model:
        assert sorted(model.classes) == sorted(names.values())


def test_texts_of_any_kind_are_learned(scratch, tmp_path):
    texts = ['a "quoted", text', "two\nlines", "=1+1", "ñandú \U0001f600", "'", "a;b\tc", "plain one", "plain two"]
    more = ["number %d of them" % i for i in range(20)]
    lince.save_data(tmp_path / "texts.zip", (texts + more, ["x", "y"] * 14), test=(texts, ["x", "y"] * 4))
    with lince.train(tmp_path / "texts.zip", "rnn", out=tmp_path / "run", hidden=4, embedding=4, **TINY) as model:
        assert model.is_text and model.classes == ["x", "y"] and model.test["n"] == len(texts)


@pytest.mark.parametrize("train, kind, message", [
    ((some_pictures(2), ["a"]), lince.UsageError, "found 1 of 2"),
    ((np.zeros((2, 4, 4, 3)), ["a", "b"]), lince.UsageError, "bytes"),
    ((np.zeros((2, 4, 4, 2), np.uint8), ["a", "b"]), lince.UsageError, r"\[height, width, 3\]"),
    ((["text", 3], ["a", "b"]), lince.UsageError, "found int"),
    ((["\ud800", "b"], ["a", "b"]), lince.DataError, "no Unicode"),
])
def test_what_cannot_be_written_leaves_what_was_there(tmp_path, train, kind, message):
    path = tmp_path / "data.zip"
    path.write_bytes(b"before")
    with pytest.raises(kind, match=message):
        lince.save_data(path, train)
    assert path.read_bytes() == b"before" and os.listdir(tmp_path) == ["data.zip"]


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(lince.FileError, match="nowhere"):
        lince.save_data(tmp_path / "nowhere" / "data.zip", (some_pictures(2), ["a", "b"]))


def test_synth_knows_its_kinds(tmp_path):
    with pytest.raises(lince.UsageError, match="images, images-several"):
        lince.synth("pictures", tmp_path)
    assert lince.synth("sounds", tmp_path / "sounds", n=48) == tmp_path / "sounds"


def test_fetch_of_a_file(tmp_path):
    import hashlib

    (tmp_path / "some.bin").write_bytes(b"content")
    digest = hashlib.sha256(b"content").hexdigest()
    (tmp_path / "into").mkdir()
    found = lince.fetch((tmp_path / "some.bin").as_uri(), tmp_path / "into", sha256=digest)
    assert found == tmp_path / "into" / "some.bin" and found.read_bytes() == b"content"
    with pytest.raises(lince.DataError):
        lince.fetch((tmp_path / "some.bin").as_uri(), tmp_path, sha256="0" * 64)
    with pytest.raises(lince.UsageError, match="did you mean"):
        lince.fetch("cifar11")
