# ./dev test and ./dev fuzz. Sourced by ./dev.
#
# A stage is a function run in a subshell with `set -e`. It reports cases with `count PASSED FAILED`, and fails when it fails,
# when a case failed, or when no case ran.

RESULTS=build/test-results

count() { echo "$1 $2" >>"$RESULTS/$STAGE.counts"; }

# stage <name> <function> [args...]
stage() {
    STAGE=$1
    shift
    local started=$SECONDS status passed failed
    echo "== $STAGE"
    rm -f "$RESULTS/$STAGE.counts"
    set +e
    (set -e; "$@")
    status=$?
    set -e
    read -r passed failed < <(sum_counts "$RESULTS/$STAGE.counts")
    if ((passed + failed == 0)) && [[ $STAGE != *build* ]]; then echo "$STAGE: nothing ran" >&2; status=1; fi
    # A stage that broke without a failed case still counts as one failure.
    if ((status != 0 && failed == 0)); then count 0 1; failed=1; fi
    ((failed == 0)) || FAILED_STAGES+=("$STAGE")
    echo "-- $STAGE: $passed passed, $failed failed, $((SECONDS - started)) s"
}

sum_counts() { cat "$@" 2>/dev/null | awk '{p += $1; f += $2} END {print p + 0, f + 0}'; }

test_all() {
    local quick=${1:-} passed failed
    [[ -z $quick || $quick == --quick ]] || die "unknown option: $quick"
    FAILED_STAGES=()
    mkdir -p "$RESULTS"
    rm -f "$RESULTS"/*

    stage release-build build_release "$quick"
    stage unit-tests unit_tests release "$quick"
    stage javascript-clients javascript_clients release '*'
    if [[ -z $quick ]]; then
        stage cluster cluster
        stage python-clients python_clients
        stage websocket-conformance websocket_conformance
        stage asan-build build asan
        stage asan-tests unit_tests asan
        stage asan-hostile-clients javascript_clients asan 'hostile-*'
        stage tsan-tests tsan_tests
        stage fuzz-build build fuzz
        stage fuzz fuzz_all 10
        stage lint lint
    fi

    [[ ${#FAILED_STAGES[@]} -eq 0 ]] || echo "failed: ${FAILED_STAGES[*]}"
    read -r passed failed < <(sum_counts "$RESULTS"/*.counts)
    echo "$passed passed, $failed failed"
    ((failed == 0))
}

build_release() {
    ensure_packages build services
    ensure_node
    [[ -n $1 ]] || ensure_packages check
    build release
}

# run_ctest <preset> [ctest args...]
run_ctest() {
    local preset=$1 log=$RESULTS/$STAGE.log status=0
    shift
    ctest --test-dir "build/$preset" -j "$JOBS" --no-tests=error --output-on-failure "$@" >"$log" 2>&1 || status=$?
    ((status == 0)) || grep -vE '^ *(Start +[0-9]+:|[0-9]+/[0-9]+ Test .* Passed )' "$log" | tail -n 300
    count_ctest "$log"
    return "$status"
}

# Reads "98% tests passed, 2 tests failed out of 100".
count_ctest() {
    local failed total
    read -r failed total < <(sed -nE 's/^[0-9]+% tests passed, ([0-9]+) tests failed out of ([0-9]+).*/\1 \2/p' "$1")
    [[ -z ${total:-} ]] || count $((total - failed)) "$failed"
}

# unit_tests <preset> [--quick]: those of sio/cluster start the real Valkey that build/venv holds; quickly, without its fail-overs.
unit_tests() {
    ensure_python
    export UBSAN_OPTIONS=print_stacktrace=1
    local slow=()
    [[ -z ${2:-} ]] || slow=(-E '^sio_cluster\.(Sentinels|ValkeyClusters)\.')
    run_ctest "$1" "${slow[@]}"
}

