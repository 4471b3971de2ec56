"""Pictures a second of torchvision's way from files to batches: decoded, cropped, flipped, normalised; what
bench_loader measures of lince.

    loading.py FOLDER WORKERS
"""
import sys
import time

import torch
from torchvision import datasets, transforms


def main():
    folder, workers = sys.argv[1], int(sys.argv[2])
    steps = [transforms.RandomCrop(32, padding=4), transforms.RandomHorizontalFlip(), transforms.ToTensor(),
             transforms.Normalize([0.5] * 3, [0.25] * 3)]
    data = datasets.ImageFolder(folder, transforms.Compose(steps))
    loader = torch.utils.data.DataLoader(data, 128, shuffle=True, num_workers=workers, persistent_workers=workers > 0)
    for _ in range(2):  # the first pass starts the workers
        start = time.perf_counter()
        for _ in loader:
            pass
        took = time.perf_counter() - start
    print(f"{len(data) / took:.0f} pictures/s")


main()
