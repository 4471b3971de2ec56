"""What is measured: the cases of the benchmark, in the order of their weight, because time may run out."""
import dataclasses
import os
import subprocess

from contender import Contender

INFERENCE = [("vgg16", 32, 1), ("vgg16", 224, 1), ("vgg16", 32, 128)]
NETWORKS = ["resnet18", "resnet50", "mobilenet_v2", "mobilenet_v3_large", "efficientnet_b0", "densenet121", "squeezenet1_1"]
BATCHES = [1, 8, 32]
HERE = os.path.dirname(os.path.abspath(__file__))


@dataclasses.dataclass
class Case:
    """Contenders that do the same work, lince first."""

    section: str
    title: str
    contenders: list
    rounds: int = 3

    @property
    def key(self):
        return f"{self.section}: {self.title}"


class Bench:
    """Where things are. `debian`: a Python with the distribution's PyTorch, or None, and what to call it."""

    def __init__(self, build, peers, work, seconds, debian):
        self.build, self.work, self.seconds = os.path.abspath(build), os.path.abspath(work), seconds
        self.python = os.path.join(os.path.abspath(peers), "bin", "python")
        self.lince, self.threads = f"{self.build}/lince", len(os.sched_getaffinity(0))
        self.data, self.weights = f"{self.work}/data", f"{self.work}/vgg16.pth"
        keras = os.path.join(os.path.abspath(peers), "keras", "bin", "python")
        self.keras = keras if os.path.exists(keras) else None
        blas = blas_of(debian)
        self.debian, self.debian_name = debian if blas else None, f"Debian's PyTorch, as installed, {blas}"

    def onnx(self, model, size, batch):
        return f"{self.work}/{model}-{size}-{batch}.onnx"

    def prepare(self):
        """The inputs of all cases: small pictures, a large weights file."""
        os.makedirs(self.work, exist_ok=True)
        for n in (600, 6000):
            if not os.path.exists(f"{self.data}-{n}"):
                subprocess.run([self.lince, "synth", "images", f"{self.data}-{n}", "--n", str(n)], check=True,
                               stdout=subprocess.DEVNULL)
        if not os.path.exists(self.weights):
            subprocess.run([self.python, f"{HERE}/first_prediction.py", "--make", self.weights], check=True)

    def picture(self):
        for folder, _, files in sorted(os.walk(f"{self.data}-600")):
            for name in sorted(files):
                return os.path.join(folder, name)


def blas_of(python):
    """Which BLAS its PyTorch computes with; None: it has no PyTorch. Debian's takes the one that is installed."""
    code = "import torch, torchvision; print(open('/proc/self/maps').read())"
    try:
        done = subprocess.run([python, "-c", code], capture_output=True, text=True)
    except OSError:
        return None
    return None if done.returncode else "OpenBLAS" if "openblas" in done.stdout else "reference BLAS"


def multiplies_bfloat16():
    with open("/proc/cpuinfo") as info:
        return "amx_bf16" in info.read()


# --- pictures ---------------------------------------------------------------------------------------------


def bench_model(b, model, size, batch, work, *more):
    steps = 6 if batch >= 64 or size > 32 else 20
    if work == "infer":
        steps = 100 if (size, batch) == (32, 1) else {1: 40, 8: 12}.get(batch, steps)
    return [f"{b.build}/bench/bench_model", model, size, batch, work, steps, *(more or (b.threads,))]


def vision(b, model, size, batch, work, variant, threads=None, python=None):
    return [python or b.python, f"{HERE}/vision.py", model, size, batch, work, "--variant", variant, "--seconds",
            b.seconds, "--threads", threads or b.threads]


def training(b, model, size, batch, work, rounds, compiled=False, debian=False, keras=False):
    contenders = [Contender("lince", bench_model(b, model, size, batch, work))]
    for variant in ["plain", "channels_last"] + (["compile"] if compiled else []):
        contenders.append(Contender(f"PyTorch, {variant}", vision(b, model, size, batch, work, variant), field="PyTorch"))
    if debian and b.debian:
        command = vision(b, model, size, batch, work, "plain", python=b.debian)
        contenders.append(Contender(b.debian_name, command, rounds=1))
    for variant in ("plain", "xla") if keras and b.keras else ():
        command = [b.keras, f"{HERE}/keras_vision.py", model, size, batch, work, "--variant", variant, "--seconds", b.seconds,
                   "--threads", b.threads]
        contenders.append(Contender(f"Keras over TensorFlow, {variant}", command, field="Keras"))
    name = {"sgd": "SGD with momentum", "adam": "Adam"}[work]
    return Case("Training on pictures", f"{model} {size}x{size}, batch {batch}, {name}", contenders, rounds)


