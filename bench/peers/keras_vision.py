"""Pictures a second of a network trained by Keras over TensorFlow, as bench_model measures lince's.

    keras_vision.py MODEL SIZE BATCH sgd|adam [--variant plain|xla] [--seconds S] [--threads N]

VGG16 is built as torchvision has it, whose classifier takes 7x7 places of every picture: on small ones Keras's own has fewer weights.
"""
import argparse
import os
import resource

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy
import tensorflow

from timing import median_seconds

keras = tensorflow.keras
NAMES = {"mobilenet_v2": "MobileNetV2", "resnet50": "ResNet50", "densenet121": "DenseNet121", "efficientnet_b0": "EfficientNetB0"}


def parse():
    p = argparse.ArgumentParser()
    p.add_argument("model", choices=["vgg16", *NAMES])
    p.add_argument("size", type=int)
    p.add_argument("batch", type=int)
    p.add_argument("work", choices=["sgd", "adam"])
    p.add_argument("--variant", default="plain", choices=["plain", "xla"])
    p.add_argument("--seconds", type=float, default=6)
    p.add_argument("--threads", type=int, default=0)
    return p.parse_args()


def vgg16(shape):
    l = keras.layers
    features = keras.applications.VGG16(include_top=False, weights=None, input_shape=shape)
    places = shape[0] // 32
    y = l.UpSampling2D(7 // places)(features.output) if places < 7 else features.output
    y = l.Flatten()(y)
    for _ in range(2):
        y = l.Dropout(0.5)(l.Dense(4096, activation="relu")(y))
    return keras.Model(features.input, l.Dense(10)(y))


def build(args):
    shape = (args.size, args.size, 3)
    model = vgg16(shape) if args.model == "vgg16" else getattr(keras.applications, NAMES[args.model])(
        weights=None, input_shape=shape, classes=10, classifier_activation=None)
    optimizer = keras.optimizers.SGD(1e-4, momentum=0.9) if args.work == "sgd" else keras.optimizers.Adam(1e-4)
    model.compile(optimizer, keras.losses.SparseCategoricalCrossentropy(from_logits=True), jit_compile=args.variant == "xla")
    return model


def main():
    args = parse()
    if args.threads:
        tensorflow.config.threading.set_intra_op_parallelism_threads(args.threads)
        tensorflow.config.threading.set_inter_op_parallelism_threads(1)
    keras.utils.set_random_seed(0)
    model = build(args)
    x = tensorflow.constant(numpy.random.rand(args.batch, args.size, args.size, 3).astype(numpy.float32))
    y = tensorflow.constant(numpy.arange(args.batch) % 10)
    seconds = median_seconds(lambda: model.train_on_batch(x, y), args.seconds, args.threads)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{args.model} {args.size} px, batch {args.batch}, {args.work}, Keras {keras.__version__}, TensorFlow {tensorflow.__version__} "
          f"{args.variant}: {args.batch / seconds:.2f} pictures/s, {seconds * 1e3:.1f} ms, {peak:.0f} MiB")


main()
