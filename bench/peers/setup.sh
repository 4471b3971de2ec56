#!/usr/bin/env bash
# A private Python environment with current PyTorch and ONNX Runtime, and within it one for Keras over TensorFlow, which want other
# versions of what they share. usage: bench/peers/setup.sh FOLDER
# Nothing outside FOLDER is touched; an environment that is already there is left alone.
set -euo pipefail
folder=$1
here=$(cd "$(dirname "$0")" && pwd)
[ -f "$folder/ready" ] && exit 0
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --no-cache-dir --requirement "$here/requirements.txt"
python3 -m venv "$folder/keras"
"$folder/keras/bin/pip" install --quiet --no-cache-dir tensorflow-cpu
touch "$folder/ready"
