"""Recordings, as files and in memory."""

import wave

import numpy as np
import pytest
from conftest import TINY

import lince

RATE = 8000


def tones(n, seconds=0.4, seed=3):
    """Two classes, low and high."""
    rng = np.random.default_rng(seed)
    time = np.arange(int(seconds * RATE)) / RATE
    low = np.arange(n) % 2 == 0
    return [0.5 * np.sin(2 * np.pi * f * time) for f in np.where(low, 300, 1500) + rng.uniform(0, 100, n)], np.where(low, "low", "high")


@pytest.fixture(scope="module")
def run(scratch):
    sounds, labels = tones(40)
    names = lince.save_data(scratch / "tones.zip", ([lince.Recording(s, RATE) for s in sounds], labels))
    assert names == {"low": "low", "high": "high"}
    with lince.train(scratch / "tones.zip", "resnet20", out=scratch / "tones", batch_size=8, **{**TINY, "epochs": 4}) as model:
        return model.run


def test_a_recording_in_memory_is_answered_as_its_file(run, tmp_path):
    sound = lince.Recording(tones(2)[0][1], RATE)
    (tmp_path / "sound.wav").write_bytes(sound.wav())
    with lince.open(run) as model:
        assert set(model.classes) == {"low", "high"}
        answers = model.predict([sound, sound.wav(), tmp_path / "sound.wav"])
        np.testing.assert_array_equal(answers.probabilities[1:], answers.probabilities[[0, 0]])
        assert model.predict(sound).best[0] == answers.best[0]


def test_long_recordings_are_answered_window_by_window(run, tmp_path):
    (tmp_path / "long.wav").write_bytes(lince.Recording(np.concatenate(tones(4)[0]), RATE).wav())
    with lince.open(run) as model:
        answers = model.set(window=0.4, hop=0.2).predict(tmp_path / "long.wav")
        assert len(answers) == 7 and len(set(answers.inputs)) == 7


def test_sixteen_bits_are_kept(tmp_path):
    samples = np.random.default_rng(1).integers(-2**15, 2**15, (100, 2), dtype=np.int16)
    (tmp_path / "two.wav").write_bytes(lince.Recording(samples, 44100).wav())
    with wave.open(str(tmp_path / "two.wav")) as file:
        assert file.getparams()[:4] == (2, 2, 44100, 100)
        np.testing.assert_array_equal(np.frombuffer(file.readframes(100), "<i2").reshape(100, 2), samples)


@pytest.mark.parametrize("samples, rate, message", [
    (np.zeros(10, np.int64), 8000, "int16"),
    (np.zeros((2, 2, 2)), 8000, r"\[n, channels\]"),
    (["a"], 8000, "expected floats"),
    (np.zeros(10), -1, r"no WAV file holds it \(samples: 10"),
])
def test_what_is_no_recording_is_refused(samples, rate, message):
    with pytest.raises(lince.UsageError, match=message):
        lince.Recording(samples, rate).wav()


def test_what_is_saved_is_of_one_kind(tmp_path):
    with pytest.raises(lince.UsageError, match="found ndarray"):
        lince.save_data(tmp_path / "data.zip", ([lince.Recording(np.zeros(9), RATE), np.zeros(9)], ["a", "b"]))
