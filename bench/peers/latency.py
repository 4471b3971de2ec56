"""From one input to its answer: a picture's file or a text, by lince and by ONNX Runtime, on one thread.

    latency.py RUN MODEL.onnx INPUT [--lince PROGRAM] [--rounds N]
    latency.py --once MODEL.onnx INPUT        one answer of ONNX Runtime, as a process of its own

MODEL.onnx is `lince export RUN MODEL.onnx`. "open": the model stays open, and is asked again and again, lince by its package for Python
(PYTHONPATH=python, LINCE_LIBRARY=liblince.so.1); "process": from the command to the answer. In turns; the median of the processor's time, and of the wall's.
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

    def text(self, text):
        import numpy

        numbers = [self.numbers.get(word, 1) for word in re.findall(r"\w+|[^\w\s]", text.lower())]
        return numpy.array([numbers], numpy.int64)

    def picture(self, path):
        import numpy
        from PIL import Image

        height, width = self.inputs[0].shape[2:]
        x = numpy.asarray(Image.open(path).convert("RGB").resize((width, height), Image.Resampling.BILINEAR), numpy.float32)
        x = (x / 255 - (0.485, 0.456, 0.406)) / (0.229, 0.224, 0.225)
        return numpy.ascontiguousarray(x.transpose(2, 0, 1)[None], numpy.float32)

    def answer(self, given):
        scores = self.session.run(None, {self.inputs[0].name: (self.picture if os.path.exists(given) else self.text)(given)})[0][0]
        return self.classes[int(scores.argmax())]


class Lince:
    def __init__(self, run):
        import lince

        self.model = lince.open(run).threads(1)

    def answer(self, given):
        return self.model.predict(given)[0].label


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
        opened.answer(given)
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
    args = p.parse_args()
    if args.once:
        model, given = args.given
        return print(OnnxRuntime(model).answer(given))
    run, model, given = args.given
    kind = [] if os.path.exists(given) else ["--text"]
    lince, runtime = Lince(run), OnnxRuntime(model)
    print(f"answers: {lince.answer(given)}, {runtime.answer(given)}")
    compare("open", args.rounds, {"lince": lambda: of_calls(lince, given), "ONNX Runtime": lambda: of_calls(runtime, given)})
    compare("process", args.rounds, {
        "lince": lambda: of_processes([args.lince, "predict", "--run", run, "--threads", "1", *kind, given]),
        "ONNX Runtime": lambda: of_processes([sys.executable, __file__, "--once", model, given])})


main()
