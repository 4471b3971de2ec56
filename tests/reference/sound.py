"""Writes tests/sound/features.txt: what librosa and torchaudio make of signals, one line a case:
    map <scale> <rate> <fft> <hop> <mels> <coefficients> <power> <top_db> <window> <n> <values [bands][frames]>
    resample <from> <to> <n> <values>
The signals are a formula that the test repeats. Each map is librosa's and torchaudio's, which must agree to 1e-4 of its
range before it is written.

    python tests/reference/sound.py > tests/sound/features.txt      (librosa, torch, torchaudio, soxr)
"""

import sys

import librosa
import numpy as np
import soxr
import torch
import torchaudio.transforms as T


def signal(n, rate):
    """A chirp that swells, a tone, and noise of a linear congruential generator."""
    state, noise = 12345, []
    for _ in range(n):
        state = (state * 1103515245 + 12345) % 2**31
        noise.append(state / 2**31 - 0.5)
    t = np.arange(n) / rate
    x = 0.5 * t / t[-1] * np.sin(2 * np.pi * (200 + 0.2 * rate * t) * t) + 0.1 * np.sin(2 * np.pi * 440 * t) + 0.02 * np.array(noise)
    x[: n // 8] = 0
    return x.astype(np.float32)


def by_librosa(y, scale, rate, fft, hop, mels, coefficients, power, top_db, window):
    s = librosa.feature.melspectrogram(y=y, sr=rate, n_fft=fft, hop_length=hop, n_mels=mels, power=power, window=window,
                                       htk=scale == "htk", norm="slaney" if scale == "slaney" else None)
    top = top_db or None
    db = librosa.power_to_db(s, top_db=top) if power == 2 else librosa.amplitude_to_db(s, top_db=top)
    return librosa.feature.mfcc(S=db, n_mfcc=coefficients) if coefficients else db


def by_torchaudio(y, scale, rate, fft, hop, mels, coefficients, power, top_db, window):
    windows = {"hann": torch.hann_window, "hamming": torch.hamming_window, "blackman": torch.blackman_window}
    args = dict(n_fft=fft, hop_length=hop, n_mels=mels, power=float(power), window_fn=windows[window], mel_scale=scale,
                norm="slaney" if scale == "slaney" else None, pad_mode="constant")
    y = torch.from_numpy(y)
    if coefficients:
        return T.MFCC(sample_rate=rate, n_mfcc=coefficients, melkwargs=args)(y).numpy()
    mel = T.MelSpectrogram(sample_rate=rate, **args)(y)
    return T.AmplitudeToDB("power" if power == 2 else "magnitude", top_db or None)(mel).numpy()


for case in [("slaney", 8000, 256, 80, 24, 0, 2, 80, "hann", 1600), ("htk", 8000, 256, 80, 24, 0, 2, 80, "hann", 1600),
             ("slaney", 16000, 400, 160, 32, 0, 1, 60, "hamming", 2000), ("htk", 16000, 512, 256, 20, 0, 2, 0, "blackman", 3001),
             ("slaney", 22050, 1024, 512, 40, 13, 2, 80, "hann", 5000), ("htk", 16000, 480, 160, 30, 30, 2, 80, "hann", 1777)]:
    scale, rate, fft, hop, mels, coefficients, power, top_db, window, n = case
    y = signal(n, rate)
    one, other = by_librosa(y, *case[:9]), by_torchaudio(y, *case[:9])
    apart, extent = np.abs(one - other).max(), one.max() - one.min()
    print(*case, "apart by", apart / extent, "of", extent, file=sys.stderr)
    assert one.shape == other.shape and apart < 1e-4 * extent
    print("map", *case, *[f"{v:.7g}" for v in one.flatten()])

for before, after, n in [(44100, 16000, 500), (8000, 16000, 200), (22050, 8000, 333)]:
    print("resample", before, after, n, *[f"{v:.6g}" for v in soxr.resample(signal(n, before), before, after, quality="HQ")])
