#!/usr/bin/env python3
"""Every architecture as ONNX: what lince exports is checked by onnx.checker and shape inference, and gives ONNX Runtime the logits
that lince computes, to 1e-5 of a sample's largest.

usage: export_models.py LINCE RANDOM_MODEL [NAME...]     (build/lince, build/tests/random_model; python3 with onnx and onnxruntime)
"""
import os
import re
import subprocess
import sys
import tempfile

import onnx

lince, random_model, *chosen = sys.argv[1:]
os.environ["PATH"] = os.path.dirname(sys.executable) + ":" + os.environ["PATH"]
help_train = subprocess.run([lince, "help", "train", "--lang", "en"], capture_output=True, text=True, check=True).stdout
names = re.search(r"^Models\n(.*?)\n\n", help_train + "\n\n", re.S | re.M).group(1).split()
texts = {"rnn", "gru", "lstm"}
small = {"speednet8": 32, "alexnet": 127, "vit_b_16": 48, "inception_v3": 75}  # what others are published for takes long; inputs that odd windows do not fit into

# MODEL, the arguments of random_model, and whether pixels go in
cases = []
for name in names:
    if name in texts:
        for how in (["last", "1", "1"], ["last", "2", "2"], ["mean", "1", "2"], ["max", "2", "1"], ["padding-last", "1", "2"]):
            cases.append((name, "30", how, False))
            if name == "rnn":
                cases.append(("rnn-relu", "30", how, False))
    else:
        size = small.get(name, 32 if re.fullmatch(r"resnet(20|32|44|56|110)", name) else 65)
        cases.append((name, str(size), [], False))
for fit in (["crop", "0"], ["crop", "40"], ["squash", "0"], ["pad", "0"]):
    cases.append(("resnet20", "32", fit, True))
cases.append(("vgg16", "224", [], False))
cases = [case for case in cases if not chosen or case[0] in chosen]

failures = 0
with tempfile.TemporaryDirectory() as folder:
    weights, model = f"{folder}/random.safetensors", f"{folder}/model.onnx"
    for name, size, more, pixels in cases:
        subprocess.run([random_model, name, size, weights, *more], check=True)
        command = [lince, "export", weights, model, "--verify", "--lang", "en"] + ["--with-preprocessing"] * pixels
        done = subprocess.run(command, capture_output=True, text=True)
        said = done.stderr.strip().splitlines()[-1]
        if not done.returncode:
            try:
                onnx.checker.check_model(model, full_check=True)
                loaded = onnx.load(model)
                inferred = onnx.shape_inference.infer_shapes(loaded, strict_mode=True)
                assert len(inferred.graph.value_info) >= len(loaded.graph.node) - 1, "shapes of values are not inferred"
            except Exception as error:
                done.returncode, said = 1, str(error)
        failures += done.returncode != 0
        print("ok" if not done.returncode else "WRONG", name, size, *more, "pixels" * pixels, "|", said, flush=True)
print(f"{len(cases) - failures} of {len(cases)} models")
sys.exit(failures > 0)
