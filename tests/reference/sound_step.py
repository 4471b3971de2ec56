"""One training step on recordings, by lince and by PyTorch with torchaudio's maps: the same weights afterwards, to 2e-3 of what
they moved by (batch norms over few places magnify the last bits). Recordings are lince's own (synth sounds); weights begin as PyTorch draws them.

    python tests/reference/sound_step.py build/lince      (torch, torchaudio, torchvision, soundfile, safetensors)
"""

import pathlib
import subprocess
import sys
import tempfile

import soundfile
import torch
import torchaudio.transforms as T
import torchvision
from safetensors.torch import load_file, save_file

RATE, FFT, HOP, MELS, SECONDS, LR = 8000, 256, 128, 20, 0.8, 0.1
lince = str(pathlib.Path(sys.argv[1]).resolve())
folder = pathlib.Path(tempfile.mkdtemp())


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
    return torch.nn.functional.pad(x, (0, n - len(x))), 1 + len(x) // HOP


def run(*args):
    subprocess.run([lince, *map(str, args)], check=True, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


run("synth", "sounds", "sounds", "--n", 96, "--seed", 4)
files = sorted((folder / "sounds/train").glob("*/*.wav"))
classes = sorted({f.parent.name for f in files})
clips, lengths = zip(*[clip(f) for f in files])
labels = torch.tensor([classes.index(f.parent.name) for f in files])
mel = T.MelSpectrogram(RATE, n_fft=FFT, hop_length=HOP, n_mels=MELS, norm="slaney", mel_scale="slaney", pad_mode="constant")
maps = torch.stack([T.AmplitudeToDB("power", 80)(mel(c)) for c in clips])
maps = (maps - maps.mean((0, 2), keepdim=True)) / maps.std((0, 2), keepdim=True, unbiased=False)
maps = maps.unsqueeze(1)

for name, model in [("gru", Gru(len(classes))), ("resnet18", resnet(len(classes)))]:
    torch.manual_seed(1)
    start = {k: v.clone().contiguous() for k, v in model.state_dict().items()}
    save_file(start, folder / f"{name}.safetensors")
    extra = ["--hidden", 16] if name == "gru" else []
    run("train", "--data", "sounds", "--model", name, *extra, "--weights", f"{name}.safetensors", "--epochs", 1, "--batch-size",
        len(files), "--val-split", 0, "--optimizer", "sgd", "--lr", LR, "--momentum", 0, "--scheduler", "constant", "--mels", MELS,
        "--fft", FFT, "--hop", HOP, "--seconds", SECONDS, "--threads", 1, "--no-report", "--out", name)
    after = load_file(folder / name / "weights/last.safetensors")
    model.train()
    scores = model(maps, torch.tensor(lengths)) if name == "gru" else model(maps)
    torch.nn.functional.cross_entropy(scores, labels).backward()
    torch.optim.SGD(model.parameters(), LR).step()
    worst = 0
    for key, value in model.state_dict().items():
        if key.endswith("num_batches_tracked"):
            continue
        moved = (value - start[key]).abs().max().item()
        apart = (value - after[key].reshape(value.shape)).abs().max().item()
        worst = max(worst, apart / max(moved, 1e-3))
    print(f"{name}: apart by {worst:.2g} of what they moved by")
    assert worst < 2e-3
