"""Maps of recordings, and one training step on them, by lince and by librosa, torchaudio and PyTorch. Recordings are lince's own
(synth sounds), or real ones: a folder or .zip of train/ and test/ with a folder for each class.

    python tests/reference/sound_step.py build/lince [free-spoken-digits.zip]
        (torch, torchaudio, torchvision, librosa, soundfile, safetensors)

Maps, of every recording: those that lince keeps in its cache (src/modality/sounds/kept_maps.c), to 1e-4 of their range. The step:
the same weights afterwards as PyTorch's in double precision, to 2e-3 of what they moved by (batch norms over few places magnify the
last bits); weights begin as PyTorch draws them. Where a ReLU bends or a maximum is taken the last bits decide which way a gradient goes, and where
silence is padded all places are alike and go together: so a step may be as far off as PyTorch's own of single precision is, three times. Exits with 77, and says so, where the data that are named are not there.
"""

import hashlib
import os
import pathlib
import subprocess
import sys
import tempfile
import zipfile

import librosa
import numpy
import soundfile
import torch
import torchaudio.transforms as T
import torchvision
from safetensors.torch import load_file, save_file

RATE, FFT, HOP, MELS, SECONDS, LR = 8000, 256, 128, 20, 0.8, 0.1
IN_A_STEP = 12  # recordings of each class
HEAD = 48  # bytes of a record of the cache before its floats
lince = str(pathlib.Path(sys.argv[1]).resolve())
folder = pathlib.Path(tempfile.mkdtemp())
os.environ["XDG_CACHE_HOME"] = str(folder / "cache")


