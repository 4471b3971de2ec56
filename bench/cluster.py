#!/usr/bin/env python3
"""What several machines would make of a training: measured on this one, and predicted for networks that are not there.

    cluster.py measure   one process of two threads against two of one, and PyTorch's DistributedDataParallel
    cluster.py check     between hosts made of network namespaces with a limited rate: measured, and predicted (root)
    cluster.py predict   1 to 128 machines on 1, 10 and 25 Gbit/s, a batch as measured on each of them

The model: a machine computes as this one does (--profile of one process, layer by layer). The gradient of a layer is there when its
backward is done, in the last of the machine's shards; blocks of the vector (an eighth of it, 256 KiB to 2 MiB) are added up in turn, each in
log2 n exchanges and as many rounds of copies, in which a machine sends 2 (1 - 1/n) of its bytes (src/group/tree.h), and each of which takes
a latency. Bytes cost network and memory, and time of a processor that would otherwise compute. Behind that come the sums that are small: agreements, weights, losses.
"""
import argparse
import math
import os
import re
import statistics
import subprocess
import tempfile
import time

MODELS = {  # options, samples of a batch, shards
    "vgg16": ("--data {data}/pictures --model vgg16 --image-size 32 --train-limit {limit} --optimizer sgd --lr 0.001", 128, 8),
    "resnet50": ("--data {data}/pictures --model resnet50 --image-size 64 --train-limit {limit} --optimizer sgd --lr 0.001", 64, 4),
    "gru": ("--data {data}/tweets --model gru --split-by random --train-limit {limit}", 256, 8),
}
SMALL = 8      # messages of a step that are no gradients, each a latency for a round of a tree
ADDING = 2e9   # bytes a second that are copied, added and copied again by a machine of this kind
BUSY = 5.9e-9  # seconds of a processor for each byte sent and received by TCP: `check` without a limit was slower by as much
ENVIRONMENT = dict(os.environ, OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1", LC_ALL="C.UTF-8")


class Profile:
    """What `lince train --profile` has said of a step."""

    def __init__(self, text):
        number = r"([\d.]+)"
        self.rate = float(re.search(number + " samples a second while training", text)[1])
        self.steps = int(re.search(r"profile \(steps: (\d+)", text)[1])
        self.layers = []  # name, backward in seconds, bytes that travel
        for line in text.splitlines():
            found = re.match(r"  (\S+) +(\w+) +" + number + r" +[\d.]+% +(?:" + number + r" +[\d.]+%[wt]?)? +" + number + r" +[\d.]+%(.*)", line)
            if found:
                rest = found[6].split()  # of what multiplies GFLOP/s and their share of the peak; of what travels three more
                travels = float(rest[-3]) * 1e6 if len(rest) in (3, 5) else 0
                self.layers.append((found[1], float(found[5]) / 1e3, travels))
        self.phases = {name.strip(): float(ms) / 1e3
                       for name, ms in re.findall(r"^ +([a-z][a-z ,]+?) +([\d.]+) +[\d.]+%$", text, re.M)}
        travel = re.search(r"gradients to other processes: ([\d.]+) MB a step, ([\d.]+) ms, of which ([\d.]+) %", text)
        self.megabytes, self.hidden = (float(travel[1]), float(travel[3])) if travel else (0, 0)

    def step(self):
        return sum(s for name, s in self.phases.items() if name not in ("validation", "saving"))


def options_of(model, data, steps, batch=None):
    options, usual, shards = MODELS[model]
    batch = batch or usual
    return options.format(data=data, limit=steps * batch).split() + [
        "--batch-size", str(batch), "--shards", str(shards), "--epochs", "1", "--profile", "--no-report",
        "--find-duplicates", "no", "--lang", "en", "--cache-mb", "256"]


def lince(args, data, model, processes=1, threads=1, batch=None, launcher=None, beside=False):
    """`beside`: another one computes the same meanwhile, as on a machine that is two hosts."""
    steps = args.steps
    out = tempfile.mkdtemp(dir=data)
    command = [args.lince, "train"] + options_of(model, data, steps, batch) + ["--threads", str(threads), "--out", out + "/run"]
    if launcher:
        command = launcher(command, processes)
    elif processes > 1:
        command = ["mpirun", "--oversubscribe", "--bind-to", "none", "-n", str(processes)] + command
    other = subprocess.Popen([out + "/other" if word == out + "/run" else word for word in command], stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL, env=ENVIRONMENT) if beside else None
    done = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT)
    if other:
        other.wait()
    if done.returncode:
        raise SystemExit(done.stderr)
    return Profile(done.stderr)


