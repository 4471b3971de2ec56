"""A program that is measured, and what its rounds gave."""
import math
import os
import re
import signal
import statistics
import subprocess
import tempfile
import threading
import time

# What a program prints, by the unit of its figure. "wall" is how long it took itself.
PATTERNS = {
    "pictures/s": r"([\d.]+) pictures/s",
    "texts/s": r"median ([\d.]+)\)",
    "MiB": r"([\d.]+) MiB",
    "% of the time": r"waiting for data +[\d.]+ +([\d.]+)%",
}
SMALLER_IS_BETTER = ("s", "MiB", "% of the time")


class Contender:
    """`command` is run once a round. `pattern`: of its figure in the output, where the unit's own does not do.
    `rounds`: fewer than the case's, for what takes long. `field`: of contenders with the same name of a field only
    the fastest goes on after the first round."""

    def __init__(self, name, command, unit="pictures/s", pattern=None, rounds=None, field=None):
        self.name, self.command, self.unit = name, [str(word) for word in command], unit
        self.pattern, self.limit_of_rounds, self.field = pattern or PATTERNS.get(unit), rounds, field
        self.rounds, self.error = [], None

    def wants(self, rounds):
        return not self.error and len(self.rounds) < min(rounds, self.limit_of_rounds or rounds)

    def run(self, seconds, environment):
        """Runs the command, for so many seconds at the most."""
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
            start = time.perf_counter()
            status, usage, late = wait(self.command, seconds, environment, out, err)
            took = time.perf_counter() - start
            out.seek(0), err.seek(0)
            said, complaint = out.read(), err.read().strip().splitlines()
        found = re.search(self.pattern, said) if self.pattern else None
        if late:
            self.error = f"not done after {seconds:.0f} s"
        elif status:
            self.error = f"failed: {complaint[-1][:120] if complaint else f'status {status}'}"
        elif self.pattern and not found:
            self.error = "failed: no figure in its output"
        else:
            self.rounds.append({"figure": float(found[1]) if found else took, "peak_mib": usage.ru_maxrss / 1024})

    def median(self, key="figure"):
        return statistics.median(r[key] for r in self.rounds)


def wait(command, seconds, environment, out, err):
    """Status and usage of a process; when its time is up it is ended, with all that it started."""
    process = subprocess.Popen(command, stdout=out, stderr=err, stdin=subprocess.DEVNULL, env=environment,
                               start_new_session=True)
    late = threading.Event()

    def end():
        late.set()
        os.killpg(process.pid, signal.SIGKILL)

    timer = threading.Timer(seconds, end)
    timer.start()
    try:
        _, status, usage = os.wait4(process.pid, 0)
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        raise
    finally:
        timer.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, usage, late.is_set()


def ratio(lince, other):
    """How many times better lince is: median, lowest and highest over the rounds that both ran."""
    ratios = sorted(a["figure"] / b["figure"] for a, b in zip(lince.rounds, other.rounds) if b["figure"] > 0)
    if lince.unit in SMALLER_IS_BETTER:
        ratios = sorted(1 / r for r in ratios if r > 0)
    return (statistics.median(ratios), ratios[0], ratios[-1]) if ratios else (math.nan,) * 3