def rounded_training(b, model, size, batch, rounds):
    """Of numbers rounded to bfloat16, where the processor multiplies those by itself."""
    return Case("Training on pictures, rounded to bfloat16", f"{model} {size}x{size}, batch {batch}, SGD with momentum", [
        Contender("lince --precision bf16", bench_model(b, model, size, batch, "sgd", b.threads, "bf16")),
        Contender("lince", bench_model(b, model, size, batch, "sgd")),
        Contender("PyTorch, autocast, channels_last", vision(b, model, size, batch, "sgd", "bf16"), field="PyTorch"),
    ], rounds)


def engine(b, name, called, model, size, batch, threads):
    file = b.onnx(model, size, 1 if called == "ncnn" else batch)  # it takes one picture at a time
    return Contender(name, [b.python, f"{HERE}/inference.py", called, model, size, batch, file, threads, b.seconds])


def inference(b, model, size, batch, compiled):
    contenders = [Contender("lince", bench_model(b, model, size, batch, "infer"))]
    for variant in ["plain", "channels_last"] + (["compile"] if compiled else []):
        contenders.append(Contender(f"PyTorch, {variant}", vision(b, model, size, batch, "infer", variant), field="PyTorch"))
    contenders.append(engine(b, "ONNX Runtime", "onnxruntime", model, size, batch, b.threads))
    return Case("Inference", f"{model} {size}x{size}, batch {batch}", contenders)


def network(b, model, batch, threads):
    """Beside engines that do nothing but this."""
    many = f"{threads} threads" if threads > 1 else "one thread"
    engines = [("ONNX Runtime", "onnxruntime"), ("OpenVINO", "openvino"), ("ncnn", "ncnn")]
    return Case("Networks that answer", f"{model} 224x224, batch {batch}, {many}",
                [Contender("lince", bench_model(b, model, 224, batch, "infer", threads))] +
                [engine(b, name, called, model, 224, batch, threads) for name, called in engines])


def network_training(b, model, size, batch):
    contenders = [Contender("lince", bench_model(b, model, size, batch, "sgd", 1))]
    contenders += [Contender(f"PyTorch, {v}", vision(b, model, size, batch, "sgd", v, 1), field="PyTorch")
                   for v in ("plain", "channels_last")]
    return Case("Networks that learn", f"{model} {size}x{size}, batch {batch}, SGD with momentum, one thread", contenders, 2)


# --- texts ------------------------------------------------------------------------------------------------


def texts(b, model, batch, rounds, debian=False):
    def peer(name, way, python=b.python, **options):
        return Contender(name, [python, f"{HERE}/recurrent.py", model, batch, b.threads, way], "texts/s", **options)

    contenders = [Contender("lince", [f"{b.build}/bench/bench_recurrent", model, batch, b.threads], "texts/s"),
                  peer("PyTorch, packed", "packed", field="PyTorch"),
                  peer("PyTorch, padded to the longest", "padded", field="PyTorch"),
                  peer("PyTorch, padded to 50 and read there, as the course does", "notebook", rounds=1)]
    if debian and b.debian:
        contenders.append(peer(b.debian_name + ", packed", "packed", python=b.debian, rounds=1))
    return Case("Training on texts", f"{model}, batch {batch}, Adam", contenders, rounds)


# --- everything else --------------------------------------------------------------------------------------


def first_prediction(b):
    def lince(weights):
        return [b.lince, "predict", "--model", "vgg16", "--weights", weights, "--normalize", "imagenet", "--image-size",
                "224", b.picture()]

    peer = [b.python, f"{HERE}/first_prediction.py", b.weights, b.picture(), "--way"]
    return Case("From the command to the first prediction", "vgg16 224x224, a .pth of 528 MiB", [
        Contender("lince", lince(b.weights), "s"),
        Contender("PyTorch, weights mapped", peer + ["mapped"], "s", field="PyTorch"),
        Contender("PyTorch, weights read", peer + ["read"], "s", field="PyTorch"),
    ], 5)


def loading(b):
    name = "crop and flip, streamed, workers"
    return Case("From files to batches", "PNG 32x32 decoded, cropped, flipped, normalised, batch 128", [
        Contender("lince", [f"{b.build}/bench/bench_loader", f"{b.data}-6000"], pattern=name + r" +([\d.]+) pictures/s"),
        Contender("PyTorch, DataLoader, a worker a processor", [b.python, f"{HERE}/loading.py", f"{b.data}-6000/train", b.threads]),
        Contender("PyTorch, DataLoader, no workers", [b.python, f"{HERE}/loading.py", f"{b.data}-6000/train", 0]),
    ])


