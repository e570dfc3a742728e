"""Mail servers behind the gateway that fail at every step of a login, all at once beside sessions that go on."""
import re
import socket
import ssl
import threading
import time

import harness
from harness import PASSWORD, USER, Mailbox, Server, certificates
from rude import flood, hold, reset
from watch import INTERNAL, Level, Victims, log_in

TIMEOUT = 2  # seconds: the gateway's own, for a login

# What a good upstream says, each line after it has heard one.
GOOD = {"imap": ["* OK ready\r\n", "a1 OK in\r\n"],
        "pop3": ["+OK ready\r\n", "+OK\r\n", "+OK in\r\n"],
        "smtp": ["220 mx ESMTP\r\n", "250-mx\r\n250 AUTH PLAIN\r\n", "235 2.0.0 OK\r\n"]}
# The same for a password that IMAP needs literals for.
LITERALS, BACKSLASH = ["* OK ready\r\n", "+ go on\r\n", "+ go on\r\n", "a1 OK in\r\n"], "back\\slash"
STARTTLS = {"imap": ["* OK ready\r\n", "tls OK go\r\n"], "pop3": ["+OK ready\r\n", "+OK go\r\n"],
            "smtp": ["220 mx ESMTP\r\n", "250-mx\r\n250 STARTTLS\r\n", "220 go\r\n"]}
MANY = {"imap": b"* OK still here\r\n", "pop3": b"+OK\r\n", "smtp": b"250-more\r\n"}


# name: (what is done at a step, given the connection, the protocol and what should be said; words of the reason)
FAULTS = {
    "silent": (lambda peer, protocol, good: hold(peer), "timed out"),
    "closes": (lambda peer, protocol, good: None, "connection closed"),
    "resets": (lambda peer, protocol, good: reset(peer), "reset by peer"),
    "cut": (lambda peer, protocol, good: peer.send(good[:-2]), "connection closed"),
    "garbage": (lambda peer, protocol, good: (peer.send(b"\0\xff\x16\x03garbage\r\n\r\n"), hold(peer)), "reply"),
    "endless-line": (lambda peer, protocol, good: flood(peer, b"x"), "reply"),
    "endless-lines": (lambda peer, protocol, good: flood(peer, MANY[protocol]), "reply"),
}


class Faulty(Server):
    """Says `lines` as a good one would; in the place of line `step` it does `fault`."""

    def __init__(self, protocol, lines, step, fault):
        self.protocol, self.lines, self.step, self.fault = protocol, lines, step, fault
        super().__init__(self.converse)

    def converse(self, peer):
        for at, line in enumerate(self.lines):
            if at > 0:
                peer.line()
            if at == self.step:
                return self.fault(peer, self.protocol, line)
            peer.send(line)
        self.fault(peer, self.protocol, "")


class Faults(harness.Test):
    """Many upstreams, each with a user of its own, behind one gateway."""

    def start(self, cases, **more):
        """cases: {protocol: {user: server or {server, proxy_ssl, ..}}}"""
        box = self.enter(Mailbox())
        servers = []
        for protocol, users in cases.items():
            routes = [{"user": USER, "upstream": box.address(protocol)}]
            for user, server in users.items():
                more_of_it = dict(server) if isinstance(server, dict) else {"server": server}
                server = self.enter(more_of_it.pop("server"))
                routes.append({"user": user, "upstream": f"localhost:{server.port}", **more_of_it})
            servers.append({"protocol": protocol, "listen": [protocol], "proxy_smtp_auth": True, "xclient": False,
                            "upstream": box.address(protocol), "timeout": f"{TIMEOUT}s", "routes": routes, **more})
        mail = {"proxy_ssl_trusted_certificate": str(certificates().ca)}
        return self.enter(harness.Gateway(servers, mail=mail))

    def ask_all(self, gateway, cases):
        """{(protocol, user): (what the login was answered, what came behind it, seconds)}, all at the same time."""
        out = {}

        def ask(protocol, user):
            began = time.monotonic()
            try:
                with gateway.client(protocol) as client:
                    said = log_in(client, protocol, user, BACKSLASH if user.startswith("literal") else PASSWORD)
                    out[protocol, user] = said, client.rest() if said == INTERNAL[protocol] else b"", time.monotonic() - began
            except OSError as why:
                out[protocol, user] = repr(why), b"", time.monotonic() - began
        threads = [threading.Thread(target=ask, args=(p, u), daemon=True) for p, users in cases.items() for u in users]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(harness.DEADLINE * 2)
        return out

    def all_fail_alone(self, gateway, cases, reasons):
        """Asks all of them twice; nobody else notices, nothing is kept, each has a line with its reason and ends in time."""
        with Victims(gateway) as victims:
            self.ask_all(gateway, cases)  # allocators learn what they will keep
            level = Level(gateway)
            heard = self.ask_all(gateway, cases)
            level.returned()
            victims.check()
        lines = gateway.events("upstream failed")
        ends = gateway.events("end")
        for (protocol, user), (said, behind, took) in sorted(heard.items()):
            with self.subTest(protocol=protocol, case=user):
                self.assertEqual((said, behind), (INTERNAL[protocol], b""))
                self.assertLess(took, TIMEOUT + 12)  # machines are busy; who waits for ever waits longer
                mine = [line for line in lines if line["user"] == user]
                self.assertEqual(len(mine), 2)
                for line in mine:
                    self.assertRegex(f"{line['error']}: {line['detail']}", reasons[user])
                    self.assertEqual(line["level"], "error")
                    self.assertTrue(line["upstream"].startswith("localhost:"))
                last = [line for line in ends if line["user"] == user]
                self.assertEqual([line["ended_by"] for line in last], ["upstream"] * 2)
                self.assertRegex(last[0]["reason"], reasons[user])
        self.assertEqual(len(heard), sum(map(len, cases.values())))
        self.assertNotIn(PASSWORD, gateway.log())
        self.assertNotIn(BACKSLASH, gateway.log())


