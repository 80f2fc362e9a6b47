"""python-socketio over wss and https, the certificate checked."""

import ssl
import unittest

import requests
import socketio
from client import TIMEOUT_S, TRANSPORTS, Client
from server import make_certificate, make_token, start_conformance, start_insightdesk

BLOB = bytes(range(256)) * 500


class Tls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.certificate, key = make_certificate()
        cls.conformance = start_conformance("--cert", cls.certificate, "--key", key, "--ping-interval", "25000", "--ping-timeout", "20000")
        cls.addClassCleanup(cls.conformance.stop)
        cls.desk = start_insightdesk("--tls-cert", cls.certificate, "--tls-key", key)
        cls.addClassCleanup(cls.desk.stop)

    def trusting(self):
        return {"ssl_verify": True, "websocket_extra_options": {"sslopt": {"ca_certs": self.certificate}}, "http_session": self.session()}

    def session(self):
        session = requests.Session()
        session.trust_env = False  # a REQUESTS_CA_BUNDLE of this machine would win over the next line
        session.verify = self.certificate
        self.addCleanup(session.close)
        return session

    def test_binary_and_acks(self):
        for title, transports in TRANSPORTS.items():
            with self.subTest(title):
                client = Client(self, self.conformance.url, transports, **self.trusting())
                # Python 3.11 may break a TLS connection that one thread writes to while another reads (so it does with a server on Node),
                # and so this client never writes while something is on its way to it.
                client.next("auth")
                client.io.emit("message", ("é", BLOB))
                self.assertEqual(client.next("message-back"), ("é", BLOB))
                self.assertEqual(client.io.call("message-with-ack", ("a", b"b"), timeout=TIMEOUT_S), ("a", b"b"))

    def test_the_helpdesk(self):
        for title, transports in TRANSPORTS.items():
            with self.subTest(title):
                client = Client(self, self.desk.url, transports, auth={"token": make_token("ann")}, **self.trusting())
                client.io.emit("ping", {"timestamp": 5})
                self.assertEqual(client.next("pong")[0]["timestamp"], 5)

    def test_a_certificate_that_is_not_trusted_is_refused_by_the_client(self):
        with self.assertRaises(socketio.exceptions.ConnectionError):
            Client(self, self.conformance.url, ["websocket"])
        # And the server has taken no harm.
        self.assertTrue(ssl.get_server_certificate(("127.0.0.1", int(self.conformance.url.rsplit(":", 1)[1]))))


if __name__ == "__main__":
    unittest.main()
