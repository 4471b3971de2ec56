"""From one input to its answer: a picture's file or a text, by lince and by ONNX Runtime, on one thread.

    latency.py RUN MODEL.onnx INPUT [--lince PROGRAM] [--rounds N] [--batch N]
    latency.py --once MODEL.onnx INPUT        one answer of ONNX Runtime, as a process of its own

MODEL.onnx is `lince export RUN MODEL.onnx`. "open": the model stays open, and is asked again and again, lince by its package for Python
(PYTHONPATH=python, LINCE_LIBRARY=liblince.so.1); "process": from the command to the answer. In turns; the median of the processor's time, and of the wall's. --batch N: "open" asks for N
texts in one call: the text, and the text less its last word, in turn.
"""
import argparse
import os
import re
import resource
import statistics
import subprocess
import sys
import time


class OnnxRuntime:
    """What a program of one's own does with the file: read a picture, or look up a text's words, and run."""

    def __init__(self, path):
        import json

        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        known = self.session.get_modelmeta().custom_metadata_map
        self.classes = json.loads(known["lince.classes"])
        self.inputs = self.session.get_inputs()
        if "lince.vocabulary" in known:
            words = json.loads(known["lince.vocabulary"])
            self.numbers = {word: number for number, word in enumerate(words)}

    def texts(self, texts):
        import numpy

        numbers = [[self.numbers.get(word, 1) for word in re.findall(r"\w+|[^\w\s]", text.lower())] for text in texts]
        rows = numpy.zeros((len(texts), max(map(len, numbers))), numpy.int64)
        for row, known in zip(rows, numbers):
            row[:len(known)] = known
        return rows

    def picture(self, path):
        import numpy
        from PIL import Image

        height, width = self.inputs[0].shape[2:]
        x = numpy.asarray(Image.open(path).convert("RGB").resize((width, height), Image.Resampling.BILINEAR), numpy.float32)
        x = (x / 255 - (0.485, 0.456, 0.406)) / (0.229, 0.224, 0.225)
        return numpy.ascontiguousarray(x.transpose(2, 0, 1)[None], numpy.float32)

    def answers(self, given):
        x = self.picture(given[0]) if os.path.exists(given[0]) else self.texts(given)
        scores = self.session.run(None, {self.inputs[0].name: x})[0]
        return [self.classes[best] for best in scores.argmax(1)]


class Lince:
    def __init__(self, run):
        import lince

        self.model = lince.open(run).threads(1)

    def answers(self, given):
        return [answer.label for answer in self.model.predict(given if len(given) > 1 else given[0])]


def of_processes(command):
    """Processor's and wall's seconds of one."""
    def spent():
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    before, start = spent(), time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=dict(os.environ, OMP_NUM_THREADS="1"))
    return spent() - before, time.perf_counter() - start


def of_calls(opened, given):
    calls = 20
    own, start = time.thread_time(), time.perf_counter()
    for _ in range(calls):
        opened.answers(given)
    return (time.thread_time() - own) / calls, (time.perf_counter() - start) / calls


def compare(what, rounds, ways):
    times = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            times[name].append(way())
    for name, found in times.items():
        processor, wall = (statistics.median(column) * 1e3 for column in zip(*found))
        print(f"{what:8} {name:13} {processor:9.3f} ms of the processor, {wall:9.3f} ms of the wall")


def main():
    p = argparse.ArgumentParser()
    p.add_argument("given", nargs="+")
    p.add_argument("--once", action="store_true")
    p.add_argument("--lince", default="build/lince")
    p.add_argument("--rounds", type=int, default=15)
    p.add_argument("--batch", type=int, default=1)
    args = p.parse_args()
    if args.once:
        model, given = args.given
        return print(OnnxRuntime(model).answers([given])[0])
    run, model, given = args.given
    kind = [] if os.path.exists(given) else ["--text"]
    lince, runtime = Lince(run), OnnxRuntime(model)
    asked = [given.rsplit(" ", n % 2)[0] for n in range(args.batch)]
    print(f"answers: {lince.answers(asked)[0]}, {runtime.answers(asked)[0]}")
    compare("open", args.rounds, {"lince": lambda: of_calls(lince, asked), "ONNX Runtime": lambda: of_calls(runtime, asked)})
    if args.batch > 1:
        return
    compare("process", args.rounds, {
        "lince": lambda: of_processes([args.lince, "predict", "--run", run, "--threads", "1", *kind, given]),
        "ONNX Runtime": lambda: of_processes([sys.executable, __file__, "--once", model, given])})


main()
