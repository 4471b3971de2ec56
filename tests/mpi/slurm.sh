#!/usr/bin/env bash
# A cluster of two nodes under Slurm, both on this machine: what sbatch and srun begin has the weights of one process, a process that is
# killed ends the others, scancel leaves a state, and a job of another size goes on from either. For root; run by `make check`.
# usage: slurm.sh PROGRAM SCRATCH
# Skipped (77) where Slurm (slurm-wlm, with munge) or lince-mpi.so is not there.
set -u
lince=$(realpath "$1")
scratch=$2/mpi_slurm
rm -rf "$scratch" && mkdir -p "$scratch/state" && cd "$scratch" || exit 1
skip() { echo "SKIPPED: $*" && exit 77; }
[ "$(id -u)" -eq 0 ] || skip "not root"
command -v slurmctld >/dev/null && command -v slurmd >/dev/null && command -v munged >/dev/null &&
    [ -e "$(dirname "$lince")/lince-mpi.so" ] || skip "slurmctld, slurmd, munged (slurm-wlm, munge) or lince-mpi.so is not there"
export SLURM_CONF=$scratch/slurm.conf

# munge keeps its socket and key where nobody else can write: not in the scratch folder.
munge=$(mktemp -d /run/lince-munge.XXXXXX) && chmod 755 "$munge"
head -c 1024 /dev/urandom >"$munge/key" && chmod 400 "$munge/key"
host=$(hostname -s)
cat >slurm.conf <<CONF
ClusterName=lince
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=17600
AuthType=auth/munge
AuthInfo=socket=$munge/socket
SlurmUser=root
StateSaveLocation=$scratch/state
SlurmdSpoolDir=$scratch/spool-%n
SlurmctldPidFile=$scratch/slurmctld.pid
SlurmdPidFile=$scratch/slurmd-%n.pid
SlurmctldLogFile=$scratch/slurmctld.log
SlurmdLogFile=$scratch/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
MpiDefault=none
NodeName=n1 NodeHostname=$host NodeAddr=127.0.0.1 Port=17601 CPUs=1
NodeName=n2 NodeHostname=$host NodeAddr=127.0.0.1 Port=17602 CPUs=1
PartitionName=all Nodes=n1,n2 Default=YES OverSubscribe=FORCE:4
CONF
take_down() {
    kill $(cat slurmctld.pid slurmd-n*.pid "$munge/munged.pid")
    rm -rf "$munge"
} 2>/dev/null
trap take_down EXIT
munged --force --key-file="$munge/key" --socket="$munge/socket" --pid-file="$munge/munged.pid" --log-file="$munge/log" --seed-file="$munge/seed" \
    2>/dev/null || skip "munged does not start"
slurmctld || skip "slurmctld does not start"
# Each node has a /tmp of its own, as machines have: PMIx keeps its sockets there.
for node in n1 n2; do unshare --mount bash -c "[[ $scratch = /tmp/* ]] || mount -t tmpfs tmpfs /tmp; exec slurmd -N $node" || skip "slurmd does not start"; done
for _ in $(seq 100); do
    [ "$(sinfo -h -t idle -o %D)" = 2 ] && break || sleep 0.1
done
wrong() { echo "FAILED: $*" && cat job.out && failures=1; }
failures=0

# job ARGUMENTS...: sbatch runs lince by a process on each node; its number in $job, its output in ./job.out
job() {
    rm -f job.out
    printf '#!/bin/bash\n#SBATCH --nodes=2 --ntasks-per-node=1 --output=%s/job.out\nsrun --mpi=pmix %s\n' "$scratch" "$lince $*" >job.sh
    job=$(sbatch --parsable job.sh)
}
ended() { # within SECONDS
    for _ in $(seq $((10 * $1))); do
        [ -z "$(squeue -h)" ] && return
        sleep 0.1
    done
    scancel "$job" && wrong "not ended within $1 s"
}
epochs() { # N: waits until folder $2 has more
    for _ in $(seq 600); do
        [ "$(wc -l <"$2/results.csv")" -gt "$1" ] && return || sleep 0.1
    done 2>/dev/null
}
# The process with this number in the job.
process() {
    for p in $(pgrep -x lince); do
        grep -qz "^SLURM_PROCID=$1\$" "/proc/$p/environ" && grep -qz "^SLURM_JOB_ID=$job\$" "/proc/$p/environ" && echo "$p"
    done 2>/dev/null
}

"$lince" synth images pictures --n 150 --seed 1 >/dev/null
options="--data $scratch/pictures --model resnet20 --image-size 16 --batch-size 32 --epochs 60 --threads 1 --shards 4 --quiet --no-report --lang en"
"$lince" train $options --out alone >/dev/null 2>&1
same() { cmp "$1/weights/last.safetensors" alone/weights/last.safetensors || wrong "$1 has other weights than one process"; }

job train $options --out "$scratch/two"
ended 120
same two
[ "$(cat job.out)" = "$scratch/two" ] || wrong "the answer is not said once"

job train $options --out "$scratch/killed"
epochs 2 killed
kill -9 "$(process 1)"
ended 15
grep -q 'process 1 on .* was not heard of' job.out || wrong "it was not said who has ended"
job train --resume "$scratch/killed" --quiet --no-report
ended 120
same killed

job train $options --out "$scratch/cancelled"
epochs 2 cancelled
scancel "$job"
ended 30
grep -q 'the state is saved' job.out || wrong "scancel: no state"
"$lince" train --resume cancelled --quiet --no-report >/dev/null 2>&1
same cancelled
exit $failures
