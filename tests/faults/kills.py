#!/usr/bin/env python3
"""Ends trainings at random moments, goes on with them, and compares the whole folder with that of a run left alone.

    kills.py LINCE SCRATCH [--kills N | --seconds S] [--only PATTERN] [--seed N] [--jobs N]

A case is a training on tiny data. Each trial begins one, sends it SIGKILL, SIGINT, SIGTERM or SIGHUP after a random time,
goes on with --resume (with other numbers of threads and workers, where the case says so), ends that too, at last leaves it
alone, and then asks:

    every end was by the signal, or with the exit code that is promised for it and what is promised said;
    the folder has the files of the run left alone, and nothing that is half-written;
    each of them is the same, but for times, memory, and commands.

Two at a time: a second process goes on in the same folder; of the two one is refused, or finds nothing left to do.
Ends with 1 where anything differed; the folder is kept then, and its seed told."""
import argparse
import concurrent.futures
import difflib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time

SECONDS = 600  # of a process, before it counts as hanging: a busy machine is no hang
CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}
SIGNALS = [signal.SIGKILL, signal.SIGKILL, signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
COMMON = ["--batch-size", "16", "--seed", "3", "--find-duplicates", "no", "--lang", "en"]
TEXTS = ["--data", "../../data/texts", "--model", "gru", "--hidden", "8", "--embedding", "8", *COMMON]
PICTURES = ["--data", "../../data/pictures", "--model", "resnet20", "--image-size", "8", "--train-limit", "4", *COMMON]
OFTEN = ["--checkpoint-every", "0.0000001"]


class Case:
    def __init__(self, name, options, report=False, pair=False, vary=((), )):
        self.name, self.pair, self.vary = name, pair, vary
        self.options = [*options, *([] if report else ["--no-report"])]
        self.alone, self.seconds = None, 0


ONE = ["--threads", "1", "--workers", "0"]
CASES = [
    Case("texts", [*TEXTS, *ONE, "--epochs", "3"]),
    Case("texts-saving", [*TEXTS, *ONE, *OFTEN, "--epochs", "6", "--optimizer", "adam", "--keep-checkpoint"]),
    Case("texts-threads", [*TEXTS, *OFTEN, "--epochs", "4"],
         vary=(["--threads", "1", "--workers", "0"], ["--threads", "2", "--workers", "1"], ["--threads", "3", "--workers", "2"])),
    Case("pictures", [*PICTURES, *ONE, "--epochs", "3", "--augment", "crop=2,flip"]),
    Case("pictures-threads", [*PICTURES, *OFTEN, "--epochs", "3", "--mixup", "0.2"],
         vary=(["--threads", "1", "--workers", "0"], ["--threads", "2", "--workers", "1"])),
    Case("plateau", [*TEXTS, *ONE, *OFTEN, "--epochs", "6", "--scheduler", "plateau", "--patience", "3"]),
    Case("accumulate", [*TEXTS, *ONE, *OFTEN, "--epochs", "4", "--batch-size", "4", "--accumulate", "3", "--scheduler", "cosine"]),
    Case("frozen", [*PICTURES, *ONE, *OFTEN, "--epochs", "3", "--freeze", "2", "--unfreeze", "2"]),
    Case("ema", [*TEXTS, *ONE, *OFTEN, "--epochs", "4", "--ema", "0.9"]),
    Case("swa", [*PICTURES, *ONE, *OFTEN, "--epochs", "3", "--swa", "2"]),
    Case("lookahead", [*TEXTS, *ONE, *OFTEN, "--epochs", "4", "--lookahead", "2", "--optimizer", "adam"]),
    Case("validation", [*TEXTS, *ONE, "--epochs", "3", "--val-split", "0.5", "--calibrate"]),
    Case("report-texts", [*TEXTS, *ONE, "--epochs", "2"], report=True),
    Case("report-pictures", [*PICTURES, *ONE, "--epochs", "2"], report=True),
    Case("two", [*TEXTS, *ONE, *OFTEN, "--epochs", "6"], pair=True),
]

# --- folders -----------------------------------------------------------------------------------------

RUNNING = r"\d{4}-\d\d-\d\d \d\d:\d\d UTC|\d+(\.\d+)? (MiB|KiB|m?s)\b|threads: \d+"
# What is cut out: times, memory, the commands, and how many threads there were.
CUT = {
    "config.yaml": r"(?m)^# lince .*\n|^(threads|workers): .*\n",
    "results.csv": r"(?m)(?<=^\d,)[^,]*",
    "cost.json": r"(?s).*",
    "model.json": r'(?m)^ *"threads": .*\n',
    "report.html": RUNNING,
    "report.md": RUNNING,
}


def without_times(header):
    """A checkpoint's header: its metadata but for seconds and the checksum, which depends on them."""
    about = json.loads(header).copy()
    texts = about.get("__metadata__", {})
    texts.pop("lince.checksum", None)
    texts["position"] = re.sub(r"seconds=\S+", "", texts.get("position", ""))
    texts["history"] = re.sub(r"(?m)^(\d+) \S+", r"\1", texts.get("history", ""))
    return json.dumps(about, sort_keys=True).encode()


def read(folder, key):
    with open(os.path.join(folder, key), "rb") as stream:
        found = stream.read()
    if key.startswith("checkpoint/"):
        size = int.from_bytes(found[:8], "little")
        return without_times(found[8:8 + size]) + found[8 + size:]
    return re.sub(CUT[key], "", found.decode()).encode() if key in CUT else found


def contents(folder):
    found = {}
    for path, _, names in os.walk(folder):
        for name in names:
            key = os.path.relpath(os.path.join(path, name), folder)
            found[key] = read(folder, key)
    return found


def difference(alone, found):
    """In words; None: there is none."""
    more, less = sorted(set(found) - set(alone)), sorted(set(alone) - set(found))
    if more or less:
        return f"more files: {more[:4]}, missing: {less[:4]}"
    for key in sorted(alone):
        if alone[key] != found[key]:
            lines = difflib.unified_diff(alone[key].decode(errors="replace").splitlines(),
                                         found[key].decode(errors="replace").splitlines(), "alone", "found", n=0)
            return f"{key} differs: " + "\n".join(line[:200] for line in list(lines)[:12])
    return None


# --- trials ------------------------------------------------------------------------------------------


class Wrong(Exception):
    pass


class Tally:
    """Of all trials; signals that came when the process had ended are not counted."""

    def __init__(self):
        self.lock = threading.Lock()
        self.trials = self.resumed = self.refused = 0
        self.signals = {s: 0 for s in SIGNALS}

    def add(self, **more):
        with self.lock:
            for name, count in more.items():
                setattr(self, name, getattr(self, name) + count)

    def signal(self, number):
        with self.lock:
            self.signals[number] += 1


class Trial:
    def __init__(self, options, case, number, tally):
        self.lince, self.case, self.tally = options.lince, case, tally
        self.random = random.Random(f"{options.seed} {case.name} {number}")
        self.folder = os.path.join(options.scratch, case.name, f"trial-{number}")
        self.environment = {**os.environ, "LC_ALL": "C.UTF-8", "XDG_CACHE_HOME": os.path.join(options.scratch, "cache"),
                            "GOMP_SPINCOUNT": "1000"}
        self.run = os.path.join(self.folder, "run")
        self.said = []  # by each process, on standard error
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)

    def start(self, arguments):
        return subprocess.Popen([self.lince, *arguments, "--quiet"], cwd=self.folder, env=self.environment, text=True,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def train(self):
        """As the run left alone: with another number of threads other kernels may be the fastest."""
        return self.start(["train", *self.case.options, *self.case.vary[0], "--out", "run"])

    def resume(self):
        more = self.random.choice(self.case.vary)
        report = ["--no-report"] if "--no-report" in self.case.options else []
        return self.start(["train", "--resume", "run", *more, *report])

    def has_begun(self):
        return os.path.exists(os.path.join(self.run, "checkpoint", "state.safetensors")) or os.path.exists(
            os.path.join(self.run, "checkpoint", "end.safetensors"))

    def end(self, process, number):
        """Whether it was ended by the signal; its exit code is right either way."""
        alive = process.poll() is None
        process.send_signal(number)
        err, code = self.wait(process)
        if code == 0:
            return False
        if self.case.pair and code == 1 and "another process" in err:  # the second was the first
            return True
        if code != -number and code != CODES.get(number):
            raise Wrong(f"ended by signal {number}: exit {code}: {err[-300:]}")
        if code > 0 and "the state is saved" not in err and self.has_begun() and "interrupted in epoch" in err:
            raise Wrong(f"interrupted, and not saved: {err[-300:]}")
        if alive:
            self.tally.signal(number)
        return True

    def wait(self, process):
        _, err = process.communicate(timeout=SECONDS)
        self.said.append(f"{process.returncode}: {err[-300:]}")
        return err, process.returncode

    def finish(self, process):
        err, code = self.wait(process)
        if code:
            raise Wrong(f"the last resume: exit {code}: {err[-300:]}")

    def second(self, first):
        """Another process in the same folder, while the first is at work or has just ended."""
        err, code = self.wait(self.resume())
        if code not in (0, 1) or (code and "another process" not in err):
            raise Wrong(f"the second process: exit {code}: {err[-300:]}")
        self.tally.add(refused=code)

    def begin(self):
        """Ends the first process; what has left nothing to go on from is begun anew."""
        for _ in range(20):
            process = self.train()
            time.sleep(self.random.uniform(0, self.case.seconds * 1.1))
            ended = self.end(process, self.random.choice(SIGNALS))
            if self.has_begun() or not ended:
                return ended
            shutil.rmtree(self.run, ignore_errors=True)
        self.finish(self.train())
        return False

    def go(self):
        unfinished = self.begin()
        while unfinished and self.random.random() < 0.8:
            process = self.resume()
            if self.case.pair:
                self.second(process)
            time.sleep(self.random.uniform(0, self.case.seconds * 1.1))
            unfinished = self.end(process, self.random.choice(SIGNALS))
            self.tally.add(resumed=1)
        self.finish(self.resume())
        found = difference(self.case.alone, contents(self.run))
        if found:
            raise Wrong(found + "\n  its processes: " + "\n  ".join(self.said))
        shutil.rmtree(self.folder)


def leave_alone(options, case):
    """The run that all are compared with, and how long it takes."""
    trial = Trial(options, case, "alone", Tally())
    trial.finish(trial.train())
    shutil.rmtree(trial.run)
    begun = time.monotonic()
    trial.finish(trial.train())
    case.seconds = time.monotonic() - begun
    case.alone = contents(trial.run)


def attempt(options, case, number, tally):
    trial = Trial(options, case, number, tally)
    try:
        trial.go()
        said = None
    except (Wrong, subprocess.TimeoutExpired) as wrong:
        kept = f"{options.scratch}-{case.name}-{options.seed}-{number}"
        shutil.rmtree(kept, ignore_errors=True)
        shutil.move(trial.folder, kept)
        said = f"{case.name}, trial {number} (seed {options.seed}): {wrong}\n  kept: {kept}"
    tally.add(trials=1)
    return said


def prepare(options):
    shutil.rmtree(options.scratch, ignore_errors=True)
    os.makedirs(os.path.join(options.scratch, "data"))
    for command in (["synth", "images", "data/pictures", "--n", "60", "--seed", "1"], ["synth", "tweets", "data/texts", "--n", "60", "--seed", "1"]):
        subprocess.run([options.lince, *command], cwd=options.scratch, check=True, capture_output=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lince", type=os.path.abspath)
    parser.add_argument("scratch", type=os.path.abspath)
    parser.add_argument("--kills", type=int, default=10000)
    parser.add_argument("--seconds", type=float, default=1e9)
    parser.add_argument("--only", default="")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    prepare(options)
    cases = [c for c in CASES if re.search(options.only, c.name)]
    for case in cases:
        leave_alone(options, case)
    tally, wrong, number, until = Tally(), [], 0, time.monotonic() + options.seconds
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        running = set()
        while running or (sum(tally.signals.values()) < options.kills and time.monotonic() < until):
            while len(running) < options.jobs and sum(tally.signals.values()) < options.kills and time.monotonic() < until:
                running.add(pool.submit(attempt, options, cases[number % len(cases)], number, tally))
                number += 1
            done, running = concurrent.futures.wait(running, return_when=concurrent.futures.FIRST_COMPLETED)
            for said in filter(None, (d.result() for d in done)):
                wrong.append(said)
                print(said, flush=True)
    told = ", ".join(f"{signal.Signals(s).name} {n}" for s, n in sorted(tally.signals.items()))
    print(f"trials {tally.trials}, ended {sum(tally.signals.values())} times ({told}), second processes refused {tally.refused}, "
          f"wrong {len(wrong)}")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
