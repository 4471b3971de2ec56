"""Writes tests/weights/python.safetensors: a file as the Python package writes it.

    python tests/reference/safetensors_file.py      (torch, safetensors)
"""
import torch
from safetensors.torch import save_file

tensors = {
    "weight": torch.tensor([[1.5, -2.0, 3e-45], [4.0, 5.0, float("inf")]]),
    "half": torch.tensor([1.0, -2.0, 65504.0], dtype=torch.float16),
    "brain": torch.tensor([1.0, -3.140625], dtype=torch.bfloat16),
    "wide": torch.tensor([0.1, -1e300], dtype=torch.float64),
    "steps": torch.tensor(3),
    "ids": torch.tensor([-7], dtype=torch.int32),
    "small": torch.tensor([[0], [255], [7]], dtype=torch.uint8),
    "flag": torch.tensor([True, False]),
    "empty": torch.zeros(0, 3),
    "ni\u00f1o \"q\"": torch.zeros(1, dtype=torch.uint8),
}
save_file(tensors, "tests/weights/python.safetensors", metadata={"format": "pt"})
