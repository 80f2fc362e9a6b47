"""python-socketio against the Socket.IO fixture of sio-conformance, over each transport."""

import unittest

import socketio
from client import TIMEOUT_S, Client
from server import start_conformance

server = None


def setUpModule():
    global server
    server = start_conformance()


def tearDownModule():
    server.stop()


class OverEachTransport:
    transports = None

    def connect(self, **options):
        return Client(self, server.url, self.transports, **options)

    def test_gets_the_auth_it_sent(self):
        client = self.connect(auth={"token": "123", "é": [1, None]})
        self.assertEqual(client.next("auth"), ({"token": "123", "é": [1, None]},))

    def test_two_namespaces_on_one_connection(self):
        client = self.connect(namespaces=("/", "/custom"), auth={"a": 1})
        self.assertEqual(client.next("auth", "/"), ({"a": 1},))
        self.assertEqual(client.next("auth", "/custom"), ({"a": 1},))
        self.assertNotEqual(client.io.get_sid("/"), client.io.get_sid("/custom"))

    def test_an_unknown_namespace_is_refused(self):
        with self.assertRaises(socketio.exceptions.ConnectionError):
            self.connect(namespaces=("/random",))

    def test_echoes_text_in_order(self):
        client = self.connect()
        values = (1, -1.5, "a\x00€😀", True, None, [[]], {"": {}})
        client.io.emit("message", values)
        self.assertEqual(client.next("message-back"), values)
        for i in range(50):
            client.io.emit("message", i)
        self.assertEqual([client.next("message-back") for _ in range(50)], [(i,) for i in range(50)])

    def test_echoes_binary(self):
        client = self.connect()
        sent = (b"\x00\x1e\xff", {"file": b"", "list": [b"abc", "abc"]})
        client.io.emit("message", sent)
        self.assertEqual(client.next("message-back"), sent)

    def test_acknowledges_text_and_binary(self):
        client = self.connect()
        self.assertEqual(client.io.call("message-with-ack", ("a", {"b": [1]}), timeout=TIMEOUT_S), ("a", {"b": [1]}))
        self.assertEqual(client.io.call("message-with-ack", b"\x01\x02", timeout=TIMEOUT_S), b"\x01\x02")

    def test_a_large_message_arrives_whole(self):
        client = self.connect()
        # Apart: this client handles each packet of an answer in a thread of its own, and a long text is not parsed yet when the thread of
        # the attachment behind it begins.
        text, blob = "0123456789€" * 30_000, bytes(range(256)) * 1_000
        client.io.emit("message", text)
        self.assertTrue(client.next("message-back") == (text,))
        client.io.emit("message", ("a blob", blob))
        self.assertTrue(client.next("message-back") == ("a blob", blob))

    def test_nothing_comes_that_was_not_asked_for(self):
        client = self.connect()
        client.next("auth")
        client.io.emit("nobody-listens", {"a": 1})
        client.io.call("message-with-ack", 1, timeout=TIMEOUT_S)
        self.assertTrue(client.is_empty("message-back") and client.is_empty("auth"))

    def test_leaves_and_comes_back(self):
        client = self.connect()
        first = client.io.get_sid()
        client.io.disconnect()
        client.io.connect(server.url, transports=self.transports, wait_timeout=TIMEOUT_S)
        self.assertNotEqual(client.io.get_sid(), first)
        self.assertEqual(client.io.call("message-with-ack", 2, timeout=TIMEOUT_S), 2)


class OverWebsocket(OverEachTransport, unittest.TestCase):
    transports = ["websocket"]


class OverPolling(OverEachTransport, unittest.TestCase):
    transports = ["polling"]


class OverUpgrade(OverEachTransport, unittest.TestCase):
    transports = ["polling", "websocket"]

    def test_the_transport_is_upgraded(self):
        self.assertEqual(self.connect().io.transport(), "websocket")


if __name__ == "__main__":
    unittest.main()
