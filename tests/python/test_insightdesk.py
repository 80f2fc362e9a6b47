"""python-socketio against insightdesk: tokens, acks, events."""

import json
import unittest
import urllib.request

import socketio
from prometheus_client.parser import text_string_to_metric_families
from client import TIMEOUT_S, TRANSPORTS, Client
from server import make_token, start_insightdesk

NAMESPACES = ("/", "/tickets", "/chat", "/notifications", "/presence", "/dashboard")
server = None


def setUpModule():
    global server
    server = start_insightdesk("--limit-failed-auth", "1000/s,1000")


def tearDownModule():
    server.stop()


def post(token, path, body):
    request = urllib.request.Request(
        server.url + path, json.dumps(body).encode(), {"Authorization": f"Bearer {token}", "Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
        return json.load(answer)


class InsightDesk(unittest.TestCase):
    def each_transport(self):
        for title, transports in TRANSPORTS.items():
            with self.subTest(title):
                yield transports

    def test_an_admin_enters_all_namespaces_on_one_connection(self):
        for transports in self.each_transport():
            client = Client(self, server.url, transports, NAMESPACES, {"token": make_token("ada", role="admin")})
            client.io.emit("ping", {"timestamp": 1.5})
            self.assertEqual(client.next("pong")[0]["timestamp"], 1.5)

    def test_refused_tokens_say_why(self):
        reasons = {}
        for name, namespace, token in (("bad", "/", "x.y.z"), ("agent", "/dashboard", make_token("ann"))):
            client = socketio.Client(reconnection=False)
            client.on("connect_error", lambda data, name=name: reasons.__setitem__(name, data), namespace=namespace)
            with self.assertRaises(socketio.exceptions.ConnectionError):
                client.connect(server.url, namespaces=[namespace], auth={"token": token}, wait_timeout=TIMEOUT_S)
        self.assertEqual(reasons["bad"]["message"], "AUTH_TOKEN_INVALID")
        self.assertEqual(reasons["agent"]["data"]["code"], "FORBIDDEN")

    def test_prometheus_reads_the_metrics(self):
        Client(self, server.url, ["websocket"], ("/chat",), {"token": make_token("ann")})
        with urllib.request.urlopen(server.url + "/metrics", timeout=TIMEOUT_S) as answer:
            families = {family.name: family for family in text_string_to_metric_families(answer.read().decode())}
        for name, family in families.items():
            self.assertIn(family.type, ("counter", "gauge", "histogram"), name)
            self.assertTrue(family.documentation, name)
            self.assertTrue(family.samples, name)
        sockets = {(sample.labels["namespace"], sample.labels["transport"]): sample.value for sample in families["insightdesk_sockets"].samples}
        self.assertEqual(set(sockets), {(nsp, transport) for nsp in NAMESPACES for transport in ("polling", "websocket")})
        self.assertGreaterEqual(sockets["/chat", "websocket"], 1)
        self.assertEqual(families["insightdesk_emit_seconds"].type, "histogram")

    def test_a_ticket_from_creation_to_its_message(self):
        customer = make_token("carl", role="customer")
        for transports in self.each_transport():
            agent = Client(self, server.url, transports, ("/tickets",), {"token": make_token("ann")})
            ticket = post(customer, "/v1/tickets", {"subject": "Schön kaputt"})
            self.assertEqual(agent.next("ticket:created", "/tickets")[0]["subject"], "Schön kaputt")
            answer = agent.io.call("ticket:subscribe", {"ticketId": ticket["id"]}, namespace="/tickets", timeout=TIMEOUT_S)
            self.assertTrue(answer["ok"])
            post(customer, f"/v1/tickets/{ticket['id']}/messages", {"content": "Hallo"})
            self.assertEqual(agent.next("ticket:message", "/tickets")[0]["content"], "Hallo")
            refused = agent.io.call("ticket:subscribe", {"ticketId": 1}, namespace="/tickets", timeout=TIMEOUT_S)
            self.assertEqual(refused["error"]["code"], "INVALID_PAYLOAD")

    def test_a_chat_message_is_acknowledged(self):
        token = make_token("carl", role="customer")
        for transports in self.each_transport():
            conversation = post(token, "/v1/conversations", {})["id"]
            client = Client(self, server.url, transports, ("/chat",), {"token": token})
            self.assertTrue(client.io.call("chat:join", {"conversationId": conversation}, namespace="/chat", timeout=TIMEOUT_S)["ok"])
            message = {"conversationId": conversation, "content": "Grüße 😀"}
            answer = client.io.call("chat:message", message, namespace="/chat", timeout=TIMEOUT_S)
            self.assertEqual((answer["ok"], answer["content"]), (True, "Grüße 😀"))
            self.assertEqual(client.next("chat:message", "/chat")[0]["id"], answer["id"])


if __name__ == "__main__":
    unittest.main()
