# ./dev lint and ./dev fmt. Sourced by ./dev.

# Not from git: a tree without it, or one that belongs to somebody else, is checked just the same.
cpp_sources() { find . \( -path ./build -o -path ./.git -o -name node_modules \) -prune -o \( -name '*.cpp' -o -name '*.hpp' \) -print; }

format_sources() { cpp_sources | xargs -r clang-format-19 -i; }

# lint_step <name> <command...>: one case each in the sum of ./dev test
lint_step() {
    local name=$1
    shift
    if "$@"; then
        [[ -z ${STAGE:-} ]] || count 1 0
    else
        echo "lint: $name failed" >&2
        [[ -z ${STAGE:-} ]] || count 0 1
        LINT_STATUS=1
    fi
}

# Names the files that `./dev fmt` would change.
check_format() {
    local files
    [[ -n $(cpp_sources) ]] || { echo "no sources"; return 1; }
    files=$(cpp_sources | xargs -r -P "$JOBS" -n 20 clang-format-19 --dry-run -Werror 2>&1 | sed -nE 's/^([^ :]+):[0-9]+:.*/\1/p' | sort -u)
    [[ -z $files ]] || { printf 'not in our format (./dev fmt): %s\n' $files; return 1; }
}

lint() {
    LINT_STATUS=0
    lint_step "clang-format" check_format
    lint_step "check_layers_test" quiet_unless_failing python3 tools/check_layers_test.py
    lint_step "layers" python3 tools/check_layers.py
    lint_step "clang-tidy" python3 tools/tidy.py -j "$JOBS"
    return "$LINT_STATUS"
}
