"""Starts one of our programs on a free port and ends it with the test run."""

import os
import re
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


def start_conformance(*args):
    """tests/conformance: the fixtures of the official suites. SIO_CONFORMANCE names a program to stand in."""
    return Server(os.environ.get("SIO_CONFORMANCE") or ROOT / "build/release/sio-conformance", "--port", "0", *args)


JWT_SECRET = "test-secret-test-secret-test-secret-32"


def start_insightdesk(*args):
    """`insightdesk serve` with a new store in the temporary folder."""
    store = Path(tempfile.mkdtemp(prefix="insightdesk-test-")) / "desk.db"
    return Server(
        os.environ.get("INSIGHTDESK") or ROOT / "build/release/insightdesk",
        "serve", "--port", "0", "--store", f"sqlite:{store}", "--jwt-secret", JWT_SECRET, *args)
