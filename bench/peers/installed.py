"""MiB on disk that a program needs.

    installed.py PROGRAM               the program and all shared objects that it loads
    installed.py PACKAGE...            packages of this Python with all that they need; Python itself is left out, and
                                       so is what is for GPUs, which builds for CPUs alone do not bring
"""
import importlib.metadata
import os
import re
import subprocess
import sys

FOR_GPUS = re.compile(r"nvidia|cuda|triton|nvshmem|cudnn")


def program(path):
    listed = subprocess.run(["ldd", path], capture_output=True, text=True, check=True).stdout
    return [path] + re.findall(r"(/\S+) \(0x", listed)


def packages(names):
    """Of the packages and, by their metadata, of what they require without extras."""
    wanted, files = list(names), []
    for name in wanted:  # grows
        try:
            package = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            continue  # for another system
        files += [str(package.locate_file(f)) for f in package.files or [] if not FOR_GPUS.search(str(f))]
        for requirement in package.requires or []:
            needed = re.match(r"[\w.-]+", requirement)[0].lower().replace("_", "-")
            if "extra ==" not in requirement and needed not in wanted and not FOR_GPUS.search(needed):
                wanted.append(needed)
    return files


def main():
    files = program(sys.argv[1]) if os.path.isfile(sys.argv[1]) else packages(sys.argv[1:])
    real = {os.path.realpath(f) for f in files if os.path.isfile(f)}
    print(f"{sum(os.path.getsize(f) for f in real) / 2**20:.1f} MiB")


main()
