"""Makes each chance to fail come true once, and looks at what the program makes of it.

    faults.py LINCE EMBEDDER SHIM SCRATCH [--each N] [--sample K | --most N] [--only PATTERN] [--kinds alloc,short,syscall] [--jobs N]

A case is a command on tiny data in a folder of its own. It is run once as it is: that is the right result. Then once for
each site: the N-th allocation fails (alone, and with all after it), the N-th system call of a kind returns an error, the
N-th read or write moves half. Allowed is

    right     exit 0, the same standard output and the same files as without a fault; or a word on standard error that
              something is missing, where only files that are made anew from others (`derived`) lack something
    refused   exit 1 (2, 130) with a message, and every file is as before, as it is after the right run, or not there

All else is wrong: a signal, a hang, exit 0 with something else, an exit without a message, a file that is neither.

A site that the same functions lead to, or a call with the same arguments but for numbers, comes again and again: the
samples of a set, the words of a file. --each N takes N of them, evenly from first to last; 0 takes them all. --sample K takes every K-th site, --most N as many of each case, evenly. Ends with 1 where anything was wrong."""
import argparse
import concurrent.futures
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys

ERRORS = {  # what each call may say, by its manual page
    "openat": ["ENOMEM", "EMFILE", "EIO", "EINTR"],  # EACCES: a cache of kernels that may not be written is none
    "read": ["EIO", "EINTR"],
    "pread64": ["EIO", "EINTR"],
    "write": ["ENOSPC", "EIO", "EINTR"],
    "writev": ["ENOSPC", "EIO"],
    "pwrite64": ["ENOSPC", "EIO"],
    "fsync": ["EIO", "ENOSPC"],
    "fdatasync": ["EIO"],
    "rename": ["EACCES", "ENOSPC", "EIO"],
    "renameat": ["EACCES", "ENOSPC", "EIO"],
    "renameat2": ["EACCES", "EIO"],
    "link": ["EPERM"],
    "linkat": ["EPERM"],
    "unlink": ["EACCES", "EIO"],
    "unlinkat": ["EACCES", "EIO"],
    "close": ["EIO"],
    "mkdir": ["EACCES", "ENOSPC"],
    "mkdirat": ["EACCES", "ENOSPC"],
    "getdents64": ["EIO", "ENOMEM"],
    "flock": ["ENOLCK", "EINTR"],
    "fcntl": ["ENOLCK"],
    "access": ["EIO", "ENOMEM"],
    "newfstatat": ["EACCES", "EIO"],
    "lseek": ["EINVAL"],
    "ftruncate": ["EIO", "ENOSPC"],
    "mmap": ["ENOMEM"],
    "clone3": ["EAGAIN"],
    "getrandom": ["EINTR", "ENOSYS"],
}
ENVIRONMENT = {"LC_ALL": "C.UTF-8", "PATH": os.environ["PATH"], "GOMP_SPINCOUNT": "1000", "OMP_NUM_THREADS": "1"}
SECONDS = 60


class Case:
    """`derived`: patterns of files that are made from others; `vary`: of those that hold times; both may lack or differ
    where a word on standard error says so."""

    def __init__(self, name, command, prepare=(), derived="", vary="", embedded=False):
        self.name, self.command, self.prepare, self.embedded = name, command, prepare, embedded
        self.derived, self.vary = re.compile(derived or "$^"), re.compile(vary or "$^")


