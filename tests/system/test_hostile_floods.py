"""Thousands of connections at once, ends at every step of a login, and HTTP sent to mail ports."""
import base64
import concurrent.futures
import socket
import ssl
import sys

import harness
from harness import PASSWORD, USER, tls_context
from parking import many_descriptors
from unharmed import Hostile

PLAIN = base64.b64encode(f"\0{USER}\0{PASSWORD}".encode()).decode()
# What a client says, step by step; None: the handshake.
STEPS = {
    "imap": ["a CAPABILITY", "a STARTTLS", None, 'a ID ("name" "x")', "a LOGIN {%d}" % len(USER), USER + " {%d}" % len(PASSWORD),
             PASSWORD],
    "imaps": [None, "a AUTHENTICATE PLAIN", PLAIN],
    "pop3": ["CAPA", "STLS", None, "CAPA", "AUTH PLAIN", PLAIN],
    "pop3s": [None, f"USER {USER}", f"PASS {PASSWORD}"],
    "smtp": ["EHLO me", "STARTTLS", None, "EHLO me", "AUTH LOGIN", base64.b64encode(USER.encode()).decode(),
             base64.b64encode(PASSWORD.encode()).decode()],
    "smtps": [None, "EHLO me", "AUTH PLAIN " + PLAIN],
}
RESET = b"\1\0\0\0\0\0\0\0"


