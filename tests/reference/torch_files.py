"""Writes tests/weights/python.pth and python-legacy.pth: a checkpoint as PyTorch writes it, in both forms.

    python tests/reference/torch_files.py      (torch)
"""
import collections

import torch

base = torch.arange(12.0)
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
    'ni\u00f1o "q"': torch.zeros(1, dtype=torch.uint8),
    # not in the safetensors file: views of one storage
    "shared": base[2:6],
    "transposed": base.reshape(3, 4).t(),
    "strided": base.reshape(2, 3, 2).permute(2, 0, 1)[:, :, ::2],
    "parameter": torch.nn.Parameter(torch.tensor([1.0, 2.0])),
}
names = collections.OrderedDict(("module." + name, tensor) for name, tensor in tensors.items())
checkpoint = {"epoch": 3, "arch": "none", "best": 93.5, "state_dict": names, "history": [(1, None), True], "large": 2**70}
torch.save(checkpoint, "tests/weights/python.pth")
torch.save(checkpoint, "tests/weights/python-legacy.pth", _use_new_zipfile_serialization=False)
