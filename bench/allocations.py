#!/usr/bin/env python3
"""Heap allocations and writes a delivery: allocations.py DESK_LOAD [SUBSCRIBERS]

Runs desk-load's fan-out twice on fresh servers, once for longer, so that connecting cancels out, with a library that counts malloc calls
(bench/tools/count_allocations.cpp) preloaded; then once more under strace, counting the system calls that write."""
import json
import os
import re
import signal
import struct
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def run(desk_load, port, subscribers, seconds, outstanding, preload=None, tracer=None):
    """(allocations, deliveries, strace's table) of one server's life."""
    folder = tempfile.mkdtemp()
    counter = os.path.join(folder, "count")
    environment = {**os.environ, "PORT": str(port)}
    if preload:
        environment |= {"COUNT_FILE": counter, "LD_PRELOAD": preload}
    command = [os.path.join(ROOT, "bench/serve")]
    server = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    server.stdout.readline()
    trace = None
    if tracer:
        table = os.path.join(folder, "strace")
        trace = subprocess.Popen(["strace", "-f", "-c", "-o", table, "-p", str(server.pid)], stderr=subprocess.DEVNULL)
        time.sleep(1)
    report = subprocess.run([desk_load, "fanout", "--conns", str(subscribers), "--closed", str(outstanding), "--warm", "0", "--secs",
                             str(seconds), "--port", str(port), "--pid", str(server.pid), "--json"],
                            capture_output=True, text=True, check=True).stdout
    figures = json.loads(report.splitlines()[-1])
    if trace:
        trace.send_signal(signal.SIGINT)
        trace.wait(timeout=20)
    allocations = struct.unpack("Q", open(counter, "rb").read())[0] if preload else 0
    server.terminate()
    server.wait(timeout=20)
    deliveries = round(figures["deliveries_per_s"] * figures["window_s"])
    return allocations, deliveries, open(table).read() if tracer else ""


def main(desk_load, subscribers=1000):
    library = os.path.join(tempfile.mkdtemp(), "count.so")
    subprocess.run(["g++", "-O2", "-shared", "-fPIC", "-o", library, os.path.join(ROOT, "bench/tools/count_allocations.cpp")], check=True)
    for outstanding in (1, 8):
        short = run(desk_load, 22001, subscribers, 1, outstanding, preload=library)
        long = run(desk_load, 22002, subscribers, 4, outstanding, preload=library)
        deliveries = long[1] - short[1]
        print(f"fan-out, {outstanding} outstanding: {(long[0] - short[0]) / deliveries:.4f} allocations a delivery ({deliveries} deliveries)")
        _, traced, table = run(desk_load, 22003, subscribers, 3, outstanding, tracer=True)
        writes = sum(int(re.split(r" +", line.strip())[3]) for line in table.splitlines() if re.search(r" (sendto|sendmsg|write|writev)$", line))
        print(f"fan-out, {outstanding} outstanding: {writes / traced:.3f} writing system calls a delivery ({traced} deliveries, strace)")
        print(table)


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
