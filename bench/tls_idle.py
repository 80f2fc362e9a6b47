#!/usr/bin/env python3
"""Memory of idle wss connections: tls_idle.py [CONNECTIONS]. Starts our server with a certificate made for it, connects to `/` over TLS with a
token each, waits, and divides the growth of the server's RSS."""
import base64
import hashlib
import hmac
import json
import os
import socket
import ssl
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SECRET = "bench-secret-bench-secret-bench-32"


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def token(user):
    claims = {"sub": user, "name": user, "org": "bench-org", "teams": ["team-1"], "role": "agent", "exp": int(time.time()) + 3600}
    body = encode(b'{"alg":"HS256","typ":"JWT"}') + "." + encode(json.dumps(claims).encode())
    return body + "." + encode(hmac.new(SECRET.encode(), body.encode(), hashlib.sha256).digest())


def rss(pid):
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmRSS"))


def text_frame(text):
    data = text.encode()
    size = bytes([0x80 | len(data)]) if len(data) < 126 else b"\xfe" + len(data).to_bytes(2, "big")
    return b"\x81" + size + bytes(4) + data


def main(connections=2000):
    folder = tempfile.mkdtemp()
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost", "-keyout", f"{folder}/key.pem",
                    "-out", f"{folder}/cert.pem"], check=True, capture_output=True)
    server = subprocess.Popen(
        [f"{ROOT}/build/release/insightdesk", "serve", "--port", "0", "--host", "127.0.0.1", "--store", f"sqlite:{folder}/d.db", "--limits", "high",
         "--loops", "1", "--tls-cert", f"{folder}/cert.pem", "--tls-key", f"{folder}/key.pem"],
        env={**os.environ, "INSIGHTDESK_JWT_SECRET": SECRET}, stdout=subprocess.PIPE, text=True)
    try:
        port = int(server.stdout.readline().rsplit(":", 1)[1])
        context = ssl.create_default_context(cafile=f"{folder}/cert.pem")
        context.check_hostname = False
        before = rss(server.pid)
        kept = []
        for i in range(connections):
            stream = context.wrap_socket(socket.create_connection(("127.0.0.1", port)))
            stream.sendall(b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                           b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
            stream.sendall(text_frame("40" + json.dumps({"token": token(f"user-{i}")})))
            got = b""
            while b'40{"sid"' not in got:
                got += stream.recv(4096)
            kept.append(stream)
        time.sleep(2)
        print(f"{(rss(server.pid) - before) / connections:.0f} bytes of RSS an idle wss connection ({connections} connections)")
    finally:
        server.terminate()
        server.wait(timeout=30)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