class Ends(Hostile):
    @staticmethod
    def hear(client, name, step):
        """The whole answer to a step, in its protocol."""
        if name.startswith("smtp"):
            return client.reply()
        line = client.line()
        if name.startswith("imap"):
            while line[:1] == b"*":
                line = client.line()
        elif step == "CAPA":
            while line not in (b".\r\n", b""):
                line = client.line()

    def go(self, name, steps, half=False):
        """A client that has come so far. `half`: the last step's line is cut in the middle."""
        client = self.gateway.client(name)
        if not name.endswith("s"):
            client.reply()
        for n, step in enumerate(steps):
            last = n == len(steps) - 1
            if step is None:
                if half and last:
                    client.send(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(40))
                    break
                client.start_tls()
                if name.endswith("s"):
                    client.reply()
            elif half and last:
                client.send(step[:len(step) // 2])
            else:
                client.send(step + "\r\n")
                if not last:
                    self.hear(client, name, step)
        return client

    def each_step(self, leave):
        for name, steps in STEPS.items():
            for count in range(len(steps) + 1):
                for half in (False, True):
                    with self.subTest(name, steps=count, half=half):
                        client = self.go(name, steps[:count], half)
                        leave(client)
                        client.close()
            self.victim.goes_on()

    def test_resets_at_every_step(self):
        before = self.ends()
        self.each_step(lambda client: client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET))
        total = 2 * sum(len(steps) + 1 for steps in STEPS.values())
        harness.wait_for("the ends", lambda: self.ends() >= before + total)
        for end in self.gateway.events("end")[before:]:
            self.assertIn(end["ended_by"], ("client", "upstream"), end)

    def test_half_closes_at_every_step(self):
        """Who has only stopped sending still hears the answer to what was said."""
        def leave(client):
            if isinstance(client.socket, ssl.SSLSocket):
                socket.socket.shutdown(client.socket, socket.SHUT_WR)
            else:
                client.socket.shutdown(socket.SHUT_WR)
            try:
                client.rest()
            except ssl.SSLError:
                pass
        before = self.ends()
        self.each_step(leave)
        total = 2 * sum(len(steps) + 1 for steps in STEPS.values())
        harness.wait_for("the ends", lambda: self.ends() >= before + total)

    def test_the_answer_to_what_was_said_before_a_half_close(self):
        for protocol, said, answer in (("imap", "a NOOP\r\n", b"a OK"), ("pop3", "NOOP\r\n", b"+OK"), ("smtp", "NOOP\r\n", b"250 ")):
            with self.subTest(protocol), self.gateway.client(protocol) as client:
                client.reply()
                client.send(said)
                client.socket.shutdown(socket.SHUT_WR)
                self.assertIn(answer, client.rest())


class Http(Hostile):
    REASON = "^an HTTP request was sent to a mail port$"
    BYE = {"imap": b"* BYE HTTP is not spoken here\r\n", "pop3": b"-ERR HTTP is not spoken here\r\n",
           "smtp": b"421 4.7.0 HTTP is not spoken here\r\n"}
    INSIDE = {"imap": "i LOGIN eve x", "pop3": "USER eve", "smtp": "EHLO eve\r\nMAIL FROM:<eve@example.org>"}

    def post(self, protocol):
        """What a web page can make a browser send."""
        inside = self.INSIDE[protocol] + "\r\n"
        return (f"POST /x HTTP/1.1\r\nHost: 127.0.0.1:25\r\nUser-Agent: x\r\nContent-Type: text/plain\r\n"
                f"Content-Length: {len(inside)}\r\n\r\n{inside}")

    def test_a_request_in_clear_dies_at_its_first_line(self):
        for protocol in ("imap", "pop3", "smtp"):
            for text in (self.post(protocol), "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "GET /\r\n",
                         "CONNECT mx.example.org:25 HTTP/1.1\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"):
                with self.subTest(protocol, text=text[:20]), self.ends_with(self.REASON):
                    with self.gateway.client(protocol) as client:
                        client.reply()
                        client.send(text)
                        self.assertEqual(client.rest(), self.BYE[protocol])

    def test_a_request_inside_tls(self):
        for protocol in ("imap", "pop3", "smtp"):
            with self.subTest(protocol), self.ends_with(self.REASON):
                with self.gateway.client(protocol + "s", tls=True) as client:
                    client.reply()
                    client.send(self.post(protocol))
                    self.assertEqual(client.rest(), self.BYE[protocol])

    def test_a_browser_is_told_from_a_mail_program_by_alpn(self):
        for protocol in ("imap", "pop3", "smtp"):
            context = tls_context()
            context.set_alpn_protocols(["h2", "http/1.1"])
            with self.subTest(protocol), self.ends_with("does not speak", event="tls failed"):
                with self.assertRaisesRegex(ssl.SSLError, "(?i)no.application.protocol"):
                    self.gateway.client(protocol + "s", tls=True, context=context)

    def test_a_request_in_clear_to_a_tls_port(self):
        for protocol in ("imap", "pop3", "smtp"):
            with self.subTest(protocol), self.ends_with("^a plain HTTP request came instead of a TLS handshake", event="tls failed"):
                with self.gateway.client(protocol + "s") as client:
                    client.send(self.post(protocol))
                    self.assertEqual(client.rest(), b"")


class Crowd(Hostile):
    COUNT = 5000
    spare = COUNT * 4096
    top = {"worker_connections": 4000}

    @classmethod
    def setUpClass(cls):
        many_descriptors()
        super().setUpClass()

    def test_five_thousand_at_once_are_served_or_wait_in_order(self):
        """4000 fit. The others wait in the listening socket's queue, or for a place there, and come in as the first leave; the
        victim is served all the time."""
        held, address = [], ("127.0.0.1", self.gateway.port["imap"])
        room = self.top["worker_connections"] - 1
        for n in range(room):
            held.append(socket.create_connection(address, harness.DEADLINE))
            if n % 500 == 0:
                self.victim.goes_on()
        self.addCleanup(lambda: [one.close() for one in held])
        for one in held:
            self.assertEqual(one.recv(100)[:4], b"* OK")
        late = []
        for _ in range(self.COUNT - room):
            one = socket.socket()
            one.setblocking(False)
            one.connect_ex(address)
            late.append(one)
        self.addCleanup(lambda: [one.close() for one in late])
        self.victim.goes_on()
        self.gateway.wait_event("worker_connections reached")
        for one in late[:50]:
            with self.assertRaises(OSError):
                one.recv(100)
        for one in held:
            one.close()
        served = 0
        for one in late:
            one.settimeout(harness.DEADLINE)
            try:
                served += one.recv(100)[:4] == b"* OK"
            except OSError:
                pass  # the kernel's queue was full and gave it up
            one.close()
        self.victim.goes_on()
        self.assertGreaterEqual(served, 500)  # the queue has 511 places
        print(f"{room} served at once, {served} of {len(late)} that waited", file=sys.stderr)

    def test_handshakes_in_a_crowd(self):
        """Two hundred handshakes at once, and logins, from twenty threads."""
        def one(_):
            with self.gateway.client("imaps", tls=True) as client:
                client.line()
                return client.say(f'a LOGIN {USER} "{PASSWORD}"')
        with concurrent.futures.ThreadPoolExecutor(20) as pool:
            said = list(pool.map(one, range(200)))
        self.assertEqual({line[:4] for line in said}, {"a OK"})


if __name__ == "__main__":
    harness.main()
