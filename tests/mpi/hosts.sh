#!/usr/bin/env bash
# Four machines, each a network namespace with an address and a name of its own, on one bridge: Open MPI begins lince on all
# of them over TCP. The weights are those of one process; a cut link ends all within seconds, with who cannot be reached, and
# three machines go on. For root; run by `make check`. usage: hosts.sh PROGRAM SCRATCH
# Skipped (77) where namespaces or mpirun are not to be had.
set -u
lince=$(realpath "$1")
scratch=$2/mpi_hosts
rm -rf "$scratch" && mkdir -p "$scratch" && cd "$scratch" || exit 1
net=10.77.0
skip() { echo "SKIPPED: $*" && exit 77; }
[ "$(id -u)" -eq 0 ] || skip "not root"
command -v mpirun >/dev/null && command -v ip >/dev/null && [ -e "$(dirname "$lince")/lince-mpi.so" ] ||
    skip "mpirun, ip (iproute2) or lince-mpi.so is not there"

take_down() {
    for i in 1 2 3 4; do ip netns del "lince-$i"; ip link del "lince-v$i"; done
    ip link del lince-br
} 2>/dev/null
set_up() {
    ip link add lince-br type bridge && ip link set lince-br up || return 1
    for i in 1 2 3 4; do
        ip netns add "lince-$i" && ip link add "lince-v$i" type veth peer name eth0 netns "lince-$i" &&
            ip link set "lince-v$i" master lince-br up && ip netns exec "lince-$i" ip addr add "$net.$i/24" dev eth0 &&
            ip netns exec "lince-$i" ip link set eth0 up && ip netns exec "lince-$i" ip link set lo up || return 1
            # What mpirun has sent to a machine that is cut off it repeats for a quarter of an hour, whatever its keepalive says.
            ip netns exec "lince-$i" sysctl -qw net.ipv4.tcp_retries2=5
    done
}
take_down
trap take_down EXIT
set_up || skip "no network namespaces here"

# What ssh is elsewhere: runs a command on a machine, by its address.
cat >agent <<'AGENT'
#!/bin/bash
number=${1##*.}
shift
exec ip netns exec "lince-$number" unshare --uts bash -c "hostname host-$number; $*"
AGENT
chmod +x agent
wrong() { echo "FAILED: $*" && cat out err && failures=1; }
failures=0

# on N FROM ARGUMENTS...: lince on N machines from that one on, its output in ./out and ./err
on() {
    local n=$1 first=$2
    shift 2
    for i in $(seq "$first" $((first + n - 1))); do echo "$net.$i slots=1"; done >hosts
    ./agent "$net.$first" "cd $scratch; export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
        exec timeout 300 mpirun --mca plm_rsh_agent $scratch/agent --mca btl tcp,self --mca btl_tcp_if_include $net.0/24 \
            --mca oob_tcp_if_include $net.0/24 --mca oob_tcp_keepalive_time 20 --mca oob_tcp_keepalive_intvl 5 \
            --mca oob_tcp_keepalive_probes 3 --hostfile hosts --map-by node --bind-to none -n $n $lince $*" >out 2>err
}
processes() { pgrep -f -- "^$lince train .*--out cut" | wc -l; }

"$lince" synth tweets tweets --n 200 --seed 1 >/dev/null
options="--data tweets --model gru --hidden 16 --embedding 16 --batch-size 16 --threads 1 --shards 6 --quiet --no-report --lang en"
"$lince" train $options --epochs 2 --out alone >/dev/null 2>&1
on 4 1 train $options --epochs 2 --out four || wrong "four machines"
cmp alone/weights/best.safetensors four/weights/best.safetensors || wrong "four machines have other weights than one"

on 4 1 train $options --epochs 30 --out cut &
launcher=$!
for _ in $(seq 600); do
    [ "$(wc -l <cut/results.csv)" -gt 2 ] && break || sleep 0.1
done 2>/dev/null
start=$(date +%s)
ip link set lince-v3 down
while [ "$(processes)" -gt 0 ] && [ $(($(date +%s) - start)) -lt 60 ]; do sleep 0.2; done
took=$(($(date +%s) - start))
[ $took -le 15 ] || wrong "after a cut link processes went on for $took s"
wait $launcher && wrong "a cut link: exit code 0"
grep -q 'process 2 on host-3 was not heard of' err || wrong "it was not said who cannot be reached"
ls cut/*.tmp-* >/dev/null 2>&1 && wrong "something half-written is left"
echo "a cut link ended all after $took s: $(grep -o 'process 2 on host-3.*' err | head -n 1)"
ip link set lince-v3 up
on 3 2 train --resume cut --quiet || wrong "three machines do not go on"
"$lince" train $options --epochs 30 --out whole >/dev/null 2>&1
cmp cut/weights/last.safetensors whole/weights/last.safetensors || wrong "gone on with by three: other weights"
exit $failures
