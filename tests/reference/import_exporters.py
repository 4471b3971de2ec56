#!/usr/bin/env python3
"""Networks as other programs export them: timm by both of PyTorch's exporters (the newer one writes numbers into a file beside), Keras by
tf2onnx, paddle by paddle2onnx. The logits that lince computes of the file, to 1e-4 of a sample's largest; of a softmax, probabilities.

usage: import_exporters.py ONNX_STEP timm|keras|paddle [NAME...]     (build/tests/onnx_step; python3 with timm, onnxscript; or with tensorflow, tf2onnx;
or with paddlepaddle 3.0.0, paddle2onnx, onnx_graphsurgeon, sympy)
"""
import os
import subprocess
import sys
import tempfile
import warnings

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["POLYGRAPHY_AUTOINSTALL_DEPS"] = "0"  # paddle2onnx's helper would have pip fetch what it misses
warnings.filterwarnings("ignore")
import numpy

onnx_step, exporter, *chosen = sys.argv[1:]
BATCH, SIZE, CLASSES = 2, 96, 10
TIMM = """resnet18 resnet26d seresnet18 resnetv2_18 efficientnet_lite0 efficientnet_b0 mobilenetv2_100 mobilenetv3_small_100 regnety_002 repvgg_a0
ghostnet_100 rexnet_100 convnext_atto""".split()
KERAS = ["small", "gelu", "MobileNetV2", "MobileNet", "MobileNetV3Small", "ResNet50V2", "Xception"]
PADDLE = ["resnet18", "mobilenet_v2", "mobilenet_v3_small"]
x = numpy.random.default_rng(1).standard_normal((BATCH, 3, SIZE, SIZE)).astype(numpy.float32)


def logits_of(path):
    done = subprocess.run([onnx_step, path, str(BATCH), str(CLASSES), str(SIZE), "eval"], input=x.tobytes(), capture_output=True)
    if done.returncode:
        raise RuntimeError(done.stderr.decode().strip())
    return numpy.frombuffer(done.stdout, numpy.float32)[: BATCH * CLASSES].reshape(BATCH, CLASSES)


def from_timm(name, folder):
    """(file, what it computes) by each exporter."""
    import timm
    import torch

    torch.manual_seed(1)
    model, input = timm.create_model(name, num_classes=CLASSES).eval(), torch.from_numpy(x)
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.normal_(module.running_mean, 0, 0.1)
            torch.nn.init.uniform_(module.running_var, 0.8, 1.2)
    y = model(input).detach().numpy()
    torch.onnx.export(model, (input,), f"{folder}/a.onnx", dynamo=False, opset_version=17, input_names=["x"], dynamic_axes={"x": {0: "n"}})
    yield f"{folder}/a.onnx", y
    torch.onnx.export(model, (input,), f"{folder}/b.onnx", dynamo=True, external_data=True, verbose=False)
    yield f"{folder}/b.onnx", y
    samples = ({0: torch.export.Dim("n")},)
    torch.onnx.export(model, (input,), f"{folder}/c.onnx", dynamo=True, dynamic_shapes=samples, external_data=False, verbose=False)
    yield f"{folder}/c.onnx", y


def small(keras):
    l = keras.layers
    return keras.Sequential([
        keras.Input((SIZE, SIZE, 3)), l.Conv2D(16, 3, padding="same", use_bias=False), l.BatchNormalization(), l.ReLU(), l.MaxPooling2D(),
        l.Conv2D(24, 3, strides=2, padding="same"), l.LeakyReLU(), l.SeparableConv2D(32, 3, padding="same", activation="relu"), l.Dropout(0.3),
        l.GlobalAveragePooling2D(), l.Dense(20, activation="elu"), l.Dense(CLASSES, activation="softmax")])


def gelu(keras):
    """tf2onnx writes 0.5 x erfc(-x / sqrt(2)), though ONNX has no Erfc."""
    l = keras.layers
    return keras.Sequential([
        keras.Input((SIZE, SIZE, 3)), l.Conv2D(8, 3), l.Activation("gelu"), l.Conv2D(8, 3, strides=2), l.GlobalAveragePooling2D(),
        l.Dense(20, activation="gelu"), l.Dense(CLASSES)])


def from_keras(name, folder):
    import tensorflow
    import tf2onnx

    keras = tensorflow.keras
    keras.utils.set_random_seed(1)
    more = {"include_preprocessing": False} if name.startswith("MobileNetV3") else {}
    own = {"small": small, "gelu": gelu}.get(name)
    model = own(keras) if own else getattr(keras.applications, name)(
        input_shape=(SIZE, SIZE, 3), weights=None, classes=CLASSES, classifier_activation=None, **more)
    signature = [tensorflow.TensorSpec((None, SIZE, SIZE, 3), tensorflow.float32, name="x")]
    called = tensorflow.function(lambda x: model(x, training=False))
    tf2onnx.convert.from_function(called, input_signature=signature, opset=17, output_path=f"{folder}/a.onnx")
    yield f"{folder}/a.onnx", model(x.transpose(0, 2, 3, 1), training=False).numpy()


def from_paddle(name, folder):
    import paddle

    paddle.seed(1)
    model = getattr(paddle.vision.models, name)(num_classes=CLASSES)
    model.eval()
    for layer in model.sublayers():
        if isinstance(layer, paddle.nn.BatchNorm2D):
            layer._mean.set_value(paddle.normal(0, 0.1, layer._mean.shape))
            layer._variance.set_value(paddle.uniform(layer._variance.shape, min=0.8, max=1.2))
    spec = paddle.static.InputSpec([None, 3, SIZE, SIZE], "float32", "x")
    paddle.onnx.export(model, f"{folder}/a", input_spec=[spec], opset_version=17)
    yield f"{folder}/a.onnx", model(paddle.to_tensor(x)).numpy()


def difference(found, wanted):
    if abs(wanted.sum(1) - 1).max() < 1e-4 and wanted.min() >= 0:
        e = numpy.exp(found - found.max(1, keepdims=True))
        found = e / e.sum(1, keepdims=True)
    return float(max(abs(a - b).max() / abs(b).max() for a, b in zip(found, wanted)))


failures = 0
names, exports = {"timm": (TIMM, from_timm), "keras": (KERAS, from_keras), "paddle": (PADDLE, from_paddle)}[exporter]
for name in chosen or names:
    try:
        with tempfile.TemporaryDirectory() as folder:
            for path, wanted in exports(name, folder):
                far = difference(logits_of(path), wanted)
                beside = sum(f.endswith(".data") for f in os.listdir(folder))
                print("ok" if far <= 1e-4 else "WRONG", name, f"{far:.1e}", "numbers in a file beside" * beside, flush=True)
                failures += far > 1e-4
    except Exception as error:
        failures += 1
        print("WRONG", name, str(error)[:300], flush=True)
print(f"wrong: {failures}")
sys.exit(failures > 0)
