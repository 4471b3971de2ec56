"""A checkpoint of the old form (torch.save before 1.6), as the CIFAR ResNets are handed around: {"state_dict": {"module.conv1.weight",
...}, "best_prec1", ...}. lince evaluates it on real pictures, and PyTorch does: the same loss, the same class for every picture.

    python tests/reference/legacy_checkpoint.py build/lince CIFAR10.zip [--run RUN] [--limit N]      (torch, torchvision, numpy)

RUN: a run of lince's with a resnet20, whose weights the checkpoint gets; without it they are random, with statistics of real
pictures. --limit: that many test pictures of each class.
"""
import argparse, csv, io, json, pathlib, subprocess, tempfile, zipfile
import numpy as np, torch, torchvision
from PIL import Image
from safetensors.torch import load_file
from model_steps import CifarResNet

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # ImageNet's


def pictures(path, part, limit):
    """{class: {name inside the archive: bytes}}, of each class the first `limit` by name."""
    found = {}
    with zipfile.ZipFile(path) as archive:
        for name in sorted(archive.namelist()):
            parts = pathlib.PurePosixPath(name).parts
            if name.endswith(".png") and parts[-3] == part:
                of_class = found.setdefault(parts[-2], {})
                if not limit or len(of_class) < limit:
                    of_class[name] = archive.read(name)
    return dict(sorted(found.items()))


def tensor(png):
    pixels = np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))
    return torchvision.transforms.functional.normalize(torch.from_numpy(pixels.copy()).permute(2, 0, 1) / 255, MEAN, STD)


def make_model(run, archive):
    torch.manual_seed(3)
    model = CifarResNet(20, 10)
    if run:
        model.load_state_dict(load_file(f"{run}/weights/best.safetensors"), strict=True)
    else:
        model.train()
        with torch.no_grad():
            some = [tensor(png) for of_class in pictures(archive, "train", 20).values() for png in of_class.values()]
            for _ in range(20):
                model(torch.stack(some))
    return model.eval()


def answers_of_pytorch(model, samples):
    """Class by picture, and the mean loss."""
    classes, predicted, loss = list(samples), {}, 0.0
    everything = [(name, classes.index(label), png) for label in classes for name, png in samples[label].items()]
    with torch.no_grad():
        for at in range(0, len(everything), 250):
            names, labels, pngs = zip(*everything[at : at + 250])
            logits = model(torch.stack([tensor(png) for png in pngs]))
            loss += torch.nn.functional.cross_entropy(logits, torch.tensor(labels), reduction="sum").item()
            predicted.update(zip(names, (classes[k] for k in logits.argmax(1))))
    return predicted, loss / len(everything)


def part_of(archive, samples, folder):
    """The archive itself, or one with the chosen test pictures alone."""
    path = folder / "some.zip"
    with zipfile.ZipFile(path, "w") as some:
        for of_class in samples.values():
            for name, png in of_class.items():
                some.writestr(name, png)
    return path


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("lince")
    parser.add_argument("data")
    parser.add_argument("--run")
    parser.add_argument("--limit", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        model = make_model(options.run, options.data)
        state = {f"module.{name}": value for name, value in model.state_dict().items()}
        torch.save({"state_dict": state, "best_prec1": 91.7, "epoch": 1}, folder / "resnet20.th", _use_new_zipfile_serialization=False)
        samples = pictures(options.data, "test", options.limit)
        data = part_of(options.data, samples, folder) if options.limit else options.data
        done = subprocess.run(
            [options.lince, "eval", "--model", "resnet20", "--weights", folder / "resnet20.th", "--data", data, "--normalize", "imagenet",
             *([] if options.limit else ["--split", "test"]), "--json", "--predictions", folder / "predictions.csv"],
            capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout)
        with open(folder / "predictions.csv", newline="") as file:
            answers = {row["path"]: row["predicted"] for row in csv.DictReader(file)}
        print(done.stderr, end="")
    expected, loss = answers_of_pytorch(model, samples)
    accuracy = sum(name.split("/")[-2] == label for name, label in expected.items()) / len(expected)
    others = [name for name in expected if answers[name] != expected[name]]
    print(f"{len(expected)} pictures: accuracy {found['accuracy']:.4f}, PyTorch {accuracy:.4f}; loss {found['loss']:.6f}, "
          f"PyTorch {loss:.6f}; {len(others)} pictures with another class")
    assert found["n"] == len(expected) == len(answers)
    assert abs(found["loss"] - loss) < 1e-5 * max(1, loss) and abs(found["accuracy"] - accuracy) < 1e-9 and not others
