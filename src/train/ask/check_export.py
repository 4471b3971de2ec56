# usage: python3 -c THIS MODEL.onnx FOLDER: runs the model on FOLDER/INPUT.npy and prints how far its first output is from
# FOLDER/lince.npy: the largest difference of a sample, as a share of the sample's largest number.
import sys

try:
    import numpy
    import onnxruntime
except ImportError as error:
    print(error)
    sys.exit(3)

model, folder = sys.argv[1:]
options = onnxruntime.SessionOptions()
options.log_severity_level = 3
session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
feeds = {i.name: numpy.load(f"{folder}/{i.name}.npy") for i in session.get_inputs()}
ours = numpy.load(f"{folder}/lince.npy").astype(numpy.float64)
theirs = session.run(None, feeds)[0].astype(numpy.float64)
if ours.shape != theirs.shape:
    sys.exit(f"its output is {theirs.shape}, and lince's {ours.shape}")
share = abs(ours - theirs).max(axis=1) / numpy.maximum(abs(ours).max(axis=1), 1e-30)
print(float(share.max()))