class InClear(Faults):
    def test_every_fault_at_every_step(self):
        cases, reasons = {}, {}
        for protocol, lines in (*GOOD.items(), ("imap", LITERALS)):
            for step in range(len(lines)):
                for name, (fault, reason) in FAULTS.items():
                    user = f"{'literal-' if lines is LITERALS else ''}{name}-{step}-{protocol}"
                    if name == "endless-lines" and protocol == "pop3" and step == 2:
                        continue  # the first +OK is the answer, and the rest is the client's: what a mail server may do
                    cases.setdefault(protocol, {})[user] = Faulty(protocol, lines, step, fault)
                    reasons[user] = reason
        self.all_fail_alone(self.start(cases), cases, reasons)

    def test_answers_before_the_question(self):
        """A second answer would be taken for that of the next question."""
        cases, reasons = {"pop3": {}, "smtp": {}, "imap": {}}, {}
        for protocol, lines, extra in (("pop3", GOOD["pop3"][:-1], "+OK\r\n"), ("smtp", GOOD["smtp"][:-1], "235 2.0.0 OK\r\n"),
                                       ("imap", LITERALS[:-2], "a1 OK in\r\n")):
            for step in range(len(lines)):
                def twice(peer, _, good, extra=extra):
                    peer.send(good + extra)
                    hold(peer)
                user = f"literal-early-{step}-{protocol}"
                cases[protocol][user] = Faulty(protocol, lines, step, twice)
                reasons[user] = "reply that the protocol does not allow"
        self.all_fail_alone(self.start(cases), cases, reasons)

    def test_answers_a_byte_at_a_time_are_answers(self):
        def drop(peer, line):
            for at in range(len(line)):
                peer.send(line[at:at + 1])
                time.sleep(0.003)

        class Slow(Server):
            def __init__(self, protocol):
                self.protocol = protocol
                super().__init__(self.converse)

            def converse(self, peer):
                for at, line in enumerate(GOOD[self.protocol]):
                    if at > 0:
                        peer.line()
                    drop(peer, line)
                hold(peer)
        cases = {protocol: {"slow": Slow(protocol)} for protocol in GOOD}
        gateway = self.start(cases)
        heard = self.ask_all(gateway, cases)
        self.assertEqual({p: said for (p, _), (said, *_) in heard.items()},
                         {"imap": "a1 OK in", "pop3": "+OK in", "smtp": "235 2.0.0 OK"})

    def test_a_refusal_is_one_line_for_the_client_whatever_is_in_it(self):
        no = {"imap": ("a1 NO ", "a1 NO "), "pop3": ("-ERR ", "-ERR "), "smtp": ("535 5.7.8 ", "535 5.7.8 ")}
        words = {"cr": b"sorry\ra OK in\r250 ok", "nul": b"sorry\0a OK", "high": b"sorry \xff\xfe", "escape": b"sorry \x1b[2J",
                 "two": b"sorry\r\na OK in\r\n+OK in\r\n235 OK"}
        cases = {}
        for protocol in GOOD:
            for name, text in words.items():
                def refuse(peer, p, good, text=text):
                    peer.send(no[p][0].encode() + text + b"\r\n")
                    hold(peer)
                cases.setdefault(protocol, {})[name] = Faulty(protocol, GOOD[protocol], len(GOOD[protocol]) - 1, refuse)
        gateway = self.start(cases, proxy_pass_error_message=True, max_login_failures=1)
        for protocol, users in cases.items():
            for user in users:
                with self.subTest(protocol=protocol, words=user), gateway.client(protocol) as client:
                    client.deadline = TIMEOUT
                    said = log_in(client, protocol, user)
                    whole = said.encode("utf-8", "surrogateescape") + b"\r\n" + client.rest()
                    whole = re.sub(rb"(\* BYE|421)[^\r\n]* Too many failed logins\r\n$", b"", whole)  # the gateway's own
                    self.assertEqual(len(whole.splitlines()), 1, whole)  # also the lines that a lone CR would make
                    self.assertTrue(whole.startswith(no[protocol][1][:3].encode()), whole)
                    if protocol != "imap":  # whose text may be UTF-8
                        self.assertIsNone(re.search(rb"[\0\x1b\x80-\xff]", whole), whole)


