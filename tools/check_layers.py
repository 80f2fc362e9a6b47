#!/usr/bin/env python3
"""Checks every #include of the tree against the architecture (docs/README.md):

- a layer includes only itself and the layers before it;
- capability folders of desk/ never include each other;
- a third-party header is included only by the layer that wraps its library, or by tests of that layer and later ones;
- quotes are for our own headers, by their path from the root, and those exist (programs outside the layers may also name a
  neighbour without its path);
- tests that use a store are among the suites that their layer's CMakeLists.txt names after ON_POSTGRES.

Prints one line a violation; the exit status tells whether there was one.
"""

import re
import sys
from fnmatch import fnmatchcase
from pathlib import Path

CAPABILITIES = ["desk/people", "desk/tickets", "desk/chat", "desk/notifications", "desk/presence", "desk/dashboard", "desk/sla",
                "desk/maintenance"]
LAYERS = [
    "sio/base", "sio/runtime", "sio/http", "sio/websocket", "sio/engineio", "sio/socketio", "sio/admin", "sio/cluster",
    "desk/model", "desk/schema", "desk/store", "desk/auth", "desk/cluster", "desk/session", "desk/delivery", *CAPABILITIES, "desk/rest", "desk/app",
]
# Folders above all layers, and what they may use.
PROGRAMS = {
    "examples": ["sio/socketio", "sio/cluster", "sio/runtime"],
    "tests": [layer for layer in LAYERS if layer.startswith("sio/")],
    "fuzz": LAYERS,
    "bench": LAYERS,
}
THIRD_PARTY = {
    "simdjson": ["sio/base"], "zlib": ["sio/base"], "msgpack": ["sio/base"],
    "openssl": ["sio/runtime", "desk/auth"],
    "boost": ["sio/http"],
    "crypt": ["sio/admin"],
    "hiredis": ["sio/cluster"],
    "sqlite3": ["desk/store"], "libpq-fe": ["desk/store"],
    "cjose": ["desk/auth"], "jansson": ["desk/auth"], "curl": ["desk/auth"],
    "date": ["desk/model"],
    "spdlog": ["desk/app"], "CLI": ["desk/app"], "toml++": ["desk/app"], "prometheus": ["desk/app"],
}
TEST_ONLY = {"gtest", "gmock", "rapidcheck"}
# C and POSIX headers; C++'s own have neither slash nor extension.
SYSTEM = re.compile(
    r"(sys|netinet|arpa|net|linux|bits)/[\w/.-]+"
    r"|(assert|ctype|dirent|dlfcn|endian|errno|fcntl|float|getopt|inttypes|limits|locale|malloc|math|netdb|poll|pthread|pwd|resolv"
    r"|sched|semaphore|setjmp|signal|spawn|stdarg|stddef|stdint|stdio|stdlib|string|strings|syslog|termios|time|ucontext|unistd"
    r"|[a-z]?mmintrin|[a-z]*intrin|arm_neon|cpuid|execinfo)\.h")
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)

STORE = re.compile(r"\b(TempStore|CommandTest)\b|promised_tickets\.hpp")
SUITE = re.compile(r"^(?:TEST|TEST_F|TEST_P|RC_GTEST_PROP|RC_GTEST_FIXTURE_PROP)\((\w+)", re.MULTILINE)
ON_POSTGRES = re.compile(r"\bON_POSTGRES((?:\s+(?!LINKS|TEST_LINKS)[\w*]+)+)")


def layer_of(path):
    return "/".join(path.split("/")[:2]) if path.startswith(("sio/", "desk/")) else path.split("/")[0]


def is_test(path):
    return path.endswith("_test.cpp") or "/testing/" in path


def layers_below(layer):
    """What `layer` may include, itself among them; None when the folder is no layer."""
    if layer in PROGRAMS:
        return PROGRAMS[layer]
    if layer not in LAYERS:
        return None
    below = LAYERS[: LAYERS.index(layer) + 1]
    return [l for l in below if l == layer or not (layer in CAPABILITIES and l in CAPABILITIES)]


def check_own(path, header, allowed, exists):
    if "/" not in header and layer_of(path) in PROGRAMS and exists(f"{path.rpartition('/')[0]}/{header}"):
        return None
    if not exists(header):
        return f'"{header}" does not exist (paths start at the root; third-party headers stand in <>)'
    target = layer_of(header)
    if target == layer_of(path) or target in allowed:
        return None
    if target in CAPABILITIES and layer_of(path) in CAPABILITIES:
        return f'"{header}": capability folders never include each other'
    return f'"{header}": {layer_of(path)} may not include {target}'


def check_foreign(path, header, allowed):
    library = re.split(r"[/.]", header)[0]
    if library in TEST_ONLY:
        return None if is_test(path) or path.startswith("tests/") else f"<{header}> belongs into tests"
    if library == "benchmark":
        return None if path.startswith("bench/") else f"<{header}> belongs into bench/"
    if library in THIRD_PARTY:
        homes = THIRD_PARTY[library]
        tested = (is_test(path) or path.startswith("fuzz/")) and any(home in allowed for home in homes)
        return None if layer_of(path) in homes or tested else f"<{header}> belongs into {' or '.join(homes)}"
    if SYSTEM.fullmatch(header) or re.fullmatch(r"[a-z_0-9]+", header):
        return None
    return f"<{header}> is no known library (tools/check_layers.py)"


def check_file(path, text, exists):
    """The violations of one file, as strings. `exists` tells whether a path from the root is a file."""
    allowed = layers_below(layer_of(path))
    if allowed is None:
        return [f"{path}: {layer_of(path)} is no layer (tools/check_layers.py)"]
    problems = []
    for match in INCLUDE.finditer(text):
        own = match[1] == '"'
        problem = check_own(path, match[2], allowed, exists) if own else check_foreign(path, match[2], allowed)
        if problem:
            problems.append(f"{path}:{text.count(chr(10), 0, match.start()) + 1}: {problem}")
    if path.endswith(".hpp") and "#pragma once" not in text:
        problems.append(f"{path}: no #pragma once")
    return problems


def check_stores(path, text, cmake):
    """The suites of a test file that use a store and run on SQLite only. `cmake`: of its layer."""
    if not path.startswith("desk/") or not path.endswith("_test.cpp") or not STORE.search(text):
        return []
    named = " ".join(ON_POSTGRES.findall(cmake)).split()
    suites = dict.fromkeys(suite for suite in SUITE.findall(text) if "Sqlite" not in suite)
    return [f"{path}: {suite} uses a store and is not named after ON_POSTGRES in {layer_of(path)}/CMakeLists.txt"
            for suite in suites if not any(fnmatchcase(suite, each) for each in named)]


def check_tree(root):
    files = sorted(f for top in ["sio", "desk", *PROGRAMS] for f in (root / top).rglob("*.[ch]pp") if "node_modules" not in f.parts)
    problems = []
    for file in files:
        path = file.relative_to(root).as_posix()
        text = file.read_text(encoding="utf-8")
        problems += check_file(path, text, lambda header: (root / header).is_file())
        cmake = root / layer_of(path) / "CMakeLists.txt"
        problems += check_stores(path, text, cmake.read_text(encoding="utf-8") if cmake.is_file() else "")
    return files, problems


def main():
    files, problems = check_tree(Path(__file__).resolve().parent.parent)
    print("\n".join([*problems, f"check_layers: {len(files)} files, {len(problems)} violations"]))
    return 1 if problems or not files else 0


if __name__ == "__main__":
    sys.exit(main())