def make_data(args, folder):
    for kind, count in (("images", 1100), ("tweets", 4000)):
        subprocess.run([args.lince, "synth", kind, f"{folder}/{'pictures' if kind == 'images' else kind}", "--n", str(count), "--seed", "1"],
                       check=True, stdout=subprocess.DEVNULL)


# --- prediction ---------------------------------------------------------------------------------------

def travel_time(size, n, rate, latency):
    """Seconds until a block of that many bytes is added up and everywhere."""
    if n == 1:
        return 0
    rounds = 2 * math.ceil(math.log2(n))
    sent = 2 * (1 - 1 / n) * size
    return rounds * latency + sent / rate + sent / ADDING


def step_time(profile, layers, n, rate, latency, shards, processors):
    """Of a machine in n of them: compute, and what of the messages is not hidden behind it."""
    total = sum(size for _, _, size in layers)
    compute = profile.step() + 2 * (1 - 1 / n) * total * BUSY / processors
    update = profile.phases["update of the weights"]
    block = min(max(total / 8, 2**18), 2**21)
    backward = sum(seconds for _, seconds, _ in layers)
    now = compute - update - backward / shards  # the last shard's backward begins
    done, ready, waiting = now, now, 0
    for _, seconds, size in reversed(layers):
        ready += seconds / shards
        waiting += size
        while waiting >= block:
            done = max(done, ready) + travel_time(block, n, rate, latency)
            waiting -= block
    done = max(done, ready) + travel_time(waiting, n, rate, latency)
    small = SMALL * 2 * math.ceil(math.log2(n)) * latency if n > 1 else 0
    return max(done, ready) + update + small


def predict(args, folder):
    print("| model, batch a machine | Gbit/s | " + " | ".join(str(2**k) for k in range(8)) + " |")
    print("|---|---:|" + "---:|" * 8)
    for model, (_, batch, shards) in MODELS.items():
        alone = lince(args, folder, model, 1, 2)
        layers = lince(args, folder, model, 2, 1).layers
        for gbit, latency in ((1, 100e-6), (10, 50e-6), (25, 20e-6)):
            times = [step_time(alone, layers, 2**k, gbit * 0.94e9 / 8, latency, shards, 2) for k in range(8)]
            cells = [f"{2**k * times[0] / t:.1f}" for k, t in enumerate(times)]
            print(f"| {model}, {batch} | {gbit} | " + " | ".join(cells) + " |", flush=True)


# --- measurement --------------------------------------------------------------------------------------

def ddp_worker(rank, args, queue):
    import torch
    import torch.distributed as dist
    import torchvision
    torch.set_num_threads(1)
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT="29511", GLOO_SOCKET_IFNAME="lo")
    dist.init_process_group("gloo", rank=rank, world_size=2)
    model = torch.nn.parallel.DistributedDataParallel(torchvision.models.vgg16(num_classes=10))
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3, momentum=0.9, fused=True)
    x, y = torch.randn(64, 3, 32, 32), torch.randint(10, (64,))

    def step():
        optimizer.zero_grad(set_to_none=True)
        torch.nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()

    step()
    dist.barrier()
    start, sent = time.perf_counter(), loopback()
    for _ in range(args.steps):
        step()
    dist.barrier()
    if rank == 0:
        queue.put((128 * args.steps / (time.perf_counter() - start), (loopback() - sent) / 2 / args.steps / 1e6))


def loopback():
    with open("/sys/class/net/lo/statistics/tx_bytes") as file:
        return int(file.read())


def ddp(args):
    """Pictures a second, and megabytes that a process sends for a step."""
    import multiprocessing
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    workers = [context.Process(target=ddp_worker, args=(rank, args, queue)) for rank in range(2)]
    for worker in workers:
        worker.start()
    result = queue.get()
    for worker in workers:
        worker.join()
    return result


def measure(args, folder):
    print("| what | one process, two threads | two processes, one thread | ratio (each round) | MB a step and process | hidden |")
    print("|---|---:|---:|---:|---:|---:|")
    for model in args.models:
        pairs = [(lince(args, folder, model, 1, 2), lince(args, folder, model, 2, 1)) for _ in range(args.rounds)]
        one, two = (statistics.median(pair[i].rate for pair in pairs) for i in (0, 1))
        ratios = [b.rate / a.rate for a, b in pairs]
        unit = "texts/s" if model == "gru" else "pictures/s"
        print(f"| {model}, batch {MODELS[model][1]}, {MODELS[model][2]} shards | {one:.1f} {unit} | {two:.1f} {unit} | "
              f"{statistics.median(ratios):.2f} ({', '.join(f'{r:.2f}' for r in ratios)}) | {pairs[0][1].megabytes:.1f} | "
              f"{statistics.median(pair[1].hidden for pair in pairs):.0f} % |", flush=True)
    if args.ddp:
        rounds = [ddp(args) for _ in range(args.rounds)]
        print(f"| vgg16, batch 128, PyTorch DistributedDataParallel, gloo | | {statistics.median(r[0] for r in rounds):.1f} pictures/s | | "
              f"{rounds[0][1]:.1f} | |", flush=True)


