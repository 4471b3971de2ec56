"""lince and its peers side by side: `make bench-peers` runs this and writes bench/results.md.

    run.py BUILD PEERS [--only TEXT] [--minutes M] [--again] [--quick] [--debian PYTHON] [--out FILE]

BUILD holds lince and bench/; PEERS is the Python environment made by setup.sh. Each case (cases.py) is a list of
contenders, run in alternation, so that a busy moment of the machine hits all of them; a contender's figure is the
median of its rounds, and the ratio is the median of the rounds' ratios, with its range. A contender that fails or
takes too long is named in the table. Rounds are kept in BUILD/bench-peers/rounds.json: a run that was ended, or whose
time was up, goes on from there.
"""
import argparse
import datetime
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import time

from cases import HERE, Bench, all_cases
from contender import SMALLER_IS_BETTER, ratio

LONGEST = 150  # seconds that a contender may take


def parse():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("build")
    p.add_argument("peers")
    p.add_argument("--only", default="", help="cases whose section or title holds this text")
    p.add_argument("--minutes", type=float, default=25, help="no case begins after so many")
    p.add_argument("--again", action="store_true", help="forget the rounds that were kept (of --only's cases)")
    p.add_argument("--quick", action="store_true", help="one short round each: does everything run?")
    p.add_argument("--debian", default="/usr/bin/python3", help="a Python with the distribution's PyTorch, where there is one")
    p.add_argument("--out", help="bench/results.md, or BUILD/bench-peers/quick.md")
    return p.parse_args()


# --- rounds that are kept -----------------------------------------------------------------------------------


class Memory:
    """{case: {contender: {"rounds": [...], "error": ...}}}, written after every run."""

    def __init__(self, path):
        self.path, self.known = path, {}
        if os.path.exists(path):
            with open(path) as file:
                self.known = json.load(file)

    def recall(self, case):
        for c in case.contenders:
            kept = self.known.get(case.key, {}).get(c.name, {})
            c.rounds, c.error = list(kept.get("rounds", [])), kept.get("error")

    def keep(self, case):
        self.known[case.key] = {c.name: {"rounds": c.rounds, "error": c.error} for c in case.contenders}
        with open(self.path + ".new", "w") as file:
            json.dump(self.known, file, indent=1)
        os.replace(self.path + ".new", self.path)

    def forget(self, case):
        self.known.pop(case.key, None)


# --- running ------------------------------------------------------------------------------------------------


def better(c):
    return c.median() if c.unit not in SMALLER_IS_BETTER else -c.median()


def outrun(case, contender):
    """Whether another of the same field was better in the first round."""
    field = [c for c in case.contenders if c.field and c.field == contender.field]
    if not field or any(c.wants(1) for c in field):
        return False
    return contender is not max((c for c in field if c.rounds), key=better, default=contender)


def run_case(case, rounds, memory, environment):
    for c in case.contenders:
        c.error = None  # what failed in an earlier run is given another chance
    for number in range(1, rounds + 1):
        for c in case.contenders:
            if c.wants(number) and not (number > 1 and outrun(case, c)):
                c.run(LONGEST, environment)
                memory.keep(case)


def environment_of(bench):
    """Caches of their own: kernels chosen while the machine was busy would do lince wrong, and PyTorch's compiled
    code should not be looked for elsewhere."""
    mine = {"XDG_CACHE_HOME": f"{bench.work}/cache", "TORCHINDUCTOR_CACHE_DIR": f"{bench.work}/inductor", "LC_ALL": "C.UTF-8"}
    return {**os.environ, **mine}


# --- the table ----------------------------------------------------------------------------------------------


def number(x):
    return f"{x:.0f}" if x >= 100 else f"{x:.1f}" if x >= 10 else f"{x:.2f}"


def row(case, c):
    lince, title = case.contenders[0], case.title if c is case.contenders[0] else ""
    if c.error or not c.rounds:
        return f"| {title} | {c.name} | {c.error or 'not run yet'} | | | | |"
    figures = sorted(r["figure"] for r in c.rounds)
    spread = f"{number(figures[0])}..{number(figures[-1])}" if len(figures) > 1 else ""
    middle, low, high = ratio(lince, c)
    times = "" if c is lince or middle != middle else f"{middle:.2f}" + (f" ({low:.2f}..{high:.2f})" if low < high else "")
    peak = f"{c.median('peak_mib'):.0f}" if c.unit not in ("MiB", "passed") else ""
    figure = "yes" if c.unit == "passed" else f"{number(c.median())} {c.unit}"
    return f"| {title} | {c.name} | {figure} | {spread} | {len(figures)} | {peak} | {times} |"


