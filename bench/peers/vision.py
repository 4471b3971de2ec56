"""Pictures a second of a torchvision model in PyTorch, as bench_model measures lince's. bf16: channels last, under autocast.

    vision.py MODEL SIZE BATCH sgd|adam|infer [--variant plain|channels_last|compile|bf16] [--seconds S] [--threads N]

Prints the rate at the median step (forward, loss, backward, update; or forward alone), and peak memory.
"""
import argparse
import resource

import torch
import torchvision

from timing import median_seconds
from torch_setting import optimizer_of


def parse():
    p = argparse.ArgumentParser()
    p.add_argument("model")
    p.add_argument("size", type=int)
    p.add_argument("batch", type=int)
    p.add_argument("work", choices=["sgd", "adam", "infer"])
    p.add_argument("--variant", default="channels_last", choices=["plain", "channels_last", "compile", "bf16"])
    p.add_argument("--seconds", type=float, default=6)
    p.add_argument("--threads", type=int, default=0)
    return p.parse_args()


def training_step(args, model, x):
    model.train()
    y = torch.arange(args.batch) % 10
    optimizer = optimizer_of(args.work, model.parameters())
    loss_of = torch.nn.CrossEntropyLoss()

    def step():
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast("cpu", torch.bfloat16, enabled=args.variant == "bf16"):
            loss = loss_of(model(x), y)
        loss.backward()
        optimizer.step()

    return step


def inference_step(args, model, x):
    model.eval()

    def step():
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=args.variant == "bf16"):
            model(x)

    return step


def main():
    args = parse()
    if args.threads:
        torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    model = getattr(torchvision.models, args.model)(num_classes=10)
    x = torch.rand(args.batch, 3, args.size, args.size)
    if args.variant in ("channels_last", "bf16"):
        model, x = model.to(memory_format=torch.channels_last), x.contiguous(memory_format=torch.channels_last)
    run = torch.compile(model) if args.variant == "compile" else model
    step = inference_step(args, run, x) if args.work == "infer" else training_step(args, run, x)
    seconds = median_seconds(step, args.seconds, args.threads)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{args.model} {args.size} px, batch {args.batch}, {args.work}, PyTorch {torch.__version__} {args.variant}: "
          f"{args.batch / seconds:.2f} pictures/s, {seconds * 1e3:.1f} ms, {peak:.0f} MiB")


main()
