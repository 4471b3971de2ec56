# What the tests of several processes begin with. usage: . lib.sh NAME PROGRAM
# They are skipped (77) where there is no mpirun, or lince-mpi.so was not built. MPIRUN: that of the MPI that it was built with.
lince=$(realpath "$2")
. "$(dirname "$0")/../cli/lib.sh" "$1"
mpirun=${MPIRUN:-mpirun}
if ! command -v "$mpirun" >/dev/null || [ ! -e "$(dirname "$lince")/lince-mpi.so" ]; then
    echo "SKIPPED: mpirun (openmpi-bin) or lince-mpi.so is not there"
    exit 77
fi
# Open MPI's: more processes than processors, and root in a container.
export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export ASAN_OPTIONS=detect_leaks=0 # of Open MPI
export PRTE_MCA_rmaps_default_mapping_policy=:oversubscribe

# together N ARGUMENTS...: N processes of lince, with their output in ./out and ./err; the exit code in $code
together() {
    local n=$1
    shift
    timeout 120 "$mpirun" -n "$n" "$lince" "$@" >out 2>err </dev/null
    code=$?
}
