"""Clients that read or write a byte now and then, lines and literals without an end: deadlines and bounds end them."""
import contextlib
import socket
import threading
import time

import harness
from harness import PASSWORD, USER, tls_context
from parking import first_flight
from unharmed import Hostile, descriptors

NAMES = ("imap", "imaps", "pop3", "pop3s", "smtp", "smtps")
LIMITS = {"imap": 4096, "pop3": 1024, "smtp": 4096}
TOO_LONG = {"imap": "BAD invalid command", "pop3": "-ERR invalid command", "smtp": "500 5.5.1 Invalid command"}
LATE = {"imap": "* BYE Timed out\r\n", "pop3": "", "smtp": "421 4.4.2 Timed out\r\n"}


def protocol_of(name):
    return "smtp" if name.startswith("smtp") else name[:4]


class Slow(Hostile):
    more = {"timeout": "2s", "login_timeout": "5s", "proxy_timeout": "3s"}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.victim.client.close()  # its own session would end here, too: nobody talks in it
        cls.gateway.wait_event("end")

    def setUp(self):
        pass

    def tearDown(self):
        before = self.ends()
        with self.gateway.client("imaps", tls=True) as client:
            client.line()
            self.assertRegex(client.say(f'a LOGIN {USER} "{PASSWORD}"'), "^a OK")
        harness.wait_for("the end of that one", lambda: self.ends() > before)

    def together(self, cases):
        """Runs each case in a thread, since all of them wait; the first failure is the test's."""
        problems = []

        def guarded(case, *words):
            try:
                case(*words)
            except Exception as why:
                problems.append((words, why))
        threads = [threading.Thread(target=guarded, args=case, daemon=True) for case in cases]
        for one in threads:
            one.start()
        for one in threads:
            one.join(harness.DEADLINE)
        self.assertEqual(problems, [])

    def test_a_byte_now_and_then_does_not_move_the_deadline(self):
        def one(name):
            with self.gateway.client(name, tls=name.endswith("s")) as client:
                client.reply()
                start = time.monotonic()
                said = self.pester(client, [b"x"] * 60, 0.2)
                self.assertEqual(said.decode(), LATE[protocol_of(name)])
                self.assertLess(time.monotonic() - start, 10)
        with self.ends_with("^timed out$", count=len(NAMES)):
            self.together([(one, name) for name in NAMES])

    def test_a_client_hello_byte_by_byte(self):
        def one(name):
            with self.gateway.client(name) as client:
                start = time.monotonic()
                hello = first_flight(tls_context())
                self.assertEqual(self.pester(client, [hello[n:n + 1] for n in range(60)], 0.2), b"")
                self.assertLess(time.monotonic() - start, 10)
        with self.ends_with("^nothing more came in time", count=3, event="tls failed"):
            self.together([(one, name) for name in ("imaps", "pop3s", "smtps")])

    def test_who_reads_nothing(self):
        """Before the login: answers pile up until the socket is full, then the deadline counts."""
        def one(name):
            with self.gateway.client(name, tls=name.endswith("s")) as client:
                client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                client.socket.settimeout(4)
                with contextlib.suppress(OSError):  # the kernel may keep the end from who reads nothing
                    for _ in range(100000):
                        client.send(b"a CAPABILITY\r\n" if name.startswith("imap") else b"CAPA\r\n" * 2)
        before = descriptors(self.gateway)
        with self.ends_with("^(timed out|too many commands)$", count=4):
            self.together([(one, name) for name in ("imap", "imaps", "pop3", "pop3s")])
        harness.wait_for("the descriptors to be closed", lambda: descriptors(self.gateway) <= before)

    def test_who_reads_nothing_after_the_login(self):
        """A mailbox sends what nobody takes: silence of both sides ends it."""
        def talk(peer):
            peer.send("+OK\r\n")
            for _ in range(2):
                peer.line()
                peer.send("+OK\r\n")
            while True:
                peer.send(b"x" * 65536)
        with harness.Server(talk) as upstream, harness.Gateway(
                [{"protocol": "pop3", "listen": ["pop3", "pop3s ssl"], "upstream": upstream.address,
                  "proxy_timeout": "2s"}]) as gateway:
            clients = [gateway.client("pop3"), gateway.client("pop3s", tls=True)]
            for client in clients:
                client.line()
                client.say("USER x")
                client.send("PASS y\r\n")
                self.assertTrue(client.line().startswith(b"+OK"))
            for number in (1, 2):
                self.assertEqual(gateway.wait_event("end", count=number)["reason"], "timed out")
            for client in clients:
                client.close()


