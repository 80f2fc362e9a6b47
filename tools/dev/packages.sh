# Installs what is missing and nothing else; all quick when everything is there. Sourced by ./dev.

# ensure_packages <group>...: the groups are the files tools/dev/packages/<group>
ensure_packages() {
    local group wanted=() missing=()
    for group in "$@"; do
        [[ -z $group ]] || mapfile -t -O "${#wanted[@]}" wanted < <(grep -v '^#' "tools/dev/packages/$group")
    done
    mapfile -t missing < <(missing_packages "${wanted[@]}")
    [[ ${#missing[@]} -eq 0 ]] || apt_install "${missing[@]}"
}

missing_packages() {
    local package
    declare -A installed=()
    while read -r package; do installed[$package]=1; done < <(
        dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' "$@" 2>/dev/null | awk '$1 == "ii" {print $2}')
    for package in "$@"; do [[ -n ${installed[$package]:-} ]] || echo "$package"; done
}

apt_install() {
    local as_root=()
    if [[ $EUID -ne 0 ]]; then
        command -v sudo >/dev/null || die "missing Debian packages, and neither root nor sudo to install them: $*"
        as_root=(sudo)
    fi
    echo "installing Debian packages: $*"
    local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=600)
    "${apt[@]}" update >/dev/null
    "${apt[@]}" install -y --no-install-recommends "$@"
}

# Node 18 or newer from PATH, else Debian's.
ensure_node() {
    local major
    major=$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0)
    if ((major < 18)) || ! command -v npm >/dev/null; then ensure_packages node; fi
    run_when_changed tests/js/package-lock.json tests/js/node_modules/.installed \
        npm --prefix tests/js ci --no-audit --no-fund --ignore-scripts
}

ensure_python() {
    ensure_packages python
    [[ -x build/venv/bin/python ]] || /usr/bin/python3 -m venv build/venv
    run_when_changed tests/python/requirements.txt build/venv/.installed \
        build/venv/bin/pip install -q --disable-pip-version-check -r tests/python/requirements.txt
}

# run_when_changed <input> <stamp> <command...>: runs the command unless the stamp holds the input's hash.
run_when_changed() {
    local input=$1 stamp=$2 hash
    shift 2
    hash=$(sha256sum <"$input")
    [[ -f $stamp && $(<"$stamp") == "$hash" ]] && return
    "$@"
    echo "$hash" >"$stamp"
}
