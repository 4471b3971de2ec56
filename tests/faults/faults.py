"""Makes each chance to fail come true once, and looks at what the program makes of it.

    faults.py LINCE EMBEDDER SHIM SCRATCH [--only PATTERN] [--kinds PATTERN] [--functions N] [--seen FILE]
                                          [--sample K | --most N] [--jobs N]

A case is a command on tiny data in a folder of its own. It is run once as it is: that is the right result. Then once for
each site: the N-th allocation fails (alone, and with all after it), the N-th system call of a kind returns an error, the
N-th read or write moves half. Allowed is

    right     exit 0, the same standard output and the same files as without a fault; or a word on standard error that
              something is missing, where only files that are made anew from others (`derived`) lack something
    refused   exit 1 (2, 130) with a message, and every file is as before, as it is after the right run, or not there

All else is wrong: a signal, a hang, exit 0 with something else, an exit without a message, a file that is neither.

The same comes again and again: the samples of a set, the words of a file, what several commands do. A site is looked at
where some functions in a row (--functions, 4; 0 takes every site) led to it that led to none before: the first such site
of a case, and the last. System calls are told apart by their paths, too. What was looked at in one case is not looked at
again in the next; --seen keeps it in a file, so that cases can be run one by one. --sample K takes every K-th of the
faults that are left, --most N as many of each case, evenly. Ends with 1 where anything was wrong."""
import argparse
import concurrent.futures
import errno
import glob
import hashlib
import http.client
import http.server
import json
import os
import queue
import re
import select
import shutil
import signal
import subprocess
import sys
import threading
import time

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
    "spawn": ["EAGAIN"],  # of a thread, or a program
    "memfd_create": ["EMFILE", "ENOMEM"],
    "getrandom": ["EINTR", "ENOSYS"],
    "socket": ["EMFILE", "ENOMEM"],
    "connect": ["ECONNREFUSED", "ENETUNREACH"],
    "sendto": ["ECONNRESET", "EPIPE"],
    "recvfrom": ["ECONNRESET", "ENOMEM"],
    "poll": ["ENOMEM", "EINTR"],
}
ENVIRONMENT = {"LC_ALL": "C.UTF-8", "PATH": os.environ["PATH"], "GOMP_SPINCOUNT": "1000", "OMP_NUM_THREADS": "1"}
ENVIRONMENT.update({name: value for name, value in os.environ.items() if name == "LINCE_CPU"})
SECONDS = 300  # of a run; a busy machine is no hang


class Case:
    """`derived`: patterns of files that are made from others; `vary`: of those that hold times; both may lack or differ
    where a word on standard error says so. `tells`: of a standard output that tells of a fault, which is what was asked.
    `asks`: of a server, what it is asked before it is told to stop; its answers belong to its output."""

    def __init__(self, name, command, prepare=(), derived="", vary="", tells="", embedded=False, asks=()):
        self.name, self.command, self.prepare, self.embedded, self.asks = name, command, prepare, embedded, asks
        self.derived, self.vary, self.tells = (re.compile(p or "$^") for p in (derived, vary, tells))