def table(cases):
    """Of the cases that were run."""
    section = None
    for case in cases:
        if not any(c.rounds or c.error for c in case.contenders):
            continue
        if case.section != section:
            section = case.section
            yield from ("", f"### {section}", "", "| what | program | median | lowest..highest | rounds | peak MiB | lince is times better |",
                        "|---|---|---:|---:|---:|---:|---:|")
        yield from (row(case, c) for c in case.contenders)


def machine():
    with open("/proc/cpuinfo") as file:
        fields = dict([part.strip() for part in line.split(":", 1)] for line in file if ":" in line)
    flags = fields.get("flags", "").split()
    vector = "AVX-512" if "avx512f" in flags else "AVX2" if "avx2" in flags else "SSE"
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (f"{fields.get('model name', '?')} (family {fields.get('cpu family', '?')}, model {fields.get('model', '?')}), "
            f"{len(os.sched_getaffinity(0))} cores, {vector}, {memory:.0f} GiB")


def versions(bench):
    names = {"PyTorch": "torch", "ONNX Runtime": "onnxruntime", "OpenVINO": "openvino", "ncnn": "ncnn"}
    code = f"import importlib.metadata as m\nfor name, package in {names}.items(): print(name, m.version(package))"
    said = subprocess.run([bench.python, "-c", code], capture_output=True, text=True).stdout.split("\n")
    if bench.keras:
        code = "import importlib.metadata as m; print('Keras', m.version('keras'), 'over TensorFlow', m.version('tensorflow-cpu'))"
        said += subprocess.run([bench.keras, "-c", code], capture_output=True, text=True).stdout.split("\n")
    if bench.debian:
        code = "import torch; print('Debian\\'s PyTorch', torch.__version__)"
        said += subprocess.run([bench.debian, "-c", code], capture_output=True, text=True).stdout.split("\n")
    return ", ".join(line for line in said if line)


INTRODUCTION = """# lince and its peers, side by side

`make bench-peers` measures and writes this page: a part for each machine, of which a run replaces its own. Contenders of a case run in alternation, all on every core unless a
row says otherwise; figures are medians of the rounds, each of which is the median of several steps; the ratio is the
median of the rounds' ratios (lowest..highest). On one thread times are of the programs' own processor time, so that other programs count less. A training step is forward, loss, backward and update. PyTorch runs
with its fused optimizers; of its settings (plain, channels_last, `torch.compile` where tried, which took it {longest} s at
the most) the fastest of the first round goes on, the others keep their one round. Peak memory is the whole process's.
"""


def parts_of_others(path):
    """What the page has of other machines, each from its heading on."""
    if not os.path.exists(path):
        return []
    with open(path) as file:
        parts = file.read().split("\n## ")[1:]
    return [f"## {part.rstrip()}\n" for part in parts if part.splitlines()[0] != machine()]


def write(path, bench, cases):
    others = parts_of_others(path)
    mine = (f"## {machine()}\n\n{versions(bench)}, Linux {platform.release().split('-')[0]}. {datetime.date.today()}. Load average over "
            f"the last quarter of an hour:\n{os.getloadavg()[2]:.1f} (2 where nothing else runs).\n" + "\n".join(table(cases)) + "\n")
    with open(path, "w") as out:
        out.write("\n".join([INTRODUCTION.format(longest=LONGEST), *others, mine]))


def main():
    args = parse()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    bench = Bench(args.build, args.peers, os.path.join(args.build, "bench-peers"), 0.5 if args.quick else 2.5, args.debian)
    bench.prepare()
    memory = Memory(os.path.join(bench.work, "quick.json" if args.quick else "rounds.json"))
    cases, end = list(all_cases(bench)), time.monotonic() + 60 * args.minutes
    wanted = [c for c in cases if args.only in c.section + " " + c.title]
    if args.again and not args.only:
        shutil.rmtree(os.path.join(bench.work, "cache"), ignore_errors=True)
    for case in wanted if args.again else []:
        memory.forget(case)
    for case in cases:
        memory.recall(case)
    try:
        for case in wanted:
            if time.monotonic() > end:
                print("time is up: run again to go on", file=sys.stderr)
                break
            run_case(case, 1 if args.quick else case.rounds, memory, environment_of(bench))
            print("\n".join(row(case, c) for c in case.contenders), flush=True)
    except KeyboardInterrupt:
        print("interrupted: run again to go on", file=sys.stderr)
    out = args.out or (os.path.join(bench.work, "quick.md") if args.quick else os.path.join(HERE, "..", "results.md"))
    write(out, bench, sorted(cases, key=lambda c: [k.section for k in cases].index(c.section)))


if __name__ == "__main__":
    main()
