"""python-socketio as the tests use it."""

import queue

import socketio
from engineio.payload import Payload

TIMEOUT_S = 10
# This client refuses a polling answer of more than 16 packets unless told otherwise, and every server sends what has come together.
Payload.max_decode_packets = 1000

TRANSPORTS = {"websocket": ["websocket"], "polling": ["polling"], "polling, then upgraded": ["polling", "websocket"]}


class Client:
    """A connected client whose events wait in one queue for each namespace and name."""

    def __init__(self, test, url, transports, namespaces=("/",), auth=None, **options):
        self.io = socketio.Client(reconnection=False, **options)
        self.io.on("*", self._any, namespace="*")
        self._events = {}
        test.addCleanup(self.io.disconnect)
        self.io.connect(url, transports=transports, namespaces=list(namespaces), auth=auth, wait_timeout=TIMEOUT_S)

    def _any(self, event, namespace, *args):
        self._queue(event, namespace).put(args)

    def _queue(self, event, namespace):
        return self._events.setdefault((namespace, event), queue.Queue())

    def next(self, event, namespace="/"):
        return self._queue(event, namespace).get(timeout=TIMEOUT_S)

    def is_empty(self, event, namespace="/"):
        return self._queue(event, namespace).empty()
