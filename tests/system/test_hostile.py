"""Clients and upstreams that break rules, and what is left of a session afterwards."""
import base64
import pathlib
import socket
import threading
import time

import harness
from harness import PASSWORD, USER, Mailbox, Server, free_port, three_servers
from transcript import EHLO, Upstream

INTERNAL = {"imap": "* BAD internal server error", "pop3": "-ERR internal server error",
            "smtp": "451 4.3.2 Internal server error"}
STARTTLS = {"imap": ("a STARTTLS", "a OK"), "pop3": ("STLS", "+OK"), "smtp": ("STARTTLS", "220 ")}
LOGIN = {"imap": [("a LOGIN alice secret", "")], "pop3": [("USER alice", "+OK"), ("PASS secret", "")],
         "smtp": [("EHLO me", "250"), ("AUTH PLAIN " + base64.b64encode(b"\0alice\0secret").decode(), "")]}


def log_in(case, client, protocol):
    """Says the login of a protocol; answers the last reply."""
    client.reply()
    for line, wanted in LOGIN[protocol]:
        said = client.reply(line)[0]
        case.assertTrue(said.startswith(wanted), said)
    return said


class Clients(harness.Test):
    @classmethod
    def setUpClass(cls):
        cls.box = Mailbox().__enter__()
        cls.addClassCleanup(cls.box.__exit__)
        cls.gateway = harness.Gateway(three_servers(cls.box, starttls="on", timeout="60s")).start()
        cls.addClassCleanup(cls.gateway.stop)

    def test_text_behind_starttls_ends_the_session_with_a_reason(self):
        hidden = {"imap": "b LOGIN eve x", "pop3": "USER eve", "smtp": "EHLO eve"}
        for protocol, (command, _) in STARTTLS.items():
            with self.subTest(protocol), self.gateway.client(protocol) as client:
                client.reply()
                before = len(self.gateway.events("end", protocol=protocol))
                client.send(f"{command}\r\n{hidden[protocol]}\r\n")
                said = client.rest()
                self.assertNotIn(b"eve", said)
                self.assertNotIn(b"b ", said)
                end = self.gateway.wait_event("end", count=before + 1, protocol=protocol)
                self.assertEqual(end["reason"], "plain text was sent behind STARTTLS")

    def test_lines_without_an_end_are_cut_off(self):
        for protocol, limit, answer in (("imap", 4096, b"BAD"), ("pop3", 1024, b"-ERR"), ("smtp", 4096, b"500")):
            with self.subTest(protocol), self.gateway.client(protocol) as client:
                client.reply()
                client.send(b"x" * (limit + 1))
                self.assertIn(answer, client.rest())

    def test_a_flood_without_an_end_is_not_kept(self):
        for protocol in ("imap", "pop3", "smtp", "imaps"):
            with self.subTest(protocol), self.gateway.client(protocol, tls=protocol == "imaps") as client:
                client.reply()
                with self.assertRaises(OSError):
                    for _ in range(4096):
                        client.send(b"x" * 65536)

    def test_literals_that_cannot_fit_are_refused_before_they_come(self):
        for size in ("100000", "4294967296", "18446744073709551616", "99999999999999999999999999"):
            with self.subTest(size), self.gateway.client("imap") as client:
                client.line()
                said = client.say("a LOGIN {%s}" % size)
                self.assertIn("BAD", said)
                self.assertNotIn("+ ", said)

    def test_too_many_nonsense_commands_end_the_session(self):
        for protocol in ("imap", "pop3", "smtp"):
            with self.subTest(protocol), self.gateway.client(protocol) as client:
                client.reply()
                client.send("a NONSENSE\r\n" * 5)
                said = client.rest().splitlines()
                self.assertEqual(len(said), 6 if protocol == "imap" else 5)
                self.assertIn(b"Too many invalid commands", said[-1])

    def test_plain_text_on_a_tls_port_ends(self):
        for protocol in ("imaps", "pop3s", "smtps"):
            with self.subTest(protocol), self.gateway.client(protocol) as client:
                client.send("a LOGIN eve x\r\nGET / HTTP/1.0\r\n\r\n")
                self.assertNotIn(b"OK", client.rest())

    def test_a_client_that_leaves_at_any_time_takes_nobody_along(self):
        for protocol in ("imap", "imaps", "pop3", "pop3s", "smtp", "smtps"):
            for text in (b"", b"a", b"\x16\x03\x01", b"a LOGIN {3}\r\n", b"USER x\r\n", b"EHLO x\r\nAUTH LOGIN\r\n"):
                client = self.gateway.client(protocol)
                client.send(text)
                # a reset instead of an orderly end
                client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                client.close()
        with self.gateway.client("imap") as client:
            client.line()
            self.assertRegex(client.say(f'a LOGIN {USER} "{PASSWORD}"'), "^a OK")

    def test_hundreds_of_connections_at_once_are_served_and_forgotten(self):
        folder = pathlib.Path(f"/proc/{self.gateway.workers()[0]}/fd")

        def count():
            return len(list(folder.iterdir()))
        before = count()
        clients = [self.gateway.client("imap") for _ in range(300)]
        for client in clients:
            self.assertRegex(client.line().decode(), r"^\* OK")
        for client in clients:
            client.close()
        harness.wait_for("the descriptors to be closed", lambda: count() <= before + 2)


    def test_logins_cannot_be_guessed_for_ever(self):
        for protocol, attempt, no in (("imap", [f"a LOGIN {USER} wrong"], "a NO"),
                                      ("pop3", [f"USER {USER}", "PASS wrong"], "-ERR")):
            with self.subTest(protocol), self.gateway.client(protocol) as client:
                client.line()
                for _ in range(3):
                    for line in attempt:
                        said = client.say(line)
                    self.assertTrue(said.startswith(no), said)
                self.assertEqual(client.rest(), b"* BYE Too many failed logins\r\n" if protocol == "imap" else b"")
        harness.wait_for("the reason in the log", lambda: len(
            [e for e in self.gateway.events("end") if e["reason"].startswith("too many failed logins")]) == 2)

    def test_who_talks_before_the_greeting_is_turned_away(self):
        with harness.Gateway([{"protocol": "smtp", "listen": ["smtp"], "upstream": self.box.address("smtp"),
                               "proxy_smtp_auth": True, "smtp_greeting_delay": "1s"}]) as gateway:
            with gateway.client("smtp") as client:
                client.send("EHLO eager\r\n")
                self.assertEqual(client.rest(), b"503 5.5.0 Improper use of SMTP command pipelining\r\n")
            with gateway.client("smtp") as client:
                start = time.monotonic()
                self.assertTrue(client.line().startswith(b"220 "))
                self.assertGreater(time.monotonic() - start, 0.9)

    def test_a_worker_serves_no_more_than_it_was_told(self):
        with harness.Gateway(three_servers(self.box), top={"worker_connections": 3}) as gateway:
            held = [gateway.client("imap") for _ in range(3)]
            for client in held:
                self.assertTrue(client.line())
            with gateway.client("imap") as late:
                late.socket.settimeout(1)
                try:
                    said = late.line()
                except TimeoutError:
                    said = b"waits"
                self.assertNotIn(b"OK", said)
            for client in held:
                client.close()
            def served():
                with gateway.client("imap", deadline=2) as client:
                    try:
                        return client.line().startswith(b"* OK")
                    except TimeoutError:
                        return False
            harness.wait_for("room for another", served)


