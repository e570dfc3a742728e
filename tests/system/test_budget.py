"""What a client may cost before its login: each limit ends the session with a reason in the log and words for the client."""
import base64
import socket
import ssl
import time

import harness
from harness import PASSWORD, USER, AuthHttp, Gateway, three_servers
from unharmed import Hostile

BYE = {"imap": "* BYE ", "pop3": "-ERR ", "smtp": "421 4.7.0 "}
PLAIN = base64.b64encode(f"\0{USER}\0{PASSWORD}".encode()).decode()
AUTH = {"imap": "a AUTHENTICATE", "pop3": "AUTH", "smtp": "AUTH"}
NAMES = ("imap", "imaps", "pop3", "pop3s", "smtp", "smtps")


def protocol_of(name):
    return name.rstrip("s") if name != "smtps" else "smtp"


class Small(Hostile):
    """Budgets as small as they may be."""
    more = {"max_sasl_steps": 2, "imap_max_literals": 3, "max_login_bytes": "6k", "max_login_memory": "16k",
            "max_commands": 30}

    def start(self, name):
        client = self.enter(self.gateway.client(name, tls=name.endswith("s")))
        client.reply()
        return client

    def last_line(self, client):
        said = client.rest().decode().splitlines()
        client.close()
        return said[-1] if said else ""

    def test_challenges(self):
        for name in NAMES:
            protocol = protocol_of(name)
            with self.subTest(name), self.ends_with(r"^too many steps of authentication \(max_sasl_steps\)$"):
                client = self.start(name)
                for _ in range(2):
                    client.say(AUTH[protocol] + " PLAIN")
                    client.say("*")
                client.send(AUTH[protocol] + " PLAIN\r\n")
                self.assertEqual(self.last_line(client), BYE[protocol] + "Too many steps of authentication")

    def test_literals(self):
        for name in ("imap", "imaps"):
            with self.subTest(name), self.ends_with(r"^too many literals \(imap_max_literals\)$"):
                client = self.start(name)
                client.send("a ID (" + "{1+}\r\nx " * 8 + "NIL)\r\n")
                self.assertEqual(self.last_line(client), "* BYE Too many literals")

    def test_commands(self):
        for name in NAMES:
            protocol = protocol_of(name)
            with self.subTest(name), self.ends_with("^too many commands$"):
                client = self.start(name)
                client.send(("a NOOP\r\n" if protocol == "imap" else "NOOP\r\n") * 40)
                self.assertEqual(self.last_line(client), BYE[protocol] + "Too many commands")

    def test_bytes(self):
        """Also in commands that are no more than is allowed, and all that TLS brings along."""
        for name in NAMES:
            protocol = protocol_of(name)
            with self.subTest(name), self.ends_with(r"^too many bytes before the login \(max_login_bytes\)$"):
                client = self.start(name)
                line = ("a ID (" + "x" * 900 + ")" if protocol == "imap" else "NOOP " + "x" * 900) + "\r\n"
                try:
                    for _ in range(12):
                        client.send(line)
                        client.line()
                except OSError:
                    pass
                client.buffer = b""
                self.assertIn(self.last_line(client), ("", BYE[protocol] + "Too many bytes before the login"))

    def test_bytes_of_a_handshake(self):
        """A ClientHello in small records has more bytes than it says."""
        with self.ends_with(r"^too many bytes before the login", event="tls failed"):
            with self.gateway.client("imaps") as client:
                client.send(b"\x16\x03\x01\x00\x01\x01" + b"".join(b"\x16\x03\x01\x00\x01%c" % b for b in b"\0\x20\0" + bytes(2000)))
                self.assertNotIn(b"BYE", client.rest())

    def test_a_login_fits(self):
        for name in NAMES:
            with self.subTest(name):
                client = self.start(name)
                said = client.reply(f"{AUTH[protocol_of(name)]} PLAIN")
                said = client.reply(PLAIN)[0]
                self.assertRegex(said, r"^(a OK|\+OK|235)")
                client.close()


