"""Starts one of our programs on a free port and ends it with the test run."""

import atexit
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
from collections import deque
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
LISTENING = re.compile(r"^listening on (https?://\S+:(\d+))")


class Server:
    """A running program; `url` is where it listens. Use as a context manager."""

    def __init__(self, program, *args, start_timeout_s=30):
        self._errors = deque(maxlen=200)
        self._ready = threading.Event()
        self.url = None
        self._process = subprocess.Popen(
            [str(program), *args], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace")
        threading.Thread(target=self._read_output, daemon=True).start()
        threading.Thread(target=self._read_errors, daemon=True).start()
        self._ready.wait(start_timeout_s)
        if self.url is None:
            self._process.kill()
            raise RuntimeError(f"{program} is not listening\n{self.log()}")

    def _read_output(self):
        for line in self._process.stdout:
            match = LISTENING.match(line)
            if match and self.url is None:
                self.url = match[1]
                self._ready.set()
        self._ready.set()

    def _read_errors(self):
        for line in self._process.stderr:
            self._errors.append(line)

    def log(self):
        return "".join(self._errors)

    def stop(self):
        """Ends it by SIGTERM. That it had ended before, or ends otherwise than well, is an error."""
        if self._process.poll() is not None:
            raise RuntimeError(f"the server had ended already with {self._process.returncode}\n{self.log()}")
        self._process.send_signal(signal.SIGTERM)
        try:
            status = self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            raise RuntimeError("the server did not end by SIGTERM") from None
        if status not in (0, -signal.SIGTERM):
            raise RuntimeError(f"the server ended with {status}\n{self.log()}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


# Where the programs are.
BUILD = Path(os.environ.get("DESK_TEST_BUILD") or ROOT / "build/release")


def start_conformance(*args):
    """tests/conformance: the fixtures of the official suites. SIO_CONFORMANCE names a program to stand in."""
    return Server(os.environ.get("SIO_CONFORMANCE") or BUILD / "sio-conformance", "--port", "0", *args)


JWT_SECRET = "test-secret-test-secret-test-secret-32"


def start_insightdesk(*args):
    """`insightdesk serve` with a new store in the temporary folder."""
    store = Path(temporary_folder()) / "desk.db"
    return Server(BUILD / "insightdesk", "serve", "--port", "0", "--store", f"sqlite:{store}", "--jwt-secret", JWT_SECRET, "--drain-time", "0s", *args)


def temporary_folder():
    """A new folder, removed at exit."""
    folder = tempfile.mkdtemp(prefix="insightdesk-test-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def make_certificate():
    """A self-signed certificate for localhost: (certificate file, key file)."""
    folder = Path(temporary_folder())
    cert, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", cert],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return str(cert), str(key)


def make_token(user, org="acme", role="agent", ttl_s=3600):
    """A token as `insightdesk gen-token` makes them, by that very program."""
    made = subprocess.run(
        [BUILD / "insightdesk", "gen-token", "--user", user, "--org", org, "--role", role, "--ttl", f"{ttl_s}s"],
        check=True, capture_output=True, text=True, env={**os.environ, "INSIGHTDESK_JWT_SECRET": JWT_SECRET})
    return made.stdout.strip()
