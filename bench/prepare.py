#!/usr/bin/env python3
"""Writes the database of the bench contract: prepare.py PROGRAM DATABASE [CONVERSATIONS]

Starts the server on it and creates over REST, as an admin of `bench-org`, the ticket T-1 and the conversations conv-0, conv-1, ..."""
import json
import os
import subprocess
import sys
import urllib.request

SECRET = os.environ.get("JWT_SECRET", "bench-secret-bench-secret-bench-32")


def main(program, database, conversations=100):
    environment = {**os.environ, "INSIGHTDESK_JWT_SECRET": SECRET}
    token = subprocess.run(
        [program, "gen-token", "--user", "bench-admin", "--org", "bench-org", "--role", "admin", "--ttl", "1h"],
        env=environment, capture_output=True, text=True, check=True).stdout.strip()
    server = subprocess.Popen([program, "serve", "--port", "0", "--store", f"sqlite:{database}", "--limits", "high"],
                              env=environment, stdout=subprocess.PIPE, text=True)
    try:
        url = server.stdout.readline().split()[-1]

        def create(path, body):
            request = urllib.request.Request(url + path, json.dumps(body).encode(),
                                             {"Authorization": f"Bearer {token}", "Content-Type": "application/json"})
            with urllib.request.urlopen(request, timeout=10) as answer:
                assert answer.status == 201, answer.status

        create("/v1/tickets", {"id": "T-1", "subject": "The ticket of the bench"})
        for i in range(conversations):
            create("/v1/conversations", {"id": f"conv-{i}", "customerId": "bench-admin"})
    finally:
        server.terminate()
        server.wait(timeout=20)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:]))