def waiting(b):
    command = [b.lince, "train", "--data", f"{b.data}-6000", "--model", "vgg16", "--epochs", 1, "--batch-size", 128, "--augment",
               "crop=4,flip", "--train-limit", 200, "--profile", "--lang", "en", "--out"]
    return Case("From files to batches", "vgg16 32x32, batch 128: waiting for data", [
        Contender("lince", ["sh", "-c", 'rm -rf "$0"; exec "$@" "$0" 2>&1', f"{b.work}/waiting", *command], "% of the time")], 1)


def installed(b):
    script = [b.python, f"{HERE}/installed.py"]
    return Case("Size on disk", "the program with all libraries that it loads; Python packages without Python and what is for GPUs", [
        Contender("lince", script + [b.lince], "MiB"),
        Contender("PyTorch, torchvision and what they need", script + ["torch", "torchvision"], "MiB"),
        Contender("ONNX Runtime and what it needs", script + ["onnxruntime"], "MiB"),
    ], 1)


def on_threads(b, threads):
    return Case("Growth", f"threads: vgg16 32x32, batch 128, SGD with momentum, on {threads}", [
        Contender("lince", bench_model(b, "vgg16", 32, 128, "sgd", threads)),
        Contender("PyTorch, channels_last", vision(b, "vgg16", 32, 128, "sgd", "channels_last", threads)),
    ], 2)


def with_data(b, n):
    command = [b.lince, "train", "--data", f"{b.data}-{n}", "--model", "resnet20", "--epochs", 1, "--batch-size", 64, "--out"]
    return Case("Growth", f"data: an epoch of resnet20 with all that surrounds it, {n} pictures", [
        Contender("lince", ["sh", "-c", 'rm -rf "$0"; exec "$@" "$0"', f"{b.work}/data-run", *command], "s")], 2)


def determinism(b, model, size, batch):
    return Case("Determinism", f"{model} {size}x{size}, batch {batch}, SGD with momentum", [
        Contender("lince --deterministic", bench_model(b, model, size, batch, "sgd", b.threads, "deterministic")),
        Contender("lince", bench_model(b, model, size, batch, "sgd"))])


def same_bits(b):
    return Case("Determinism", "the same weights on 1, 2 and 64 threads, and across an interruption (test cli/same_weights)", [
        Contender("lince", ["ctest", "--test-dir", b.build, "-R", "cli/same_weights"], "passed",
                  pattern=r"(100)% tests passed, 0 tests failed out of 1")], 1)


def all_cases(b):
    for batch in (128, 16, 64):
        for work in ("sgd", "adam"):
            yield training(b, "vgg16", 32, batch, work, 3, compiled=batch == 16 and work == "sgd",
                           debian=batch != 64 and work == "sgd", keras=work == "sgd")
    for model, size, batch in (("vgg16", 32, 128), ("vgg16_bn", 32, 128), ("resnet18", 64, 32)):
        if multiplies_bfloat16():
            yield rounded_training(b, model, size, batch, 3)
    yield texts(b, "gru", 32, 3, debian=True)
    for model, size, batch in INFERENCE[:2]:
        yield inference(b, model, size, batch, compiled=True)
    yield first_prediction(b)
    for batch in (128, 16, 64):
        for work in ("sgd", "adam"):
            yield training(b, "vgg16_bn", 32, batch, work, 2)
    yield training(b, "resnet18", 64, 32, "sgd", 2)
    for model, size, batch in INFERENCE[2:]:
        yield inference(b, model, size, batch, compiled=False)
    for model, batch in (("lstm", 32), ("rnn", 32), ("gru", 256), ("lstm", 256), ("rnn", 256)):
        yield texts(b, model, batch, 2)
    yield loading(b)
    yield waiting(b)
    yield installed(b)
    for threads in (1, 2):
        yield on_threads(b, threads)
    for size in (64, 128):
        yield training(b, "vgg16", size, 16, "sgd", 1)
    for threads in sorted({1, b.threads}):
        for model in NETWORKS:
            for batch in BATCHES:
                yield network(b, model, batch, threads)
    for model in NETWORKS:
        for size, batch in ((224, 32), (32, 128)):
            if model != "squeezenet1_1" or size > 32:
                yield network_training(b, model, size, batch)
    for n in (600, 6000):
        yield with_data(b, n)
    for model in ("vgg16", "resnet18"):
        yield determinism(b, model, 32, 64)
    yield same_bits(b)