# Intermediate checkpoints are allowed, whole ones; a run that is over may keep its last, with a word.
CHECKPOINT = r"checkpoint/|weights/last"
TIMES = r"cost\.json|results\.csv|report\.(html|md)|config\.yaml|\.cache/|plots/|\.lock$"
TRAIN = ["--epochs", "1", "--batch-size", "8", "--threads", "1", "--workers", "0", "--seed", "3", "--no-report"]
PICTURES = ["synth", "images", "pictures", "--n", "60", "--seed", "1"]
TEXTS = ["synth", "tweets", "texts", "--n", "60", "--seed", "1"]
ALSO = ["train", "--data", "texts", "--model", "rnn", "--out", "also", *TRAIN]
TRAIN_PICTURES = ["train", "--data", "pictures", "--model", "resnet20", "--out", "run", *TRAIN]
TRAIN_TEXTS = ["train", "--data", "texts", "--model", "gru", "--out", "run", *TRAIN]
WEIGHTS = "run/weights/best.safetensors"
CASES = [
    Case("info-pictures", ["info", "pictures"], [PICTURES]),
    Case("info-texts", ["info", "texts"], [TEXTS]),
    Case("info-weights", ["info", WEIGHTS], [PICTURES, TRAIN_PICTURES]),
    Case("synth", ["synth", "images", "made", "--n", "60", "--seed", "1"]),
    Case("predict-pictures", ["predict", "--run", "run", "pictures/test", "--json"], [PICTURES, TRAIN_PICTURES], vary=TIMES),
    Case("predict-texts", ["predict", "--run", "run", "--text", "a good day, and a bad one"], [TEXTS, TRAIN_TEXTS], vary=TIMES),
    Case("eval-pictures", ["eval", "--run", "run", "--json"], [PICTURES, TRAIN_PICTURES], vary=TIMES),
    Case("eval-texts", ["eval", "--run", "run", "--json"], [TEXTS, TRAIN_TEXTS], vary=TIMES),
    Case("convert", ["convert", WEIGHTS, "out.pth"], [PICTURES, TRAIN_PICTURES]),
    Case("train-pictures", TRAIN_PICTURES, [PICTURES], derived=CHECKPOINT, vary=TIMES + "|" + CHECKPOINT),
    Case("train-texts", TRAIN_TEXTS, [TEXTS], derived=CHECKPOINT, vary=TIMES + "|" + CHECKPOINT),
    Case("resume", ["train", "--resume", "run", "--epochs", "2", "--threads", "1", "--workers", "0", "--no-report"],
         [PICTURES, [*TRAIN_PICTURES, "--keep-checkpoint"]], derived=CHECKPOINT, vary=TIMES + "|" + CHECKPOINT),
    Case("report-pictures", ["report", "run"], [PICTURES, TRAIN_PICTURES], derived=r"plots/|report\.|explain\.json",
         vary=TIMES),
    Case("report-texts", ["report", "run"], [TEXTS, TRAIN_TEXTS], derived=r"plots/|report\.|explain\.json", vary=TIMES),
    Case("compare", ["compare", "run", "also", "--out", "compared"], [TEXTS, TRAIN_TEXTS, ALSO],
         derived=r"compared/.*(plots/|\.html|\.md)", vary=TIMES + r"|compared/plots/|\.html|\.md"),
    Case("tune", ["tune", "--data", "texts", "lr=1e-3,1e-2", "--trials", "2", "--model", "rnn", "--out", "tuned", *TRAIN],
         [TEXTS], derived=r"\.html|\.md|plots/|" + CHECKPOINT,
         vary=TIMES + r"|journal|search\.json|\.html|\.md|" + CHECKPOINT),
    Case("cv", ["cv", "--data", "texts", "--folds", "2", "--model", "rnn", "--out", "folds", *TRAIN], [TEXTS],
         derived=r"\.html|\.md|plots/|" + CHECKPOINT, vary=TIMES + r"|\.html|\.md|" + CHECKPOINT),
    Case("fetch", ["fetch"]),
    Case("library-pictures", ["run", "pictures/test/crescent/0005.png"], [PICTURES, TRAIN_PICTURES], vary=TIMES, embedded=True),
    Case("library-texts", ["run", "a good day, and a bad one"], [TEXTS, TRAIN_TEXTS], vary=TIMES, embedded=True),
]


def is_whole(path):
    """Of a safetensors file: as long as its header says."""
    with open(path, "rb") as stream:
        size = int.from_bytes(stream.read(8), "little")
        try:
            header = json.loads(stream.read(size))
        except ValueError:
            return False
        end = max([t["data_offsets"][1] for name, t in header.items() if name != "__metadata__"], default=0)
        return os.path.getsize(path) == 8 + size + end


def files_of(folder):
    """Hashes of all files; "cut" for weights that are not whole."""
    found = {}
    for path, _, names in os.walk(folder):
        for name in names:
            whole = os.path.join(path, name)
            with open(whole, "rb") as stream:
                hashed = hashlib.sha256(stream.read()).hexdigest()
            cut = name.endswith(".safetensors") and not is_whole(whole)
            found[os.path.relpath(whole, folder)] = "cut" if cut else hashed
    return found


class Outcome:
    def __init__(self, code, out, err, files):
        self.code, self.out, self.err, self.files = code, out, err, files


PREPARED = {}  # folders, by the commands that were run in them


