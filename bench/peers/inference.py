"""Pictures a second of a torchvision model in an engine for inference, as bench_model measures lince's.

    inference.py ENGINE MODEL SIZE BATCH FILE.onnx THREADS SECONDS
    inference.py onnx MODEL SIZE BATCH FILE.onnx        writes the file, by way of PyTorch; the others do where it is missing

ENGINE: onnxruntime, openvino (both in single precision), ncnn (which takes one picture at a time, and its own rounding of
weights to 16 bits is switched off, too).
"""
import os
import subprocess
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


def onnxruntime(path, x, threads):
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    return lambda: session.run(None, {"x": x})


def openvino(path, x, threads):
    import openvino as ov

    settings = {"INFERENCE_NUM_THREADS": threads, "INFERENCE_PRECISION_HINT": "f32", "NUM_STREAMS": 1}
    request = ov.compile_model(path, "CPU", settings).create_infer_request()
    return lambda: request.infer([x])


def ncnn(path, x, threads):
    import ncnn as engine

    folder, name = os.path.split(os.path.splitext(path)[0])
    stem = os.path.join(folder, name.replace("-", "_"))  # as pnnx calls it
    if not os.path.exists(stem + ".ncnn.bin"):
        shape = ",".join(str(n) for n in (1, *x.shape[1:]))
        subprocess.run([os.path.join(os.path.dirname(sys.executable), "pnnx"), os.path.basename(path), f"inputshape=[{shape}]"], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder)
    net = engine.Net()
    net.opt.num_threads = threads
    net.opt.use_fp16_packed = net.opt.use_fp16_storage = net.opt.use_fp16_arithmetic = False
    net.opt.use_bf16_storage = False
    net.load_param(stem + ".ncnn.param")
    net.load_model(stem + ".ncnn.bin")

    def run():
        for picture in x:
            extractor = net.create_extractor()
            failed = extractor.input("in0", engine.Mat(picture))
            failed |= extractor.extract("out0")[0]
            if failed:
                sys.exit("ncnn: the network could not be run")

    return run


def measure(engine, size, batch, path, threads, seconds):
    import numpy

    x = numpy.random.default_rng(1).random((batch, 3, size, size), numpy.float32)
    took = median_seconds(engine(path, x, threads), seconds, threads)
    print(f"{batch / took:.2f} pictures/s, {took * 1e3:.1f} ms")


def main():
    engine, model, size, batch, path, *rest = sys.argv[1:]
    if engine == "onnx":
        return export(model, int(size), int(batch), path)
    if not os.path.exists(path):  # by a process of its own, whose memory is not the engine's
        made_for = "1" if engine == "ncnn" else batch
        subprocess.run([sys.executable, __file__, "onnx", model, size, made_for, path], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    engines = {"onnxruntime": onnxruntime, "openvino": openvino, "ncnn": ncnn}
    measure(engines[engine], int(size), int(batch), path, int(rest[0]), float(rest[1]))


main()