# --- hosts on this machine ----------------------------------------------------------------------------

class Hosts:
    """Network namespaces on a bridge, each with an address; what they send and are sent has a limited rate."""

    def __init__(self, count, mbit, folder):
        self.count, self.folder = count, folder
        self.run("ip link add lincebench type bridge", "ip link set lincebench up")
        for i in range(1, count + 1):
            self.run(f"ip netns add lb{i}", f"ip link add lbv{i} type veth peer name eth0 netns lb{i}",
                     f"ip link set lbv{i} master lincebench up", f"ip netns exec lb{i} ip addr add 10.78.0.{i}/24 dev eth0",
                     f"ip netns exec lb{i} ip link set eth0 up", f"ip netns exec lb{i} ip link set lo up")
            for where in (f"ip netns exec lb{i} tc qdisc add dev eth0", f"tc qdisc add dev lbv{i}"):
                if mbit:
                    self.run(f"{where} root tbf rate {mbit}mbit burst {max(mbit * 1000, 64000)} latency 100ms")
        with open(folder + "/agent", "w") as file:
            file.write('#!/bin/bash\nn=${1##*.}\nshift\nexec ip netns exec lb$n unshare --uts bash -c "hostname host-$n; $*"\n')
        os.chmod(folder + "/agent", 0o755)
        with open(folder + "/hosts", "w") as file:
            file.writelines(f"10.78.0.{i} slots=1\n" for i in range(1, count + 1))

    def run(self, *commands):
        for command in commands:
            subprocess.run(command.split(), check=True)

    def launch(self, command, processes):
        mca = ["--mca", "plm_rsh_agent", self.folder + "/agent", "--mca", "btl", "tcp,self", "--mca", "btl_tcp_if_include", "10.78.0.0/24",
               "--mca", "oob_tcp_if_include", "10.78.0.0/24"]
        return ["ip", "netns", "exec", "lb1", "mpirun"] + mca + [
            "--hostfile", self.folder + "/hosts", "--map-by", "node", "--bind-to", "none", "-n", str(processes)] + command

    def close(self):
        for i in range(1, self.count + 1):
            subprocess.run(f"ip netns del lb{i}".split(), stderr=subprocess.DEVNULL)
        subprocess.run("ip link del lincebench".split(), stderr=subprocess.DEVNULL)


def check(args, folder):
    """Two hosts of one thread on two processors; compute is that of one process of one thread with half the batch and shards, beside another."""
    print("| model, batch of both | Mbit/s | samples/s, measured | predicted | predicted / measured |")
    print("|---|---:|---:|---:|---:|")
    for model in args.models:
        options, batch, shards = MODELS[model]
        for mbit in args.mbit:
            hosts = Hosts(2, mbit, folder)
            try:
                two = lince(args, folder, model, 2, 1, launcher=hosts.launch)
            finally:
                hosts.close()
            MODELS[model] = (options, batch, shards // 2)
            alone = lince(args, folder, model, 1, 1, batch=batch // 2, beside=True)
            MODELS[model] = (options, batch, shards)
            rate = mbit * 0.94e6 / 8 if mbit else 1e12
            predicted = batch / step_time(alone, two.layers, 2, rate, 50e-6, shards // 2, 1)
            print(f"| {model}, {batch} | {mbit or 'unlimited'} | {two.rate:.1f} | {predicted:.1f} | {predicted / two.rate:.2f} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["measure", "check", "predict"])
    parser.add_argument("--lince", default="build/lince")
    parser.add_argument("--steps", type=int, default=6, help="of an epoch")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--models", type=lambda text: text.split(","), default=["vgg16", "gru"])
    parser.add_argument("--mbit", type=lambda text: [int(x) for x in text.split(",")], default=[0, 1000, 200], help="0: no limit")
    parser.add_argument("--ddp", action="store_true", help="PyTorch's, too: with a Python that has it")
    args = parser.parse_args()
    args.lince = os.path.abspath(args.lince)
    with tempfile.TemporaryDirectory() as folder:
        make_data(args, folder)
        {"measure": measure, "check": check, "predict": predict}[args.what](args, folder)


if __name__ == "__main__":
    main()
