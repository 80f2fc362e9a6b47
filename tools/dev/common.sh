# Shared by ./dev and its parts: environment, output, building. Sourced, never run.

die() {
    echo "dev: $*" >&2
    exit 1
}

# One compiler wants up to 1.5 GB with sanitizers on, so memory limits the jobs as well as cores do.
job_count() {
    local cores memory_gb by_memory
    cores=$(nproc)
    memory_gb=$(awk '/MemAvailable/ {print int($2 / 1048576)}' /proc/meminfo)
    by_memory=$((memory_gb * 2 / 3))
    ((by_memory >= 1)) || by_memory=1
    echo $((cores < by_memory ? cores : by_memory))
}
JOBS=${JOBS:-$(job_count)}

# A second clone of this repository, CI's for instance, hits the same ccache entries.
export CCACHE_BASEDIR=$ROOT CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=pch_defines,time_macros CCACHE_PCH_EXTSUM=1

quiet_unless_failing() {
    local output
    output=$("$@" 2>&1) || {
        echo "$output" >&2
        return 1
    }
}

# build <preset> [target...]
build() {
    local preset=$1
    shift
    if [[ ! -f build/$preset/build.ninja ]]; then
        quiet_unless_failing cmake --preset "$preset" || return 1
    fi
    ninja -C "build/$preset" -j "$JOBS" "$@"
}