# The tests that really use several threads: all of sio/runtime, and elsewhere those named *MultiLoop* or *Threads*.
tsan_tests() {
    local pattern='MultiLoop|Threads' targets
    mapfile -t targets < <(
        { grep -rlE "$pattern" --include='*_test.cpp' sio desk || true; echo sio/runtime/x; } | cut -d/ -f1,2 | sort -u | sed 's|/|_|; s|$|_test|')
    ensure_python
    build tsan "${targets[@]}"
    export TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1
    # g++ 12's runtime cannot place its shadow memory when the kernel randomises more address bits than it knows.
    if setarch "$(uname -m)" -R true 2>/dev/null; then
        ctest() { setarch "$(uname -m)" -R ctest "$@"; }
    fi
    run_ctest tsan -R "^sio_runtime\.|$pattern"
}

# javascript_clients <preset> <pattern of names in tests/js>
javascript_clients() {
    ensure_node
    # shellcheck disable=SC2086 # a pattern
    DESK_TEST_BUILD=$ROOT/build/$1 node_tests tests/js/$2.test.mjs
}

# Several servers behind nginx and HAProxy, on real Valkey and PostgreSQL. One file at a time: each runs a dozen processes.
cluster() {
    ensure_packages cluster
    ensure_node
    ensure_python
    DESK_TEST_BUILD=$ROOT/build/release node_tests --test-concurrency=1 tests/cluster/*.test.mjs
}

# node_tests <arguments of node --test...>
node_tests() {
    local log=$RESULTS/$STAGE.log status=0
    node --test --test-reporter=tap "$@" >"$log" 2>&1 || status=$?
    ((status == 0)) || grep -A25 '^ *not ok' "$log" | cut -c1-200 | head -n 300
    local passed failed
    passed=$(awk '/^# pass /{n += $3} END {print n + 0}' "$log")
    failed=$(awk '/^# (fail|cancelled|skipped|todo) /{n += $3} END {print n + 0}' "$log")
    count "$passed" "$failed"
    return "$status"
}

python_clients() {
    ensure_python
    local log=$RESULTS/$STAGE.log status=0 ran bad
    build/venv/bin/python -m unittest discover -v -s tests/python -p 'test_*.py' >"$log" 2>&1 || status=$?
    ((status == 0)) || tail -n 200 "$log"
    ran=$(sed -nE 's/^Ran ([0-9]+) tests?.*/\1/p' "$log")
    # "FAILED (failures=1, errors=2)", "OK (skipped=1)": a skipped test is none that passed.
    bad=$(awk '/^(FAILED|OK)/ {gsub(/[^0-9]+/, " "); for (i = 1; i <= NF; i++) n += $i} END {print n + 0}' "$log")
    count $((${ran:-0} - bad)) "$bad"
    return "$status"
}

websocket_conformance() {
    ensure_python
    local log=$RESULTS/$STAGE.log status=0 passed failed
    build/venv/bin/python tests/python/websocket_cases.py --server build/release/sio-conformance \
        --kosoku build/venv/bin/kosoku --report build/kosoku >"$log" 2>&1 || status=$?
    ((status == 0)) || tail -n 100 "$log"
    read -r passed failed < <(sed -nE 's/^cases: ([0-9]+) passed, ([0-9]+) failed$/\1 \2/p' "$log")
    count "${passed:-0}" "${failed:-0}"
    return "$status"
}

# fuzz_all <seconds> [name]: two targets at a time; inputs that crash stay in build/fuzz/crashes/<name>/
fuzz_all() {
    local seconds=${1:-60} only=${2:-*} programs status=0
    mapfile -t programs < <(compgen -G "build/fuzz/fuzz/${only}_fuzz")
    [[ ${#programs[@]} -gt 0 ]] || die "no fuzz target"
    printf '%s\n' "${programs[@]}" | xargs -P 2 -I{} tools/dev/fuzz-one {} "$seconds" || status=1
    if [[ -n ${STAGE:-} ]]; then
        local program name
        for program in "${programs[@]}"; do
            name=$(basename "$program" _fuzz)
            if grep -qE '^Done [1-9][0-9]* runs' "build/fuzz/logs/$name.log" && [[ ! -e build/fuzz/logs/$name.failed ]]; then
                count 1 0
            else
                count 0 1
            fi
        done
    fi
    return "$status"
}