class Endless(Hostile):
    def start(self, name):
        client = self.enter(self.gateway.client(name, tls=name.endswith("s")))
        client.reply()
        return client

    def test_lines_without_an_end(self):
        for name in NAMES:
            protocol = protocol_of(name)
            for text in (b"x" * 70000, b"a NOOP " + b" " * 70000, b"\0" * 70000, b"\xff" * 70000):
                with self.subTest(name, text=text[:10]), self.ends_with("^line, literal or reply too long$"):
                    client = self.start(name)
                    try:
                        client.send(text)
                    except OSError:
                        pass
                    self.assertIn(TOO_LONG[protocol], client.rest().decode())
                    client.close()

    def test_a_line_as_long_as_may_be_and_one_byte_more(self):
        for protocol, limit in LIMITS.items():
            head = b"a NOOP " if protocol == "imap" else b"NOOP "
            for extra, ends in ((0, False), (1, True)):
                with self.subTest(protocol, extra=extra):
                    client = self.start(protocol)
                    client.send(head + b"x" * (limit + extra - len(head) - 2) + b"\r\n")
                    said = client.line().decode()
                    if ends:
                        self.assertIn(TOO_LONG[protocol], said)
                        self.assertEqual(client.rest(), b"")
                    else:
                        self.assertRegex(said, r"OK|\+OK|^250|-ERR")
                        client.send("a LOGOUT\r\n" if protocol == "imap" else "QUIT\r\n")
                        self.assertTrue(client.rest())
                    client.close()

    def test_sasl_lines_without_an_end(self):
        for name in NAMES:
            protocol = protocol_of(name)
            with self.subTest(name), self.ends_with("^line, literal or reply too long$"):
                client = self.start(name)
                client.reply("a AUTHENTICATE PLAIN" if protocol == "imap" else "AUTH PLAIN")
                try:
                    client.send(b"A" * 70000)
                except OSError:
                    pass
                self.assertIn(TOO_LONG[protocol], client.rest().decode())
                client.close()

    def test_literals_that_wait(self):
        """Huge ones are refused before they come; what looks like none is none."""
        for size in ("4096", "100000", "2147483648", "4294967295", "4294967296", "18446744073709551615", "18446744073709551616",
                     "9" * 100, "-1", "-4294967296", "+5", "0x10", "1e3", " 5", "5 ", ""):
            for name in ("imap", "imaps"):
                with self.subTest(size, name=name):
                    client = self.start(name)
                    said = client.say("a LOGIN {%s}" % size)
                    self.assertRegex(said, "^a BAD")
                    self.assertRegex(client.say("b NOOP"), "^b OK")
                    client.close()

    def test_literals_that_do_not_wait(self):
        """LITERAL+ of any size that does not fit ends the session, for its end cannot be found; LITERAL- (RFC 7888) allows
        4096 bytes, and what does not fit in the buffer with its command is too long."""
        for size in ("4096", "100000", "4294967296", "18446744073709551617", "9" * 100):
            for name in ("imap", "imaps"):
                with self.subTest(size, name=name), self.ends_with("^line, literal or reply too long$"):
                    client = self.start(name)
                    client.send("a LOGIN {%s+}\r\nb NOOP\r\n" % size)
                    said = client.rest().decode()
                    self.assertRegex(said, "^a BAD")
                    self.assertNotIn("b OK", said)
                    client.close()
        for size in ("-1+", "+-1", "5-", "-", "+"):  # no literals: a word, and then a command
            with self.subTest(size):
                client = self.start("imap")
                client.send("a LOGIN {%s}\r\nb NOOP\r\n" % size)
                self.assertRegex(client.line().decode(), "^a BAD")
                self.assertRegex(client.line().decode(), "^b OK")
                client.close()

    def test_what_is_in_a_literal_is_no_command(self):
        client = self.start("imap")
        client.send("a LOGIN {10+}\r\nb NOOP\r\nxx {1+}\r\ny\r\nc NOOP\r\n")
        self.assertRegex(client.line().decode(), "^a NO")
        self.assertRegex(client.line().decode(), "^c OK")
        client.close()

    def test_a_literal_that_never_comes(self):
        for name in ("imap", "imaps"):
            client = self.start(name)
            self.assertTrue(client.say("a LOGIN {1000}").startswith("+"))
            client.send("x" * 999)
            client.close()


if __name__ == "__main__":
    harness.main()
