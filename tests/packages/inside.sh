#!/usr/bin/env bash
# For scripts/check-deb.sh, as root of a Debian of its own: /packages is installed, used by somebody who may write nowhere
# but in /tmp, and removed; then the system must be as it was.
set -euo pipefail
export LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive HOME=/tmp/home
packages=(/packages/*.deb)
mapfile -t names < <(for package in "${packages[@]}"; do dpkg-deb --field "$package" Package; done)

wrong() {
    echo "FAILED: $*" >&2
    exit 1
}
quietly() { "$@" >/tmp/said 2>&1 || { tail -30 /tmp/said; wrong "$*"; }; }
somebody() { setpriv --reuid=nobody --regid=nogroup --clear-groups -- "$@"; }

# files: all of the system's, with modes, targets and sizes, but for what apt and dpkg write for themselves
files() {
    find / -xdev \( -path /proc -o -path /sys -o -path /tmp -o -path /packages -o -path /var/cache -o -path /var/log -o -path /var/lib/apt \
        -o -path '/var/lib/dpkg/status*' -o -path '/var/lib/dpkg/triggers/*' \) -prune -o -type d -printf '%p %M\n' -o -printf '%p %M %s %l\n' | sort
}

# What the packages need comes first, so that it is no part of what is compared; and a compiler and shells to try them with.
quietly apt-get update
mapfile -t needed < <(apt-get install --simulate --no-install-recommends "${packages[@]}" | awk '/^Inst / { print $2 }' |
    grep -vxF -f <(printf '%s\n' "${names[@]}"))
quietly apt-get install --yes --no-install-recommends "${needed[@]}" g++ pkg-config bash-completion zsh fish
files >/tmp/before

quietly apt-get install --yes --no-install-recommends "${packages[@]}"
echo "installed: ${names[*]} ($(dpkg-query --show --showformat='${Installed-Size}\n' "${names[@]}" | awk '{ kib += $1 } END { print kib }') KiB)"
dpkg --audit | grep . && wrong "dpkg --audit"
quietly dpkg --verify "${names[@]}"
somebody mkdir -p "$HOME" /tmp/try
cd /tmp/try

# The program.
somebody lince version
ldd /usr/bin/lince | grep ' => \(/usr\)\?/lib/.*/liblince.so.1 ' >/dev/null || wrong "the program has not the library of liblince1"
quietly somebody lince synth images shapes --n 120 --seed 1
quietly somebody lince train --data shapes --model resnet20 --epochs 1 --batch-size 16 --threads 1 --deterministic --quiet --out run
[ -s run/report.html ] || wrong "no report"
picture=$(find shapes/test -name '*.png' | sort | head -1)
answer=$(somebody lince predict --run run "$picture")
echo "lince predict: $answer"
label=$(cut -f2 <<<"$answer")
somebody lince help --lang es | grep 'lince train .*ntren' >/dev/null || wrong "no Spanish"
[ -s /usr/share/man/man1/lince.1.gz ] || wrong "no manual page"

# Pictures that libheif reads, which is only recommended: without it the way to it is said, with it they are read.
python3 -c 'import sys; open("it.heic", "wb").write(bytes.fromhex(next(open("/packages/heif.txt")).split()[3]))'
somebody lince predict --run run it.heic --lang en >/tmp/said 2>&1 && wrong "a HEIC is read without libheif"
grep -q 'install it (Debian: libheif1)' /tmp/said || { cat /tmp/said; wrong "it is not said what reads a HEIC"; }
quietly apt-get install --yes --no-install-recommends libheif1
quietly somebody lince predict --run run it.heic
quietly apt-get autoremove --purge --yes libheif1

# Completion, as each shell finds it by itself.
bash -c '. /usr/share/bash-completion/bash_completion; _completion_loader lince; complete -p lince' | grep _lince >/dev/null || wrong "bash completes nothing"
zsh -fc 'autoload -Uz compinit; compinit -u -D; print $_comps[lince]' | grep -x _lince >/dev/null || wrong "zsh completes nothing"
fish -c 'complete -C "lince tr"' | grep '^train' >/dev/null || wrong "fish completes nothing"

# The plug-in for several processes: it is found, and asks for the MPI that only openmpi-bin brings.
somebody env OMPI_COMM_WORLD_SIZE=2 lince train --data shapes --model resnet20 --lang en >/tmp/said 2>&1 && wrong "several processes without MPI"
grep -q 'libmpi' /tmp/said || { cat /tmp/said; wrong "lince-mpi.so is not found"; }

# Python.
answered=$(somebody python3 -c 'import lince, sys; print(lince.__version__, lince.open("run").predict(sys.argv[1])[0].label)' "$picture")
[ "$answered" = "$(lince version | awk '{ print $2 }') $label" ] || wrong "python3 answers $answered"
somebody python3 -c 'from importlib.metadata import version; print("python3-lince:", version("lince"))'

# A program in C, with the shared library, and with the static one and the libraries that its pkg-config file names. (What
# pkg-config --static adds, libraries of those libraries, Debian's packages of them do not all bring.)
cp /usr/share/doc/liblince-dev/examples/threads.c* .
gunzip -f threads.c.gz 2>/dev/null || true
# shellcheck disable=SC2046
cc -pthread -o threads threads.c $(pkg-config --cflags --libs lince) || wrong "pkg-config"
[ "$(somebody ./threads run 1 "$picture")" = "$picture: $label" ] || wrong "the program in C"
# shellcheck disable=SC2046
cc -pthread -o static threads.c $(pkg-config --cflags lince) -l:liblince.a $(pkg-config --libs $(pkg-config --print-requires-private lince)) \
    $(sed -n 's/^Libs.private: //p' "$(find /usr/lib -name lince.pc)") || wrong "the static library"
[ "$(somebody ./static run 1 "$picture")" = "$picture: $label" ] || wrong "the program in C, with the static library"
echo "python3 and two programs in C answer the same"

# Removed.
cd /
quietly apt-get purge --yes "${names[@]}"
files >/tmp/after
diff /tmp/before /tmp/after >/tmp/left || { cat /tmp/left; wrong "the system is not as it was"; }
dpkg-query --show "${names[@]}" 2>/dev/null | grep . && wrong "dpkg still knows of them"
echo "removed: $(wc -l </tmp/before) files and folders are as they were before, and there is none more"
