"""lince and its peers side by side: `make bench-peers` runs this and writes bench/results.md.

    run.py BUILD PEERS [--rounds N] [--seconds S] [--only TEXT] [--out FILE]

BUILD holds bench/bench_model and bench/bench_recurrent; PEERS is the Python environment made by setup.sh. Each case
is a list of contenders, run in alternation for N rounds, so that a busy moment of the machine hits all of them; a
contender's figure is the median of its rounds, and the ratio is the median of the rounds' ratios, with its range.
"""
import argparse
import datetime
import math
import os
import platform
import re
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


class Contender:
    """A program whose output holds "... N pictures/s ..." or "... N texts/s ...", and perhaps "... N MiB"."""

    def __init__(self, name, command):
        self.name, self.command, self.rounds, self.error = name, command, [], None

    def run(self):
        done = subprocess.run(self.command, capture_output=True, text=True)
        rate = re.search(r"([\d.]+) (?:pictures|texts)/s", done.stdout)
        memory = re.search(r"(\d+) MiB", done.stdout)
        if done.returncode or not rate:
            self.error = (done.stderr.strip().splitlines() or ["no result"])[-1]
            return
        self.rounds.append({"per_second": float(rate[1]), "peak_mib": int(memory[1]) if memory else math.nan})

    def median(self, key):
        return statistics.median(r[key] for r in self.rounds)


def vision_case(args, model, size, batch, work, variants):
    lince = Contender("lince", [f"{args.build}/bench/bench_model", model, str(size), str(batch), work])
    peers = [Contender(f"{'ONNX Runtime' if v == 'onnx' else 'PyTorch ' + v}",
                       [f"{args.peers}/bin/python", f"{HERE}/vision.py", model, str(size), str(batch), work,
                        "--variant", v, "--seconds", str(args.seconds)]) for v in variants]
    name = "inference" if work == "infer" else f"training, {work.upper() if work == 'sgd' else work.capitalize()}"
    return (f"{model} {size}x{size}, batch {batch}, {name}", "pictures/s", [lince] + peers)


def recurrent_case(args, model, batch):
    lince = Contender("lince", [f"{args.build}/bench/bench_recurrent", model, str(batch)])
    python = [f"{args.peers}/bin/python", f"{HERE}/recurrent.py", model, str(batch), str(len(os.sched_getaffinity(0)))]
    peers = [Contender("PyTorch", python), Contender("PyTorch, padded to 50 as in the notebook", python + ["notebook"])]
    return (f"{model}, batch {batch}, training, Adam", "texts/s", [lince] + peers)


def cases(args):
    training = ["eager", "channels_last"]
    for model in ("vgg16", "vgg16_bn"):
        for batch in (16, 64, 128):
            for work in ("sgd", "adam"):
                yield vision_case(args, model, 32, batch, work, training)
    for model in ("resnet18", "resnet50"):
        yield vision_case(args, model, 64, 32, "sgd", training)
    for model, size, batch in (("vgg16", 32, 1), ("vgg16", 32, 128), ("vgg16", 224, 1), ("resnet18", 224, 1)):
        yield vision_case(args, model, size, batch, "infer", ["eager", "channels_last", "onnx"])
    for model in ("rnn", "gru", "lstm"):
        for batch in (32, 256):
            yield recurrent_case(args, model, batch)


def run_case(args, contenders):
    for _ in range(args.rounds):
        for c in contenders:
            if not c.error:
                c.run()


def ratio_text(lince, peer):
    ratios = sorted(a["per_second"] / b["per_second"] for a, b in zip(lince.rounds, peer.rounds))
    return f"{statistics.median(ratios):.1f} ({ratios[0]:.1f}..{ratios[-1]:.1f})"


def rows(title, unit, contenders):
    lince = contenders[0]
    for c in contenders:
        if c.error or not c.rounds:
            yield f"| {title} | {c.name} | - | - | {c.error} |"
            continue
        ratio = "" if c is lince or not lince.rounds else ratio_text(lince, c)
        rate, peak = c.median("per_second"), c.median("peak_mib")
        yield f"| {title} | {c.name} | {rate:.1f} {unit} | {'' if math.isnan(peak) else round(peak)} | {ratio} |"


def machine():
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    flags = next((line for line in open("/proc/cpuinfo") if line.startswith("flags")), "")
    vector = "AVX-512" if "avx512f" in flags else "AVX2" if "avx2" in flags else "SSE"
    return f"{model}, {len(os.sched_getaffinity(0))} cores, {vector}, {platform.system()} {platform.release()}"


def versions(args):
    code = "import torch, onnxruntime; print('PyTorch', torch.__version__, '- ONNX Runtime', onnxruntime.__version__)"
    return subprocess.run([f"{args.peers}/bin/python", "-c", code], capture_output=True, text=True).stdout.strip()


def parse():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("build")
    p.add_argument("peers")
    p.add_argument("--rounds", type=int, default=3)
    p.add_argument("--seconds", type=float, default=4)
    p.add_argument("--only", default="", help="cases whose title holds this text")
    p.add_argument("--out", default=os.path.join(HERE, "..", "results.md"))
    return p.parse_args()


def main():
    args = parse()
    lines = [f"Machine: {machine()}. {versions(args)}. {datetime.date.today()}. Median of {args.rounds} rounds in "
             "alternation; ratio: lince to that contender, median (lowest..highest) over the rounds.", "",
             "| what | program | rate | peak MiB | lince is times faster |", "|---|---|---:|---:|---:|"]
    for title, unit, contenders in cases(args):
        if args.only not in title:
            continue
        run_case(args, contenders)
        new = list(rows(title, unit, contenders))
        print("\n".join(new), flush=True)
        lines += new
    with open(args.out, "w") as out:
        out.write("# lince and its peers, side by side\n\n`make bench-peers`\n\n" + "\n".join(lines) + "\n")


sys.exit(main())