class Slowness(harness.Test):
    def test_a_client_that_never_logs_in_is_let_go(self):
        with Mailbox() as box, harness.Gateway(three_servers(box, starttls="on", timeout="1s")) as gateway:
            for name in ("imap", "pop3", "smtp", "imaps", "pop3s", "smtps"):
                with self.subTest(name), gateway.client(name) as client:
                    start = time.monotonic()
                    # commands must not keep a session alive that never logs in
                    threading.Thread(target=self.nag, args=(client,), daemon=True).start()
                    client.rest()
                    self.assertLess(time.monotonic() - start, 6)
            self.assertTrue(gateway.events("end"))

    @staticmethod
    def nag(client):
        try:
            for _ in range(100):
                client.send("a NOOP\r\n")
                time.sleep(0.2)
        except OSError:
            pass

    def test_a_session_in_which_nobody_talks_ends(self):
        with Mailbox() as box, harness.Gateway(three_servers(box, proxy_timeout="1s")) as gateway:
            with gateway.client("imap") as client:
                client.line()
                self.assertRegex(client.say(f'a LOGIN {USER} "{PASSWORD}"'), "^a OK")
                start = time.monotonic()
                client.rest()
                self.assertLess(time.monotonic() - start, 6)

    def test_traffic_of_the_upstream_alone_keeps_a_session(self):
        def talk(peer):
            upstream = Upstream.__new__(Upstream)
            upstream.answers, upstream.rest = [(b"+OK in\r\n", False)], b""
            Upstream.pop3(upstream, peer)
            for _ in range(8):
                time.sleep(0.4)
                peer.send("tick\r\n")
        with Server(talk) as upstream, harness.Gateway([{"protocol": "pop3", "listen": ["pop3"], "proxy_timeout": "1s",
                                                         "upstream": upstream.address}]) as gateway:
            with gateway.client("pop3") as client:
                self.assertEqual(log_in(self, client, "pop3"), "+OK in")
                self.assertEqual(client.rest().count(b"tick"), 8)