class InTls(Faults):
    @staticmethod
    def secure(peer):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        pem = certificates().folder
        context.load_cert_chain(pem / "ecdsa.pem", pem / "ecdsa-key.pem")
        peer.socket = context.wrap_socket(peer.socket, server_side=True)

    def test_starttls_and_tls(self):
        """Each fault in the place of the handshake and within it, behind STARTTLS and from the first byte on."""
        record = b"\x16\x03\x03\x40\x00" + b"\2" * 200  # the beginning of a record that never ends
        alert = b"\x15\x03\x03\x00\x02\x02\x28"
        wrong = {
            "silent": (lambda peer: hold(peer), "timed out"),
            "closes": (lambda peer: None, "closed"),
            "resets": (lambda peer: reset(peer), "reset by peer"),
            "garbage": (lambda peer: (peer.send(b"\0\xffgarbage\r\n" * 50), hold(peer)), "TLS failed"),
            "half-a-record": (lambda peer: (peer.send(record), hold(peer)), "timed out"),
            "half-and-gone": (lambda peer: peer.send(record), "closed"),
            "endless": (lambda peer: flood(peer, b"\x16\x03\x03\x40\x00" + b"\2" * 0x4000), "TLS failed"),
            "alert": (lambda peer: (peer.send(alert), hold(peer)), "TLS failed"),
            "words-inside": (lambda peer: (self.secure(peer), peer.send(b"\0\xffgarbage\r\n"), hold(peer)), "reply"),
            "silent-inside": (lambda peer: (self.secure(peer), hold(peer)), "timed out"),
            "endless-inside": (lambda peer: (self.secure(peer), flood(peer, b"x")), "reply"),
            "torn-inside": (lambda peer: self.tear(peer), "TLS failed"),
            "cut-inside": (lambda peer: self.secure(peer), "closed|reset by peer"),
        }
        cases, reasons = {}, {}
        for protocol, lines in STARTTLS.items():
            for mode in ("starttls", "on"):
                for name, (fault, reason) in wrong.items():
                    user = f"{name}-{mode}-{protocol}"

                    def whole(peer, _, good, fault=fault, secures=name.endswith("-inside")):
                        peer.send(good)
                        if not secures:
                            peer.more()  # its hello, so that what comes now is not behind STARTTLS's answer
                        fault(peer)
                    said = lines if mode == "starttls" else [""]
                    cases.setdefault(protocol, {})[user] = {
                        "server": Faulty(protocol, said, len(said) - 1, whole), "proxy_ssl": mode, "proxy_ssl_name": "localhost"}
                    reasons[user] = reason
        # Thirty handshakes at once, on a busy machine: who floods is to be cut off before the time is up.
        self.all_fail_alone(self.start(cases, timeout="5s"), cases, reasons)

    def tear(self, peer):
        """A whole handshake, and then a record that nobody sealed."""
        self.secure(peer)
        raw = socket.socket(fileno=peer.socket.detach())
        try:
            raw.sendall(b"\x17\x03\x03\x00\x40" + b"\x55" * 64)
            raw.settimeout(harness.DEADLINE)
            while raw.recv(65536):
                pass
        finally:
            raw.close()


if __name__ == "__main__":
    harness.main()