# Intermediate checkpoints are allowed, whole ones; a run that is over may keep its last, with a word.
CHECKPOINT = r"checkpoint/|weights/last"
TIMES = r"cost\.json|results\.csv|report\.(html|md)|config\.yaml|\.cache/|plots/|\.lock$"
TRAIN = ["--epochs", "1", "--batch-size", "16", "--threads", "1", "--workers", "0", "--seed", "3", "--no-report"]
PICTURES = ["synth", "images", "pictures", "--n", "60", "--seed", "1"]
TEXTS = ["synth", "tweets", "texts", "--n", "60", "--seed", "1"]
SOUNDS = ["synth", "sounds", "sounds", "--n", "48", "--seed", "1"]
LABELS = ["synth", "images", "labels", "--n", "60", "--seed", "1", "--labels", "many"]
SMALL_PICTURES = ["--image-size", "8", "--train-limit", "2"]
SMALL_TEXTS = ["--embedding", "4", "--hidden", "4", "--max-tokens", "8"]
TRAIN_PICTURES = ["train", "--data", "pictures", "--model", "resnet20", "--out", "run", *TRAIN, *SMALL_PICTURES]
TRAIN_TEXTS = ["train", "--data", "texts", "--model", "gru", "--out", "run", *TRAIN, *SMALL_TEXTS]
QUANTIZE = ["quantize", "run", "--calibrate", "2", "--max-loss", "100", "--untimed", "--threads", "1"]  # what times decide is no right result
ROUNDED = [*TRAIN_PICTURES, "--precision", "bf16"]
SMALL_SOUNDS = ["--mels", "8", "--fft", "128", "--hop", "64", "--seconds", "0.2", "--train-limit", "2"]
TRAIN_SOUNDS = ["train", "--data", "sounds", "--model", "resnet20", "--out", "run", *TRAIN, *SMALL_SOUNDS]
TRAIN_LABELS = ["train", "--data", "labels", "--model", "resnet20", "--out", "run", *TRAIN, "--image-size", "8"]
TAR = ["tar", "czf", "pictures.tar.gz", "pictures"]
ZIP = ["python3", "-m", "zipfile", "-c", "pictures.zip", "pictures"]
PACKERS = TAR[0], ZIP[0]
UNREAD = "files that cannot be read: [0-9]+, the first: .*: .*"
ALSO = ["train", "--data", "texts", "--model", "rnn", "--out", "also", *TRAIN, *SMALL_TEXTS]
WEIGHTS = "run/weights/best.safetensors"
NEWEST = "run/weights/last.safetensors"
# What was measured with the best weights is taken away when newer ones become the best.
TOLD_OF_BEST = re.compile(r"run/(test\.json|curves\.json|contents\.csv|predictions\.csv)$")
FETCHED = b"what is fetched\n" * 4096
CASES = [
    Case("info-pictures", ["info", "pictures"], [PICTURES], tells=UNREAD),
    Case("info-tar", ["info", "pictures.tar.gz"], [PICTURES, TAR], tells=UNREAD),
    Case("info-zip", ["info", "pictures.zip"], [PICTURES, ZIP], tells=UNREAD),
    Case("info-texts", ["info", "texts"], [TEXTS]),
    Case("info-weights", ["info", WEIGHTS], [PICTURES, TRAIN_PICTURES]),
    Case("synth", ["synth", "images", "made", "--n", "60", "--seed", "1"]),
    Case("predict-pictures", ["predict", "--run", "run", "pictures/test", "--json"], [PICTURES, TRAIN_PICTURES], vary=TIMES),
    Case("predict-texts", ["predict", "--run", "run", "--text", "a good day, and a bad one"], [TEXTS, TRAIN_TEXTS], vary=TIMES),
    Case("info-sounds", ["info", "sounds"], [SOUNDS], tells=UNREAD),
    Case("predict-sounds", ["predict", "--run", "run", "sounds/test", "--json"], [SOUNDS, TRAIN_SOUNDS], vary=TIMES),
    Case("predict-labels", ["predict", "--run", "run", "labels/test", "--json"], [LABELS, TRAIN_LABELS], vary=TIMES),
    Case("eval-labels", ["eval", "--run", "run", "--json"], [LABELS, TRAIN_LABELS], vary=TIMES),
    Case("export", ["export", "run", "out.onnx"], [PICTURES, TRAIN_PICTURES]),
    Case("quantize", QUANTIZE, [PICTURES, TRAIN_PICTURES], vary=TIMES),
    Case("eval-int8", ["eval", "--run", "run/weights/int8.safetensors", "--json"], [PICTURES, TRAIN_PICTURES, QUANTIZE], vary=TIMES),
    Case("eval-pictures", ["eval", "--run", "run", "--json"], [PICTURES, TRAIN_PICTURES], vary=TIMES),
    Case("eval-texts", ["eval", "--run", "run", "--json"], [TEXTS, TRAIN_TEXTS], vary=TIMES),
    Case("convert", ["convert", WEIGHTS, "out.pth"], [PICTURES, TRAIN_PICTURES]),
    Case("convert-back", ["convert", "out.pth", "back.safetensors"],
         [PICTURES, TRAIN_PICTURES, ["convert", WEIGHTS, "out.pth"]]),
    Case("prune", ["prune", "run"], [PICTURES, [*TRAIN_PICTURES, "--keep-checkpoint"]], vary=CHECKPOINT),
    Case("version", ["version"]),
    Case("help", ["help", "train"]),
    Case("train-pictures", TRAIN_PICTURES, [PICTURES], derived=CHECKPOINT, vary=TIMES + "|" + CHECKPOINT),
    Case("train-log", [*TRAIN_PICTURES, "--log", "tensorboard"], [PICTURES], derived=CHECKPOINT, vary=TIMES + "|" + CHECKPOINT + "|tensorboard/"),
    Case("train-texts", TRAIN_TEXTS, [TEXTS], derived=CHECKPOINT, vary=TIMES + "|" + CHECKPOINT),
    Case("train-sounds", TRAIN_SOUNDS, [SOUNDS], derived=CHECKPOINT, vary=TIMES + "|" + CHECKPOINT),
    Case("train-labels", TRAIN_LABELS, [LABELS], derived=CHECKPOINT, vary=TIMES + "|" + CHECKPOINT),
    Case("calibrate-labels", ["eval", "--run", "run", "--calibrate", "--json"], [LABELS, [*TRAIN_LABELS, "--threshold", "auto"]], vary=TIMES),
    Case("cv-labels", ["cv", "--data", "labels", "--folds", "2", "--model", "resnet20", "--out", "folds", *TRAIN, "--image-size", "8"],
         [LABELS], derived=r"\.html|\.md|plots/|" + CHECKPOINT, vary=TIMES + r"|\.html|\.md|" + CHECKPOINT),
    Case("resume", ["train", "--resume", "run", "--epochs", "2", "--threads", "1", "--workers", "0", "--no-report"],
         [PICTURES, [*TRAIN_PICTURES, "--keep-checkpoint"]], derived=CHECKPOINT, vary=TIMES + "|" + CHECKPOINT),
    Case("report-pictures", ["report", "run"], [PICTURES, TRAIN_PICTURES], derived=r"plots/|report\.|explain\.json",
         vary=TIMES),
    Case("report-texts", ["report", "run"], [TEXTS, TRAIN_TEXTS], derived=r"plots/|report\.|explain\.json", vary=TIMES),
    Case("compare", ["compare", "run", "also", "--out", "compared"], [TEXTS, TRAIN_TEXTS, ALSO],
         derived=r"compared/.*(plots/|\.html|\.md|\.json)", vary=TIMES + r"|compared/plots/|\.html|\.md",
         tells="could not be measured"),
    Case("tune", ["tune", "--data", "texts", "lr=1e-3,1e-2", "--trials", "2", "--model", "rnn", "--out", "tuned", *TRAIN, *SMALL_TEXTS],
         [TEXTS], derived=r"\.html|\.md|plots/|" + CHECKPOINT,
         vary=TIMES + r"|journal|search\.json|\.html|\.md|" + CHECKPOINT),
    Case("cv", ["cv", "--data", "texts", "--folds", "2", "--model", "rnn", "--out", "folds", *TRAIN, *SMALL_TEXTS], [TEXTS],
         derived=r"\.html|\.md|plots/|" + CHECKPOINT, vary=TIMES + r"|\.html|\.md|" + CHECKPOINT),
    Case("lr-find", ["lr-find", "--data", "texts", "--model", "rnn", "--out", "run", "--steps", "20", *TRAIN[2:-1],
                     *SMALL_TEXTS], [TEXTS], derived="plots/", vary=TIMES),
    Case("fetch", ["fetch", "{url}/file.bin", "--sha256", hashlib.sha256(FETCHED).hexdigest()], derived=r"\.part$", vary=r"\.part$"),
    Case("train-bf16", ROUNDED, [PICTURES], derived=CHECKPOINT, vary=TIMES + "|" + CHECKPOINT),
    Case("eval-bf16", ["eval", "--run", "run", "--json"], [PICTURES, ROUNDED], vary=TIMES),
    Case("cv-pictures", ["cv", "--data", "pictures", "--folds", "2", "--model", "resnet20", "--out", "folds", "--folds-of", "all", *TRAIN,
                         "--image-size", "8"],
         [PICTURES], derived=r"\.html|\.md|plots/|" + CHECKPOINT, vary=TIMES + r"|\.html|\.md|" + CHECKPOINT),
    Case("serve-pictures", ["serve", "run", "--port", "0"], [PICTURES, TRAIN_PICTURES], vary=TIMES,
         asks=["v1/models", "v1/models/run/predict=pictures/test/*/*.png", "healthz"]),
    Case("serve-texts", ["serve", "run", "--port", "0"], [TEXTS, TRAIN_TEXTS], vary=TIMES,
         asks=["v1/models/run/predict=texts/*.csv", "", "openapi.json"]),
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


KNOWN = {}  # hashes of files that have not changed since, by what stat says of them


def hash_of(path):
    now, s = time.time_ns(), os.stat(path)
    key = path, s.st_ino, s.st_size, s.st_mtime_ns, s.st_ctime_ns
    if key not in KNOWN:
        with open(path, "rb") as stream:
            hashed = hashlib.sha256(stream.read()).hexdigest()
        hashed = "cut" if path.endswith(".safetensors") and not is_whole(path) else hashed
        if s.st_ctime_ns > now - 100_000_000:  # it may change once more without being seen by its times
            return hashed
        KNOWN[key] = hashed
    return KNOWN[key]


def files_of(folder):
    """Hashes of all files; "cut" for weights that are not whole; "folder"."""
    found = {}
    for path, folders, names in os.walk(folder):
        for name in folders:
            found[os.path.relpath(os.path.join(path, name), folder)] = "folder"
        for name in names:
            whole = os.path.join(path, name)
            found[os.path.relpath(whole, folder)] = hash_of(whole)
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
        program = [] if commands[-1][0] in PACKERS else [lince]
        done = subprocess.run([*program, *commands[-1]], cwd=folder, env=environment(folder), capture_output=True)
        if done.returncode:
            sys.exit(f"{' '.join(commands[-1])}: {done.stderr.decode()}")
    else:
        os.makedirs(folder)
    PREPARED[key] = folder
    return folder


def environment(folder):
    return {**ENVIRONMENT, "HOME": folder, "XDG_CACHE_HOME": os.path.join(folder, ".cache"),
            "TMPDIR": os.path.dirname(folder)}


class Client(threading.Thread):
    """Asks a server, whose standard output is a file, once its address is there, and tells it to stop. An answer is a line:
    the question, and what was said, or "error"."""

    def __init__(self, asks, folder, out, process):
        super().__init__()
        self.asks, self.folder, self.out, self.process = asks, folder, out, process
        self.answers, self.over = [], threading.Event()
        self.start()

    def run(self):
        address = None
        while not address and not self.over.wait(0.005):
            if os.path.exists(self.out):
                with open(self.out) as said:
                    address = re.search(r"http://([\d.]+:\d+)/\n", said.read())
        for question in self.asks if address else ():
            self.answers.append(f"{question} {self.ask(address[1], question)}")
        if address:
            self.stop()

    def stop(self):
        """It may have ended by itself."""
        try:
            os.kill(self.process(), signal.SIGTERM)
        except (ProcessLookupError, ValueError):
            pass

    def ask(self, host, question):
        path, _, pattern = question.partition("=")
        body = pattern and min(glob.glob(os.path.join(self.folder, pattern)))
        connection = http.client.HTTPConnection(host, timeout=SECONDS / 5)
        try:
            with open(body or os.devnull, "rb") as stream:
                connection.request("POST" if body else "GET", "/" + path, stream.read() if body else None)
            answer = connection.getresponse()
            content = re.sub(rb'"seconds":[^,]*', b"", answer.read())
            return hashlib.sha256(content).hexdigest() if answer.status == 200 else "error"
        except (OSError, http.client.HTTPException):
            return "error"
        finally:
            connection.close()

    def end(self):
        """What was said in all, after the address."""
        self.over.set()
        self.join()
        return "".join(line + "\n" for line in self.answers).encode()


class Place:
    """A folder as a command finds it, and a process that has begun the command and waits there to be told which fault to
    make: for each it forks, so that nothing has to be loaded again."""

    def __init__(self, folder, base, before, program, arguments, shim, asks):
        self.folder, self.base, self.before, self.program, self.arguments = folder, base, before, program, arguments
        self.shim, self.asks, self.server = shim, asks, None
        shutil.copytree(base, folder, symlinks=True)

    def outcome(self, code, out, err):
        """What was found; the folder is as before again."""
        files = files_of(self.folder)
        for path in sorted(files, reverse=True):
            if files[path] != self.before.get(path):
                remove = os.rmdir if files[path] == "folder" else os.unlink
                remove(os.path.join(self.folder, path))
        for path in sorted(self.before):
            if files.get(path) == self.before[path]:
                continue
            if self.before[path] == "folder":
                os.mkdir(os.path.join(self.folder, path))
            else:
                shutil.copy2(os.path.join(self.base, path), os.path.join(self.folder, path))
        return Outcome(code, out, err.decode(errors="replace"), {p: h for p, h in files.items() if h != "folder"})

    def run(self, variables={}):
        """The command, with a process of its own."""
        return self.outcome(*self.once(variables))

    def once(self, variables={}):
        """The same; what it has left stays: its exit code and both outputs."""
        out, err = self.folder + ".out", self.folder + ".err"
        with open(out, "wb") as said, open(err, "wb") as told:
            process = subprocess.Popen([self.program, *self.arguments], cwd=self.folder, stdin=subprocess.DEVNULL,
                                       stdout=said, stderr=told, env={**environment(self.folder), **variables})
        client = self.client(out, lambda: process.pid)
        try:
            code = process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait() and None
        return self.said(code, out, err, client)

    def client(self, out, process):
        return Client(self.asks, self.folder, out, process) if self.asks else None

    def said(self, code, out, err, client):
        with open(out, "rb") as said, open(err, "rb") as told:
            out, err = said.read(), told.read()
        return code, re.sub(rb"(?<=127.0.0.1:)\d+", b"", out) + client.end() if client else out, err

    def child(self):
        with open(f"/proc/{self.server.pid}/task/{self.server.pid}/children") as children:
            return int(children.read())

    def fault(self, order):
        """The command, by the process that waits."""
        order = re.sub("E[A-Z]+", lambda name: str(getattr(errno, name[0])), order)
        out, err = self.folder + ".out", self.folder + ".err"
        if not self.server:
            self.server = subprocess.Popen([self.program, *self.arguments], cwd=self.folder, stdin=subprocess.PIPE,
                                           stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0,
                                           env={**environment(self.folder), "LD_PRELOAD": self.shim,
                                                "LINCE_FAULT_SERVE": f"{out}:{err}"})
        open(out, "w").close()  # of the one before
        self.server.stdin.write(f"{order}\n".encode())
        client = self.client(out, self.child)
        hangs = not select.select([self.server.stdout], [], [], SECONDS)[0]
        if hangs:
            os.kill(self.child(), signal.SIGKILL)
        code = int(self.server.stdout.readline())
        return self.outcome(*self.said(None if hangs else code, out, err, client))

    def close(self):
        if self.server:
            self.server.stdin.close()
            self.server.wait()
        self.server = None


class Modules(dict):
    """Where addresses lie in their files: "lince+1a2b"."""

    def __init__(self):
        self.ranges = []

    def add(self, line):
        """Of /proc/PID/maps."""
        field = line.split()
        if len(field) > 5 and field[5].startswith("/"):
            begin, end = (int(a, 16) for a in field[0].split("-"))
            self.ranges.append((begin, end, os.path.basename(field[5]), begin - int(field[2], 16)))

    def __missing__(self, address):
        at = int(address, 16)
        self[address] = next((f"{name}+{at - base:x}" for begin, end, name, base in self.ranges if begin <= at < end), "?")
        return self[address]


class Runner:
    def __init__(self, options, case):
        self.shim, self.case, self.options = options.shim, case, options
        self.there = 0  # sites
        self.scratch = os.path.join(options.scratch, case.name)
        self.base = os.path.join(self.scratch, "base")
        shutil.rmtree(self.scratch, ignore_errors=True)
        shutil.copytree(prepared(options.lince, list(case.prepare), options.scratch), self.base, symlinks=True)
        warm = self.place("warm-up")  # what is measured once, as kernels are, is in the cache afterwards
        warm.once()
        cache = os.path.join(warm.folder, ".cache")
        if os.path.isdir(cache):
            shutil.copytree(cache, os.path.join(self.base, ".cache"), dirs_exist_ok=True)
        self.places = queue.SimpleQueue()
        for i in range(options.jobs):
            self.places.put(self.place(f"place-{i}"))
        self.before = {p: h for p, h in files_of(self.base).items() if h != "folder"}
        self.right = self.with_place(Place.run)
        if self.right.code:
            sys.exit(f"{case.name}: without a fault: {self.right.err}")

    def place(self, name):
        program = self.options.embedder if self.case.embedded else self.options.lince
        arguments = [a.replace("{url}", self.options.url) for a in self.case.command]
        return Place(os.path.join(self.scratch, name), self.base, files_of(self.base), program, arguments, self.shim, self.case.asks)

    def with_place(self, action, *arguments):
        place = self.places.get()
        try:
            return action(place, *arguments)
        finally:
            self.places.put(place)

    def close(self):
        while not self.places.empty():
            self.places.get().close()

    def differing(self, found):
        """Files that are neither as before nor as after the right run, and those that the right run would have made."""
        odd, missing = [], []
        for path in sorted(set(found) | set(self.right.files)):
            if ".tmp-" in path or path.endswith("progress.json"):  # under no final name, or a sign of life: the next run clears it
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

    def is_right(self, out):
        """The right output; a server's answers may be errors."""
        lines, right = out.splitlines(), self.right.out.splitlines()
        return out == self.right.out or self.case.asks and len(lines) == len(right) and all(
            a == b or a.endswith(b" error") for a, b in zip(lines, right))

    def verdict(self, o):
        if o.code is None:
            return "hang", ""
        if o.code < 0 or o.code > 130 or o.code in (124, 127, 134, 135, 136, 139):
            return "crash", f"ended by {o.code}: {o.err[-200:]}"
        odd, missing = self.differing(o.files)
        told = self.case.tells.search(o.out.decode(errors="replace"))
        more = told or (o.err != self.right.err and len(o.err) > 0)
        if o.code == 0:
            if not self.is_right(o.out) and not told:
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
        if o.files.get(NEWEST) != self.before.get(NEWEST):
            lost = [p for p in lost if not TOLD_OF_BEST.search(p)]
        if lost:
            return "lost", f"exit {o.code}, and {lost[:3]} is gone: {o.err[-200:]!r}"
        return "refused", ""

    # --- sites ---

    def chances(self):
        """Of each kind, what led to each: (kind, path without numbers, functions)."""
        path = os.path.join(self.scratch, "sites")
        found = self.with_place(Place.run, {"LD_PRELOAD": self.shim, "LINCE_FAULT_SITES": path})
        if not os.path.exists(path):
            sys.exit(f"{self.case.name}: its sites were not written: {found.code}, {found.err!r}, {found.out!r}")
        ways, place, shim = {}, Modules(), os.path.basename(self.shim) + "+"
        with open(path) as stream:
            for line in stream:
                if line.startswith("maps "):
                    place.add(line[5:])
                    continue
                kind, path, *frames = line.split()
                path = re.sub(r"[0-9a-f]*[0-9][0-9a-f]*", "#", path)
                functions = [place[f] for f in frames]
                ways.setdefault(kind, []).append((kind, path, *(f for f in functions if not f.startswith(shim))))
        return ways

    def taken(self, ways):
        """Those, from 1 on, to which functions led in a row that led to none before them; and those to which they led to
        none behind them."""
        self.there += len(ways)
        if not self.options.functions:
            return set(range(1, len(ways) + 1)), set()
        rows, seen = {}, self.options.seen
        for way in ways:
            if way not in rows:
                rows[way] = rows_of(way, self.options.functions)
        first, last = set(), set()
        for numbers, of in ((range(len(ways)), first), (range(len(ways) - 1, -1, -1), last)):
            now = set()
            for n in numbers:
                new = rows[ways[n]] - now - seen
                if new:
                    of.add(n + 1)
                    now |= new
        for way in rows:
            self.options.seeing.update(rows[way])
        return first, last - first

    def faults(self, kinds):
        """Orders for the shim."""
        for kind, ways in self.chances().items():
            if not re.fullmatch(kinds, kind):
                continue
            first, last = self.taken(ways)
            for n in sorted([*first, *last]):
                for error in ERRORS.get(kind, ()):
                    yield f"{kind}:{n}:{error}"
                if kind not in ERRORS:
                    yield f"{kind}:{n}"
                if kind == "alloc" and n in first:
                    yield f"{kind}:{n}+"


def rows_of(way, n):
    """All n functions in a row of a way, and its path, by hashes that are the same in each process."""
    kind, path, *functions = way
    rows = {" ".join((kind, *functions[i : i + n])) for i in range(max(1, len(functions) - n + 1))}
    rows.add(f"{kind} {path} {functions[0]}")
    return {hashlib.blake2b(row.encode(), digest_size=8).hexdigest() for row in rows}


class Seen(set):
    """Rows of functions that were looked at, by earlier processes, too, of the same programs."""

    def __init__(self, path, programs):
        self.path = path
        self.build = hashlib.sha256("".join(map(hash_of, programs)).encode()).hexdigest()
        if path and os.path.exists(path):
            with open(path) as stream:
                build, *rows = stream.read().split("\n")
            self.update(rows if build == self.build else ())

    def keep(self):
        if self.path:
            with open(self.path, "w") as stream:
                stream.write("\n".join([self.build, *sorted(self)]))


class Files(http.server.BaseHTTPRequestHandler):
    """A server that has one file under every name, and says parts of it."""

    def do_GET(self):
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        begin = int(asked[1]) if asked else 0
        self.send_response(206 if asked else 200)
        if asked:
            self.send_header("Content-Range", f"bytes {begin}-{len(FETCHED) - 1}/{len(FETCHED)}")
        self.send_header("Content-Length", str(len(FETCHED) - begin))
        self.end_headers()
        try:
            self.wfile.write(FETCHED[begin:])
        except OSError:
            pass  # the command has ended

    def log_message(self, *_):
        pass


def look_at(case, options):
    began = time.monotonic()
    runner = Runner(options, case)
    options.seeing = set()
    faults = list(runner.faults(options.kinds))
    of = len(faults)
    faults = faults[:: max(options.sample, -(-of // options.most) if options.most else 1)]
    found, wrong = {}, []

    def one(fault):
        return fault, *runner.verdict(runner.with_place(Place.fault, fault))

    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for name, verdict, why in pool.map(one, faults) if options.jobs > 1 else map(one, faults):
            found[verdict] = found.get(verdict, 0) + 1
            if verdict not in ("right", "refused"):
                wrong.append(f"{case.name} {name}: {verdict}: {why}")
    runner.close()
    print(f"{case.name}: sites: {runner.there}, faults: {len(faults)} of {of}; "
          + ", ".join(f"{k}: {v}" for k, v in sorted(found.items())) + f"; {time.monotonic() - began:.0f} s", flush=True)
    for line in wrong[: options.shown]:
        print("  " + line, flush=True)
    if not wrong:
        shutil.rmtree(runner.scratch, ignore_errors=True)
    options.seen |= options.seeing
    if len(faults) == of:
        options.seen.keep()
    return len(wrong)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lince")
    parser.add_argument("embedder")
    parser.add_argument("shim")
    parser.add_argument("scratch")
    parser.add_argument("--functions", type=int, default=4)
    parser.add_argument("--seen")
    parser.add_argument("--sample", type=int, default=1)
    parser.add_argument("--most", type=int, default=0)
    parser.add_argument("--only", default="")
    parser.add_argument("--kinds", default=".*")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--shown", type=int, default=20)
    options = parser.parse_args()
    for name in ("lince", "embedder", "shim", "scratch"):
        setattr(options, name, os.path.abspath(getattr(options, name)))
    shutil.rmtree(options.scratch, ignore_errors=True)
    os.makedirs(options.scratch)
    ENVIRONMENT["PATH"] = os.path.join(os.path.dirname(options.shim), "bin") + ":" + ENVIRONMENT["PATH"]  # gnuplot.c
    options.seen = Seen(options.seen, [options.lince, options.embedder, options.shim])
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Files) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        options.url = f"http://127.0.0.1:{server.server_port}"
        wrong = sum(look_at(c, options) for c in CASES if re.search(options.only, c.name))
        server.shutdown()
    print(f"wrong in all: {wrong}")
    sys.exit(1 if wrong else 0)


main()