class Upstreams(harness.Test):
    def gateway_to(self, upstream, **more):
        servers = [{"protocol": p, "listen": [p, p + "s ssl"], "upstream": upstream[p], "proxy_smtp_auth": True,
                    "xclient": False, "timeout": "2s", **more} for p in ("imap", "pop3", "smtp")]
        return self.enter(harness.Gateway(servers))

    def each_gets_the_internal_error(self, gateway):
        for protocol in ("imap", "pop3", "smtp"):
            with self.subTest(protocol), gateway.client(protocol) as client:
                start = time.monotonic()
                self.assertEqual(log_in(self, client, protocol), INTERNAL[protocol])
                self.assertEqual(client.rest(), b"")
                self.assertLess(time.monotonic() - start, 10)

    def same(self, talk):
        server = self.enter(Server(talk))
        return {p: server.address for p in ("imap", "pop3", "smtp")}

    def test_down(self):
        self.each_gets_the_internal_error(self.gateway_to(
            {p: f"127.0.0.1:{free_port()}" for p in ("imap", "pop3", "smtp")}))

    def test_silent(self):
        self.each_gets_the_internal_error(self.gateway_to(self.same(lambda peer: peer.rest())))

    def test_leaving(self):
        self.each_gets_the_internal_error(self.gateway_to(self.same(lambda peer: None)))

    def test_speaking_garbage(self):
        self.each_gets_the_internal_error(self.gateway_to(self.same(
            lambda peer: (peer.send(b"\0\xff\x16\x03garbage\r\n\r\n"), peer.rest()))))

    def test_endless(self):
        def talk(peer):
            while True:
                peer.send(b"x" * 65536)
        self.each_gets_the_internal_error(self.gateway_to(self.same(talk)))

    def test_what_was_sent_arrives_after_one_side_has_finished(self):
        size = 3_000_000

        def talk(peer):
            upstream = Upstream.__new__(Upstream)
            upstream.answers, upstream.rest = [(b"+OK in\r\n", False)], b""
            Upstream.pop3(upstream, peer)
            asked = peer.rest()  # until the client has shut down its side
            time.sleep(0.5)
            peer.send(b"you said %d bytes\r\n" % len(asked) + b"y" * size)
        server = self.enter(Server(talk))
        gateway = self.enter(harness.Gateway([{"protocol": "pop3", "listen": ["pop3", "pop3s ssl"],
                                               "upstream": server.address}]))
        with gateway.client("pop3") as client:
            self.assertEqual(log_in(self, client, "pop3"), "+OK in")
            client.send(b"z" * size)
            client.socket.shutdown(socket.SHUT_WR)
            said = client.rest()
            self.assertEqual(said, b"you said %d bytes\r\n" % size + b"y" * size)
        end = gateway.wait_event("end")
        self.assertEqual(server.problems, [])
        self.assertGreater(int(end["bytes_in"]), size)
        self.assertGreater(int(end["bytes_out"]), size)

    def test_the_upstream_may_finish_first(self):
        heard = []

        def talk(peer):
            upstream = Upstream.__new__(Upstream)
            upstream.answers, upstream.rest = [(b"+OK in\r\n", False)], b""
            Upstream.pop3(upstream, peer)
            peer.socket.shutdown(socket.SHUT_WR)
            heard.append(peer.rest())
        server = self.enter(Server(talk))
        gateway = self.enter(harness.Gateway([{"protocol": "pop3", "listen": ["pop3"], "upstream": server.address}]))
        with gateway.client("pop3") as client:
            self.assertEqual(log_in(self, client, "pop3"), "+OK in")
            self.assertEqual(client.rest(), b"")
        gateway.wait_event("end")

    def test_a_name_cannot_carry_commands_to_a_pop3_server(self):
        said = []
        server = self.enter(Server(lambda peer: (peer.send("+OK\r\n"), said.append(peer.rest()))))
        gateway = self.enter(harness.Gateway([{"protocol": "pop3", "listen": ["pop3"], "upstream": server.address,
                                               "timeout": "3s"}]))
        for user, password in ((b"eve\r\nDELE 1", b"x"), (b"eve", b"x\r\nDELE 1"), (b"eve\n", b"x"), (b"eve", b"\r")):
            with gateway.client("pop3") as client:
                client.line()
                client.reply("AUTH PLAIN " + base64.b64encode(b"\0" + user + b"\0" + password).decode())
        harness.wait_for("the ends of the sessions", lambda: len(gateway.events("end")) == 4)
        self.assertNotIn(b"DELE", b"".join(said))

    def test_a_name_cannot_add_words_to_xclient(self):
        said = []

        def talk(peer):
            peer.send("220 me\r\n")
            while line := peer.line():
                said.append(line)
                peer.send("220 me\r\n" if line.startswith(b"XCLIENT") else EHLO)
        server = self.enter(Server(talk))
        lookup = self.enter(harness.AuthHttp(lambda *_: {
            "Auth-Status": "OK", "Auth-Server": "127.0.0.1", "Auth-Port": str(server.port)}))
        gateway = self.enter(harness.Gateway([{"protocol": "smtp", "listen": ["smtp"], "auth_http": lookup.url}]))
        with gateway.client("smtp") as client:
            client.reply()
            client.reply("EHLO me")
            word = base64.b64encode(b"\0eve ADDR=10.0.0.1\r\nRSET+=\0x").decode()
            self.assertRegex(client.reply("AUTH PLAIN " + word)[0], "^235")
        xclient = next(line for line in said if line.startswith(b"XCLIENT"))
        self.assertIn(b"LOGIN=eve+20ADDR+3D10.0.0.1+0D+0ARSET+2B+3D ", xclient.replace(b"\r\n", b" "))
        self.assertNotIn(b"RSET+=", b"".join(said))


if __name__ == "__main__":
    harness.main()
