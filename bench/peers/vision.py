"""Pictures a second of a torchvision model in PyTorch (or ONNX Runtime), as bench_model measures lince's.

    vision.py MODEL SIZE BATCH sgd|adam|infer [--variant plain|channels_last|compile|onnx] [--seconds S] [--threads N]
              [--folder DIR: of exported networks]

Prints the rate at the median step (forward, loss, backward, update; or forward alone), and peak memory.
"""
import argparse
import os
import resource
import statistics
import time

import torch
import torchvision

from torch_setting import optimizer_of


def parse():
    p = argparse.ArgumentParser()
    p.add_argument("model")
    p.add_argument("size", type=int)
    p.add_argument("batch", type=int)
    p.add_argument("work", choices=["sgd", "adam", "infer"])
    p.add_argument("--variant", default="channels_last", choices=["plain", "channels_last", "compile", "onnx"])
    p.add_argument("--seconds", type=float, default=6)
    p.add_argument("--threads", type=int, default=0)
    p.add_argument("--folder", default="/tmp")
    return p.parse_args()


def training_step(args, model, x):
    model.train()
    y = torch.arange(args.batch) % 10
    optimizer = optimizer_of(args.work, model.parameters())
    loss_of = torch.nn.CrossEntropyLoss()

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss_of(model(x), y).backward()
        optimizer.step()

    return step


def inference_step(model, x):
    model.eval()

    def step():
        with torch.inference_mode():
            model(x)

    return step


class Repeat(torch.nn.Module):
    """AdaptiveAvgPool2d(7) of a map of one pixel, which ONNX has no operator for."""

    def forward(self, x):
        return x.expand(-1, -1, 7, 7)


def export(args, model, x):
    if args.model.startswith("vgg") and args.size < 64:
        model.avgpool = Repeat()
    path = f"{args.folder}/{args.model}-{args.size}-{args.batch}.onnx"
    if not os.path.exists(path):
        torch.onnx.export(model.eval(), (x,), path + ".new", input_names=["x"], dynamo=False)
        os.replace(path + ".new", path)
    return path


def onnx_step(args, model, x):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    session = onnxruntime.InferenceSession(export(args, model, x), options, providers=["CPUExecutionProvider"])
    feed = {"x": x.numpy()}
    return lambda: session.run(None, feed)


def median_seconds(step, seconds):
    """After two warm-up steps, for the given time but at least three steps."""
    step(), step()
    times, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 3:
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main():
    args = parse()
    if args.threads:
        torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    model = getattr(torchvision.models, args.model)(num_classes=10)
    x = torch.rand(args.batch, 3, args.size, args.size)
    if args.variant == "channels_last":
        model, x = model.to(memory_format=torch.channels_last), x.contiguous(memory_format=torch.channels_last)
    if args.variant == "onnx":
        step = onnx_step(args, model, x)
    else:
        run = torch.compile(model) if args.variant == "compile" else model
        step = inference_step(run, x) if args.work == "infer" else training_step(args, run, x)
    seconds = median_seconds(step, args.seconds)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{args.model} {args.size} px, batch {args.batch}, {args.work}, PyTorch {torch.__version__} {args.variant}: "
          f"{args.batch / seconds:.2f} pictures/s, {seconds * 1e3:.1f} ms, {peak:.0f} MiB")


main()