def prepared(lince, commands, scratch):
    """A folder in which these commands were run, once for all cases that begin with them."""
    key = tuple(map(tuple, commands))
    if key in PREPARED:
        return PREPARED[key]
    before = prepared(lince, commands[:-1], scratch) if commands else None
    folder = os.path.join(scratch, f"prepared-{len(PREPARED)}")
    if commands:
        shutil.copytree(before, folder, symlinks=True)
        done = subprocess.run([lince, *commands[-1]], cwd=folder, env=environment(folder), capture_output=True)
        if done.returncode:
            sys.exit(f"{' '.join(commands[-1])}: {done.stderr.decode()}")
    else:
        os.makedirs(folder)
    PREPARED[key] = folder
    return folder


def environment(folder):
    return {**ENVIRONMENT, "HOME": folder, "XDG_CACHE_HOME": os.path.join(folder, ".cache"),
            "TMPDIR": os.path.dirname(folder)}


class Runner:
    def __init__(self, options, case):
        self.program = options.embedder if case.embedded else options.lince
        self.shim, self.case, self.scratch = options.shim, case, options.scratch
        self.each, self.there = options.each, 0  # of `there` sites those that differ, each so often
        self.base = os.path.join(self.scratch, case.name, "base")
        shutil.rmtree(os.path.dirname(self.base), ignore_errors=True)
        shutil.copytree(prepared(options.lince, list(case.prepare), self.scratch), self.base, symlinks=True)
        self.run("warm-up")  # what is measured once, as kernels are, is in the cache afterwards
        cache = os.path.join(self.scratch, case.name, "warm-up", ".cache")
        if os.path.isdir(cache):
            shutil.copytree(cache, os.path.join(self.base, ".cache"), dirs_exist_ok=True)
        self.before = files_of(self.base)
        self.right = self.run("right")
        if self.right.code:
            sys.exit(f"{case.name}: without a fault: {self.right.err}")

    def run(self, name, variables=(), prefix=()):
        folder = os.path.join(self.scratch, self.case.name, name)
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.base, folder, symlinks=True)
        try:
            done = subprocess.run([*prefix, self.program, *self.case.command], cwd=folder, capture_output=True,
                                  env={**environment(folder), **dict(variables)}, timeout=SECONDS,
                                  stdin=subprocess.DEVNULL)
            outcome = Outcome(done.returncode, done.stdout, done.stderr.decode(errors="replace"), files_of(folder))
        except subprocess.TimeoutExpired:
            outcome = Outcome(None, b"", "", {})
        if name not in ("warm-up", "right"):
            shutil.rmtree(folder, ignore_errors=True)
        return outcome

    def differing(self, found):
        """Files that are neither as before nor as after the right run, and those that the right run would have made."""
        odd, missing = [], []
        for path in sorted(set(found) | set(self.right.files)):
            if ".tmp-" in path:  # under no final name: the next run clears it
                continue
            if self.case.vary.search(path) and not self.case.derived.search(path) and found.get(path) != "cut":
                continue
            if path not in found:
                missing.append(path)
            elif found[path] not in (self.before.get(path), self.right.files.get(path)):
                if found[path] == "cut" or not self.case.vary.search(path):
                    odd.append(path)
            elif found[path] != self.right.files.get(path) and not self.case.vary.search(path):
                missing.append(path)
        return odd, missing

    def verdict(self, o):
        if o.code is None:
            return "hang", ""
        if o.code < 0 or o.code > 130 or o.code in (124, 127, 134, 135, 136, 139):
            return "crash", f"ended by {o.code}: {o.err[-200:]}"
        odd, missing = self.differing(o.files)
        more = o.err != self.right.err and len(o.err) > 0
        if o.code == 0:
            if o.out != self.right.out:
                return "other output", f"exit 0, another standard output; said: {o.err[-200:]!r}"
            essential = [p for p in missing + odd if not self.case.derived.search(p)]
            if essential:
                return "other files", f"exit 0, but {essential[:3]}; said: {o.err[-200:]!r}"
            if (missing or odd) and not more:
                return "silent", f"exit 0 without a word, but {(missing + odd)[:3]}"
            return "right", ""
        if not o.err.strip():
            return "mute", f"exit {o.code} without a message"
        if odd:
            return "torn", f"exit {o.code}, and {odd[:3]} is neither old nor new: {o.err[-200:]!r}"
        lost = [p for p in self.before if p not in o.files and not self.case.vary.search(p) and p in self.right.files]
        if lost:
            return "lost", f"exit {o.code}, and {lost[:3]} is gone: {o.err[-200:]!r}"
        return "refused", ""

    # --- sites ---

    def ways(self):
        """Of each allocation and of each transfer, what led to it."""
        path = os.path.join(self.scratch, self.case.name, "sites")
        self.run("listing", {"LD_PRELOAD": self.shim, "LINCE_FAULT_SITES": path}.items())
        with open(path) as stream:
            lines = [line.split() for line in stream]
        return {kind: [way for k, way in lines if k == kind] for kind in ("alloc", "short")}

    def calls(self):
        """Each system call that is made after main has begun, as (name, arguments without numbers, how often it was made
        before)."""
        log = os.path.join(self.scratch, self.case.name, "strace")
        self.run("tracing", [], ["strace", "-f", "-qq", "-o", log, "-e", "trace=" + ",".join(ERRORS),
                                 "-E", "LD_PRELOAD=" + self.shim])
        made, after, begun = {}, [], False
        with open(log, errors="replace") as stream:
            for line in stream:
                call = re.match(r"\d+\s+(\w+)\((.*)", line)
                if not call:
                    continue
                name, number = call[1], made.get(call[1], 0) + 1
                made[name] = number
                if begun:
                    after.append((name, re.sub(r"[0-9a-f]*[0-9][0-9a-f]*", "#", call[2]), number))
                begun |= "/lince-faults-begin" in line
        return after

    def sites(self, kinds):
        """(name, variables, prefix) of every fault."""
        ways = self.ways()
        if "alloc" in kinds:
            for n in self.taken(ways["alloc"]):
                for lasting in ("", "+"):
                    fault = f"alloc:{n}{lasting}"
                    yield fault, {"LD_PRELOAD": self.shim, "LINCE_FAULT": fault}, []
        if "short" in kinds:
            for n in self.taken(ways["short"]):
                yield f"short:{n}", {"LD_PRELOAD": self.shim, "LINCE_FAULT": f"short:{n}"}, []
        if "syscall" in kinds:
            calls = self.calls()
            for at in self.taken([call[:2] for call in calls]):
                call, _, n = calls[at - 1]
                for error in ERRORS[call]:
                    yield (f"{call}:{n}:{error}", {},
                           ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=" + call, "-E",
                            "LD_PRELOAD=" + self.shim, "-e", f"inject={call}:error={error}:when={n}"])

    def taken(self, ways):
        """Numbers, from 1 on: of those that are alike `each`, evenly."""
        self.there += len(ways)
        alike = {}
        for n, way in enumerate(ways, 1):
            alike.setdefault(way, []).append(n)
        if not self.each:
            return range(1, len(ways) + 1)
        return sorted({same[i * (len(same) - 1) // max(1, self.each - 1)] for same in alike.values() for i in range(self.each)})


def look_at(case, options):
    runner = Runner(options, case)
    sites = list(runner.sites(options.kinds.split(",")))
    of = len(sites)
    sites = sites[:: max(options.sample, -(-of // options.most) if options.most else 1)]
    found, wrong = {}, []

    def one(site):
        name, variables, prefix = site
        return name, *runner.verdict(runner.run("site-" + name.replace(":", "-"), variables.items(), prefix))

    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for name, verdict, why in pool.map(one, sites):
            found[verdict] = found.get(verdict, 0) + 1
            if verdict not in ("right", "refused"):
                wrong.append(f"{case.name} {name}: {verdict}: {why}")
    print(f"{case.name}: sites: {runner.there}, faults: {len(sites)} of {of}; " + ", ".join(f"{k}: {v}" for k, v in sorted(found.items())), flush=True)
    for line in wrong[: options.shown]:
        print("  " + line, flush=True)
    if not wrong:
        shutil.rmtree(os.path.join(options.scratch, case.name), ignore_errors=True)
    return len(wrong)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lince")
    parser.add_argument("embedder")
    parser.add_argument("shim")
    parser.add_argument("scratch")
    parser.add_argument("--each", type=int, default=2)
    parser.add_argument("--sample", type=int, default=1)
    parser.add_argument("--most", type=int, default=0)
    parser.add_argument("--only", default="")
    parser.add_argument("--kinds", default="alloc,short,syscall")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--shown", type=int, default=20)
    options = parser.parse_args()
    for name in ("lince", "embedder", "shim", "scratch"):
        setattr(options, name, os.path.abspath(getattr(options, name)))
    shutil.rmtree(options.scratch, ignore_errors=True)
    os.makedirs(options.scratch)
    cases = [c for c in CASES if re.search(options.only, c.name)]
    wrong = sum(look_at(c, options) for c in cases)
    print(f"wrong in all: {wrong}")
    sys.exit(1 if wrong else 0)


main()
