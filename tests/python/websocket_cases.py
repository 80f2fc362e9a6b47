#!/usr/bin/env python3
"""Runs Autobahn's WebSocket cases (kosoku's runner) against /ws-echo of sio-conformance; all cases, limits and deflate too.

The last line is `cases: N passed, N failed`; exit status 0 only if every case passed. NON-STRICT and INFORMATIONAL are what
the specification leaves open and count as passed, as in Autobahn's own verdict.
"""

import argparse
import collections
import json
import shutil
import subprocess
import sys
from pathlib import Path

from server import Server

PASSED = {"OK", "NON-STRICT", "INFORMATIONAL"}
# All of kosoku 0.1.0; fewer than this and the suite was not what it should be.
FEWEST_CASES = 517


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", required=True, help="the sio-conformance program")
    parser.add_argument("--kosoku", required=True, help="the kosoku program")
    parser.add_argument("--report", required=True, type=Path, help="folder for the report, emptied first")
    parser.add_argument("--include", action="append", default=[], help="only these cases, e.g. 9.*")
    args = parser.parse_args()

    shutil.rmtree(args.report, ignore_errors=True)
    include = [word for case in args.include for word in ("-i", case)]
    with Server(args.server, "--port", "0") as server:
        address = server.url.replace("http", "ws", 1) + "/ws-echo"
        subprocess.run([args.kosoku, "-m", "fuzzingclient", "-o", args.report, "-p", "2", *include, address], check=False, timeout=1800)

    verdicts = {}
    for cases in json.loads((args.report / "index.json").read_text()).values():
        for case, result in cases.items():
            verdicts[case] = (result["behavior"], result["behaviorClose"])
    bad = {case: v for case, v in verdicts.items() if not PASSED.issuperset(v)}
    for case, (behavior, close) in sorted(bad.items()):
        print(f"{case}: {behavior}, close {close}")
    print(dict(collections.Counter(behavior for behavior, _ in verdicts.values())))
    print(f"cases: {len(verdicts) - len(bad)} passed, {len(bad)} failed")
    return 0 if not bad and (args.include or len(verdicts) >= FEWEST_CASES) else 1


if __name__ == "__main__":
    sys.exit(main())
