"""auth_http: what the service is asked, and what becomes of each of its answers."""
import base64
import time

import harness
from harness import AuthHttp, Server, free_port
from transcript import Upstream

INTERNAL = {"imap": "* BAD internal server error", "pop3": "-ERR internal server error",
            "smtp": "451 4.3.2 Internal server error"}


class Lookup(harness.Test):
    def setUp(self):
        self.upstream = {p: self.enter(Upstream(p)) for p in ("imap", "pop3", "smtp")}

    def start(self, answer, **more):
        """A gateway with one server a protocol, asking `answer` where to go."""
        self.lookup = self.enter(AuthHttp(answer))
        return self.enter(harness.Gateway(
            [{"protocol": p, "listen": [p, p + "s ssl"], "starttls": "on", "auth_http": self.lookup.url,
              "smtp_auth": "plain login none", **more} for p in ("imap", "pop3", "smtp")]))

    def found(self, protocol="imap", **more):
        return {"Auth-Status": "OK", "Auth-Server": "127.0.0.1", "Auth-Port": str(self.upstream[protocol].port), **more}

    def headers(self, number=-1):
        return dict(self.lookup.requests[number][1])

    def imap(self, gateway, user="alice", password="secret", name="imap", **more):
        client = gateway.client(name, **more)
        self.addCleanup(client.close)
        client.line()
        client.send(f"a LOGIN {{{len(user.encode())}+}}\r\n{user} {{{len(password.encode())}+}}\r\n{password}\r\n")
        return client

    def test_what_is_asked_about_a_login(self):
        gateway = self.start(lambda *_: {"Auth-Status": "no", "Auth-Wait": "1"}, auth_http_header=["X-Site one", "X-Two 2"])
        client = self.imap(gateway, "al ice%\t+é", "p%w d\x01")
        self.assertEqual(client.line(), b"a NO no\r\n")
        line, headers = self.lookup.requests[0]
        self.assertRegex(line, r"^GET /auth HTTP/1\.[01]$")
        asked = dict(headers)
        self.assertEqual(asked["Auth-Method"], "plain")
        self.assertEqual(asked["Auth-User"].encode("latin-1"), "al%20ice%25%09+é".encode())
        self.assertEqual(asked["Auth-Pass"], "p%25w%20d%01")
        self.assertEqual(asked["Auth-Protocol"], "imap")
        self.assertEqual(asked["Auth-Login-Attempt"], "1")
        self.assertEqual(asked["Client-IP"], "127.0.0.1")
        self.assertNotIn("Auth-SSL", asked)
        self.assertNotIn("Client-Host", asked)
        self.assertEqual((asked["X-Site"], asked["X-Two"]), ("one", "2"))
        client.send("b LOGIN bob x\r\n")
        self.assertEqual(client.line(), b"b NO no\r\n")
        self.assertEqual(self.headers()["Auth-Login-Attempt"], "2")
        self.assertEqual(self.headers()["Auth-User"], "bob")

    def test_what_is_asked_about_a_login_over_tls(self):
        gateway = self.start(lambda *_: {"Auth-Status": "no"})
        self.assertEqual(self.imap(gateway, name="imaps", tls=True).line(), b"a NO no\r\n")
        asked = self.headers()
        self.assertEqual(asked["Auth-SSL"], "on")
        self.assertEqual(asked["Auth-SSL-Protocol"], "TLSv1.3")
        self.assertRegex(asked["Auth-SSL-Cipher"], "^TLS_(AES|CHACHA20)")
        with gateway.client("pop3") as client:
            client.line()
            client.say("STLS")
            context = harness.tls_context()
            context.maximum_version = harness.ssl.TLSVersion.TLSv1_2
            client.start_tls(context)
            client.say("USER alice")
            self.assertEqual(client.say("PASS two words "), "-ERR no")
        asked = self.headers()
        self.assertEqual((asked["Auth-SSL-Protocol"], asked["Auth-Protocol"]), ("TLSv1.2", "pop3"))
        self.assertRegex(asked["Auth-SSL-Cipher"], "^ECDHE-ECDSA-")
        self.assertEqual(asked["Auth-Pass"], "two%20words%20")

    def test_what_is_asked_about_an_envelope(self):
        gateway = self.start(lambda *_: self.found("smtp"))
        self.upstream["smtp"].answers.append((b"250 2.1.5 there\r\n", True))
        with gateway.client("smtp") as client:
            client.reply()
            client.reply("EHLO me.example")
            client.reply("MAIL FROM:<a@b> SIZE=100")
            self.assertEqual(client.reply("RCPT TO:<c@d>"), ["250 2.1.5 there"])
        asked = self.headers()
        self.assertEqual(asked["Auth-Method"], "none")
        self.assertEqual((asked["Auth-User"], asked["Auth-Pass"]), ("", ""))
        self.assertEqual(asked["Auth-SMTP-Helo"], "me.example")
        self.assertEqual(asked["Auth-SMTP-From"], "MAIL FROM:<a@b> SIZE=100")
        self.assertEqual(asked["Auth-SMTP-To"], "RCPT TO:<c@d>")
        self.assertEqual(asked["Client-Host"], "[UNAVAILABLE]")

    def test_user_and_password_may_be_changed(self):
        said = []

        def talk(peer):
            peer.send("+OK\r\n")
            for _ in range(2):
                said.append(peer.line())
                peer.send("+OK\r\n")
        other = self.enter(Server(talk))
        gateway = self.start(lambda *_: self.found(**{"Auth-Port": str(other.port), "Auth-User": "box 7",
                                                      "Auth-Pass": "master"}))
        with gateway.client("pop3") as client:
            client.line()
            client.say("USER alice")
            self.assertEqual(client.say("PASS secret"), "+OK")
        self.assertEqual(said, [b"USER box 7\r\n", b"PASS master\r\n"])

    def test_a_refusal_with_a_wait_is_late_and_the_session_goes_on(self):
        answers = iter([{"Auth-Status": "try again", "Auth-Wait": "1"}, self.found()])
        gateway = self.start(lambda *_: next(answers))
        start = time.monotonic()
        client = self.imap(gateway)
        self.assertEqual(client.line(), b"a NO try again\r\n")
        self.assertGreater(time.monotonic() - start, 0.9)
        self.upstream["imap"].answers.append((b"b OK in\r\n", False))
        self.assertEqual(client.say("b LOGIN alice secret"), "b OK in")

    def test_a_refusal_without_a_wait_ends_the_session(self):
        gateway = self.start(lambda *_: {"Auth-Status": "go away"})
        self.assertEqual(self.imap(gateway).rest(), b"a NO go away\r\n")

    def test_a_refusal_in_smtp_carries_the_code_that_was_given(self):
        said = base64.b64encode(b"\0alice\0secret").decode()
        for given, code in (({"Auth-Error-Code": "454 4.7.0"}, "454 4.7.0"), ({}, "535 5.7.0"),
                            ({"Auth-Error-Code": "nonsense\tcode"}, "535 5.7.0")):
            with self.subTest(given):
                gateway = self.start(lambda *_: {"Auth-Status": "not you", **given})
                with gateway.client("smtp") as client:
                    client.reply()
                    client.reply("EHLO me")
                    self.assertEqual(client.reply("AUTH PLAIN " + said), [code + " not you"])

    def test_wait_asks_again(self):
        answers = iter([{"Auth-Status": "WAIT", "Auth-Wait": "1"}, self.found()])
        gateway = self.start(lambda *_: next(answers))
        self.upstream["imap"].answers.append((b"a OK in\r\n", False))
        start = time.monotonic()
        self.assertEqual(self.imap(gateway).line(), b"a OK in\r\n")
        self.assertGreater(time.monotonic() - start, 0.9)
        self.assertEqual([dict(h)["Auth-Login-Attempt"] for _, h in self.lookup.requests], ["1", "1"])

    def test_wait_without_a_time_does_not_become_a_flood(self):
        gateway = self.start(lambda *_: {"Auth-Status": "WAIT"}, timeout="5s", auth_http_timeout="5s")
        client = self.imap(gateway)
        time.sleep(2)
        self.assertLess(len(self.lookup.requests), 10)
        client.close()

    def broken(self, answer, **more):
        gateway = self.start(answer, **more)
        for protocol, lines in (("imap", ["a LOGIN alice secret"]), ("pop3", ["USER alice", "PASS secret"]),
                                ("smtp", ["EHLO me", "AUTH PLAIN " + base64.b64encode(b"\0alice\0secret").decode()])):
            with self.subTest(protocol), gateway.client(protocol) as client:
                client.reply()
                for line in lines:
                    said = client.reply(line)[0]
                self.assertEqual(said, INTERNAL[protocol])
                self.assertEqual(client.rest(), b"")
        return gateway

    def test_broken_answers_are_an_internal_error(self):
        for said in (b"", b"garbage\r\n\r\n", b"HTTP/1.1 200 OK\r\nAuth-Status: OK\r\n\r\n",
                     b"HTTP/1.1 200 OK\r\nAuth-Status: OK\r\nAuth-Server: 127.0.0.1\r\nAuth-Port: 99999\r\n\r\n",
                     b"HTTP/1.1 200 OK\r\nAuth-Status: OK\r\nAuth-Server: not an address\r\nAuth-Port: 143\r\n\r\n",
                     b"HTTP/1.1 200 OK\r\nAuth-Status: OK\r\nAuth-Server: 127.0.0.1"):
            with self.subTest(said):
                self.broken(lambda *_: said)

    def test_an_answer_without_end_is_an_internal_error(self):
        self.broken(lambda *_: b"HTTP/1.1 200 OK\r\n" + b"X-More: " + b"x" * 1000000 + b"\r\n\r\n")

    def test_no_service_at_all_is_an_internal_error(self):
        port = free_port()
        gateway = self.broken(lambda *_: {}, auth_http=f"http://127.0.0.1:{port}/")
        self.assertIn(str(port), gateway.log())

    def test_a_silent_service_is_an_internal_error_in_time(self):
        start = time.monotonic()
        self.broken(lambda *_: None, auth_http_timeout="1s")
        self.assertLess(time.monotonic() - start, 15)

    def test_connections_are_kept_and_used_again(self):
        gateway = self.start(lambda *_: {"Auth-Status": "no"})
        for _ in range(10):
            self.assertEqual(self.imap(gateway).rest(), b"a NO no\r\n")
        self.assertEqual(len(self.lookup.requests), 10)
        self.assertEqual(len(self.lookup.connections), 1)

    def test_a_kept_connection_that_has_gone_is_replaced(self):
        gateway = self.start(lambda *_: {"Auth-Status": "no"})
        for _ in range(3):
            self.assertEqual(self.imap(gateway).rest(), b"a NO no\r\n")
            for connection in self.lookup.connections:
                try:
                    connection.shutdown(2)
                except OSError:
                    pass
        self.assertEqual(len(self.lookup.requests), 3)

    def test_an_answer_in_http_1_0_ends_with_its_connection(self):
        gateway = self.start(lambda *_: b"HTTP/1.0 200 OK\r\nAuth-Status: no\r\n\r\n")
        for _ in range(3):
            self.assertEqual(self.imap(gateway).rest(), b"a NO no\r\n")
        self.assertEqual(len(self.lookup.connections), 3)

    def test_static_routes_choose_by_user_domain_and_pattern(self):
        self.upstream["imap"].answers += [(b"a OK in\r\n", False)] * 4
        nowhere = f"127.0.0.1:{free_port()}"
        here = self.upstream["imap"].address
        gateway = self.enter(harness.Gateway([{"protocol": "imap", "listen": ["imap"], "upstream": nowhere, "routes": [
            {"pattern": "*.guest@*", "upstream": here}, {"domain": "example.org", "upstream": here},
            {"user": "boss@example.net", "upstream": here}]}]))
        for user in ("boss@example.net", "BOSS@example.net", "x@EXAMPLE.org", "a.guest@b"):
            self.assertEqual(self.imap(gateway, user).line(), b"a OK in\r\n", user)
        self.assertEqual(self.imap(gateway, "a@b").line(), b"* BAD internal server error\r\n")


if __name__ == "__main__":
    harness.main()