class Gru(torch.nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.gru = torch.nn.GRU(MELS, 16, batch_first=True)
        self.fc = torch.nn.Linear(16, classes)

    def forward(self, maps, lengths):
        frames = maps.squeeze(1).transpose(1, 2)
        packed = torch.nn.utils.rnn.pack_padded_sequence(frames, lengths, batch_first=True, enforce_sorted=False)
        return self.fc(self.gru(packed)[1][-1])


def resnet(classes):
    model = torchvision.models.resnet18(num_classes=classes)
    model.conv1 = torch.nn.Conv2d(1, 64, 7, 2, 3, bias=False)
    return model


def clip(path):
    """The middle of a longer recording, silence behind a shorter one; and the frames that it has itself."""
    x, rate = soundfile.read(path, dtype="float32")
    assert rate == RATE
    n = int(SECONDS * RATE)
    first = max(0, (len(x) - n) // 2)
    x = torch.from_numpy(x[first : first + n])
    return torch.nn.functional.pad(x, (0, n - len(x))), 1 + min(len(x), n) // HOP


def run(*args):
    subprocess.run([lince, *map(str, args)], check=True, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def train(data, model, *args):
    run("train", "--data", data, "--model", model, *args, "--epochs", 1, "--val-split", 0, "--mels", MELS, "--fft", FFT, "--hop", HOP,
        "--seconds", SECONDS, "--threads", 1, "--no-report", "--find-duplicates", "no")


def kept_maps():
    """By the SHA-256 of a recording's bytes."""
    record = HEAD // 4 + MELS * (1 + int(SECONDS * RATE) // HOP)
    maps = {}
    for path in (folder / "cache/lince/maps").iterdir():
        for row in numpy.fromfile(path, "<f4").reshape(-1, record):
            maps[row[:8].tobytes()] = row[HEAD // 4 :].reshape(MELS, -1)
    return maps


def compare_maps(files):
    mel = T.MelSpectrogram(RATE, n_fft=FFT, hop_length=HOP, n_mels=MELS, norm="slaney", mel_scale="slaney", pad_mode="constant")
    kept, worst = kept_maps(), {"librosa": 0, "torchaudio": 0}
    for f in files:
        x, own = clip(f)[0], kept[hashlib.sha256(f.read_bytes()).digest()]
        power = librosa.feature.melspectrogram(y=x.numpy(), sr=RATE, n_fft=FFT, hop_length=HOP, n_mels=MELS, pad_mode="constant")
        others = {"librosa": librosa.power_to_db(power), "torchaudio": T.AmplitudeToDB("power", 80)(mel(x)).numpy()}
        for name, other in others.items():
            span = max(other.max() - other.min(), 1)
            worst[name] = max(worst[name], numpy.abs(own - other).max() / span)
    for name, apart in worst.items():
        print(f"maps of {len(files)} recordings: apart from {name}'s by {apart:.2g} of their range at most")
        assert apart < 1e-4


def compare_step(name, model, files, classes):
    """`files` are all of the data set "few"."""
    clips, lengths = zip(*[clip(f) for f in files])
    labels = torch.tensor([classes.index(f.parent.name) for f in files])
    mel = T.MelSpectrogram(RATE, n_fft=FFT, hop_length=HOP, n_mels=MELS, norm="slaney", mel_scale="slaney", pad_mode="constant")
    maps = torch.stack([T.AmplitudeToDB("power", 80)(mel(c)) for c in clips])
    maps = ((maps - maps.mean((0, 2), keepdim=True)) / maps.std((0, 2), keepdim=True, unbiased=False)).unsqueeze(1)
    torch.manual_seed(1)
    start = {k: v.clone().contiguous() for k, v in model.state_dict().items()}
    save_file(start, folder / f"{name}.safetensors")
    train("few", name, *(["--hidden", 16] if name == "gru" else []), "--weights", f"{name}.safetensors", "--batch-size", len(files),
          "--optimizer", "sgd", "--lr", LR, "--momentum", 0, "--scheduler", "constant", "--out", name)
    after = load_file(folder / name / "weights/last.safetensors")
    theirs = step_of(model, maps, lengths, labels, torch.float32)
    model.load_state_dict(start)
    exact = step_of(model, maps, lengths, labels, torch.float64)
    ours, single = far(after, exact, start), far(theirs, exact, start)
    print(f"{name}, a step of {len(files)} recordings: apart by {ours:.2g} of what they moved by, PyTorch's of single precision by {single:.2g}")
    assert ours < max(2e-3, 3 * single)


def step_of(model, maps, lengths, labels, kind):
    """The weights after a step."""
    model.to(kind).train()
    scores = model(maps.to(kind), torch.tensor(lengths)) if isinstance(model, Gru) else model(maps.to(kind))
    torch.nn.functional.cross_entropy(scores, labels).backward()
    torch.optim.SGD(model.parameters(), LR).step()
    after = {k: v.clone().double() for k, v in model.state_dict().items()}
    model.zero_grad()
    return after


def far(weights, exact, start):
    """The largest difference of any parameter, of what it moved by."""
    worst = 0
    for key, value in exact.items():
        if key.endswith("num_batches_tracked"):
            continue
        moved = (value - start[key]).abs().max().item()
        worst = max(worst, (value - weights[key].reshape(value.shape)).abs().max().item() / max(moved, 1e-3))
    return worst


def open_data():
    """The folder that has train/ and test/."""
    if len(sys.argv) < 3:
        run("synth", "sounds", "sounds", "--n", 96, "--seed", 4)
        return folder / "sounds"
    data = pathlib.Path(sys.argv[2])
    if not data.exists():
        print(f"skipped: there is no {data}")
        sys.exit(77)
    if data.is_file():
        zipfile.ZipFile(data).extractall(folder / "data")
        data = next((folder / "data").rglob("train")).parent
    return data


data = open_data()
files = sorted(data.glob("*/*/*.wav"))
classes = sorted({f.parent.name for f in files})
train(data, "gru", "--hidden", 4, "--out", "all")
compare_maps(files)
few = []
for name in classes:
    (folder / "few" / name).mkdir(parents=True)
    for f in sorted((data / "train" / name).glob("*.wav"))[:IN_A_STEP]:
        few.append(folder / "few" / name / f.name)
        few[-1].write_bytes(f.read_bytes())
for name, model in [("gru", Gru(len(classes))), ("resnet18", resnet(len(classes)))]:
    compare_step(name, model, few, classes)
