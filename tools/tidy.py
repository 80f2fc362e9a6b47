#!/usr/bin/env python3
"""Runs clang-tidy-19 over the sources of sio/ and desk/ (not the tests) in parallel.

A file is skipped when it was clean before with the same text, the same headers of ours, the same .clang-tidy and the same
clang-tidy. These results are kept outside the tree, like ccache's, so that a fresh clone profits from them.
"""

import argparse
import hashlib
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOL = "clang-tidy-19"
# The flags every layer is built with, and what Debian's packages define; no build directory is needed.
FLAGS = ["-std=c++23", f"-I{ROOT}", "-isystem/usr/include/postgresql", "-Wall", "-Wextra", "-DSPDLOG_SHARED_LIB", "-DSPDLOG_COMPILED_LIB", "-DSPDLOG_FMT_EXTERNAL",
         '-DINSIGHTDESK_VERSION="0"']
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)


def sources():
    found = (path.relative_to(ROOT).as_posix() for layer in ("sio", "desk") for path in (ROOT / layer).rglob("*.cpp"))
    return sorted(f for f in found if not f.endswith("_test.cpp") and "/testing/" not in f)


def closure(path, seen):
    """Every file of ours that `path` includes, itself among them."""
    if path in seen or not (ROOT / path).is_file():
        return seen
    seen.add(path)
    for included in INCLUDE.findall((ROOT / path).read_text(encoding="utf-8")):
        closure(included, seen)
    return seen


def fingerprint(path, base):
    digest = hashlib.sha256(base)
    for name in sorted(closure(path, set())):
        digest.update(name.encode() + b"\0" + (ROOT / name).read_bytes() + b"\0")
    return digest.hexdigest()


def check(path, stamp):
    run = subprocess.run([TOOL, "--quiet", "--warnings-as-errors=*", path, "--", *FLAGS], cwd=ROOT, capture_output=True, text=True)
    if run.returncode == 0:
        stamp.touch()
        return True
    errors = "\n".join(line for line in run.stderr.splitlines() if "error" in line and "warnings treated as errors" not in line)
    print(f"{path}:\n{run.stdout}{errors}", flush=True)
    return False


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-j", "--jobs", type=int, default=os.cpu_count())
    parser.add_argument("files", nargs="*", help="only these, relative to the root; default: all")
    args = parser.parse_args()

    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "insightdesk" / "tidy"
    cache.mkdir(parents=True, exist_ok=True)
    version = subprocess.run([TOOL, "--version"], check=True, capture_output=True).stdout
    base = version + (ROOT / ".clang-tidy").read_bytes() + " ".join(FLAGS[:1] + FLAGS[2:]).encode()

    files = args.files or sources()
    work = [(f, stamp) for f in files if not (stamp := cache / fingerprint(f, base)).exists()]
    with ThreadPoolExecutor(args.jobs) as pool:
        clean = list(pool.map(lambda job: check(*job), work))
    print(f"clang-tidy: {len(files)} files, {len(work)} checked now, {clean.count(False)} with findings")
    return 1 if False in clean or not files else 0


if __name__ == "__main__":
    sys.exit(main())
