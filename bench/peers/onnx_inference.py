"""Pictures a second of a torchvision model in ONNX Runtime, as bench_model measures lince's.

    onnx_inference.py MODEL SIZE BATCH FILE.onnx --export               writes the file, by way of PyTorch
    onnx_inference.py MODEL SIZE BATCH FILE.onnx THREADS SECONDS
"""
import sys

from timing import median_seconds


def export(model, size, batch, path):
    import torch
    import torchvision

    class Repeat(torch.nn.Module):
        """AdaptiveAvgPool2d(7) of a map of one pixel, which ONNX has no operator for."""

        def forward(self, x):
            return x.expand(-1, -1, 7, 7)

    network = getattr(torchvision.models, model)(num_classes=10).eval()
    if model.startswith("vgg") and size < 64:
        network.avgpool = Repeat()
    torch.onnx.export(network, (torch.rand(batch, 3, size, size),), path, input_names=["x"], dynamo=False)


def measure(size, batch, path, threads, seconds):
    import numpy
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    feed = {"x": numpy.random.default_rng(1).random((batch, 3, size, size), numpy.float32)}
    took = median_seconds(lambda: session.run(None, feed), seconds)
    print(f"{batch / took:.2f} pictures/s, {took * 1e3:.1f} ms")


def main():
    model, size, batch, path, *rest = sys.argv[1:]
    if rest == ["--export"]:
        return export(model, int(size), int(batch), path)
    measure(int(size), int(batch), path, int(rest[0]), float(rest[1]))


main()