class Memory(Hostile):
    more = {"max_login_memory": "4k", "pop3_client_buffer": "1k", "imap_client_buffer": "1k", "smtp_client_buffer": "1k"}

    def test_a_client_hello_is_kept_no_longer_than_the_budget_allows(self):
        with self.ends_with(r"^too many bytes at once \(max_login_memory\)$", event="tls failed"):
            with self.gateway.client("imaps") as client:
                client.send(b"\x16\x03\x01\x20\x00\x01\x00\x1f\xfc" + bytes(6000))
                self.assertEqual(client.rest(), b"")


class Time(Hostile):
    more = {"login_timeout": "2s", "timeout": "60s"}

    def test_who_nags_is_let_go(self):
        for name in ("imap", "imaps", "smtp", "smtps", "pop3", "pop3s"):
            protocol = protocol_of(name)
            wanted = BYE[protocol].replace("4.7.0", "4.4.2") + "No login in time"
            with self.subTest(name), self.ends_with(r"^no login in time \(login_timeout\)$"):
                with self.gateway.client(name, tls=name.endswith("s")) as client:
                    start = time.monotonic()
                    line = b"a NOOP\r\n" if protocol == "imap" else b"NOOP\r\n"
                    said = self.pester(client, [line] * 40, 0.3).decode().splitlines()
                    self.assertEqual(said[-1], wanted)
                    self.assertLess(time.monotonic() - start, 10)

    def test_a_handshake_that_does_not_end(self):
        with self.ends_with(r"^no login in time \(login_timeout\)"), self.gateway.client("imaps") as client:
            client.send(b"\x16\x03\x01\x02\x00\x01")
            self.assertEqual(client.rest(), b"")

    def test_starttls_that_is_not_used_hears_no_plain_text(self):
        with self.ends_with(r"^no login in time"), self.gateway.client("imap") as client:
            client.line()
            client.say("a STARTTLS")
            self.assertEqual(client.rest(), b"")

    def test_failed_logins_do_not_begin_anew(self):
        with self.ends_with(r"^(no login in time|too many failed logins)", count=1):
            with self.gateway.client("imap") as client:
                client.line()
                start = time.monotonic()
                while time.monotonic() - start < 10:
                    if not client.say(f"a LOGIN {USER} wrong"):
                        break
                    time.sleep(1.1)
                client.rest()
                self.assertLess(time.monotonic() - start, 9)

    def test_a_lookup_that_waits_is_not_waited_for(self):
        lookup = self.enter(AuthHttp(lambda *_: None))
        servers = [{"protocol": p, "listen": [p], "auth_http": lookup.url, "login_timeout": "1s"} for p in ("imap", "pop3")]
        gateway = self.enter(Gateway(servers))
        for protocol, login in (("imap", ["a LOGIN u p"]), ("pop3", ["USER u", "PASS p"])):
            with self.subTest(protocol), gateway.client(protocol) as client:
                client.line()
                for line in login[:-1]:
                    client.say(line)
                client.send(login[-1] + "\r\n")
                self.assertEqual(client.rest().decode(), BYE[protocol] + "No login in time\r\n")
        harness.wait_for("the reasons", lambda: len(gateway.events("end")) == 2)
        for end in gateway.events("end"):
            self.assertEqual(end["reason"], "no login in time (login_timeout)")


class Usual(Hostile):
    """With the defaults no real client is harmed."""
    more = {"imap_client_buffer": "128k", "smtp_client_buffer": "128k", "pop3_client_buffer": "128k"}

    def test_three_attempts_with_a_token_of_64_kilobytes(self):
        token = base64.b64encode(b"no PLAIN " + b"x" * 65000).decode()
        for name in ("imap", "imaps", "pop3s", "smtp", "smtps"):
            protocol = protocol_of(name)
            with self.subTest(name), self.gateway.client(name, tls=name.endswith("s")) as client:
                client.reply()
                client.reply({"imap": 'a ID ("name" "x")', "pop3": "NOOP", "smtp": "EHLO me"}[protocol])
                for _ in range(2):
                    if protocol == "imap" and client.buffer:
                        client.line()
                    client.reply(AUTH[protocol] + " PLAIN")
                    self.assertNotRegex(client.reply(token)[0], "BYE|421|^a OK")
                client.reply(AUTH[protocol] + " PLAIN")
                self.assertRegex(client.reply(PLAIN)[0], r"^(a OK|\+OK|235)")


if __name__ == "__main__":
    harness.main()
