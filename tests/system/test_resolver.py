"""The names of SMTP clients: what DNS says, however hostile, and what the lookup, the upstream and the log are told of it."""
import base64
import ipaddress
import os
import socket
import struct
import time
import unittest

import dns
import harness
from dns import A, CNAME, PTR, Dns, record, wire
from harness import AuthHttp, Server

GOOD, NONE, LATER = "mail.example.org", "[UNAVAILABLE]", "[TEMPUNAVAIL]"
EHLO = "250-upstream\r\n250-XCLIENT NAME ADDR LOGIN REVERSE_NAME\r\n250 AUTH PLAIN LOGIN\r\n"
LOGIN = "AUTH PLAIN " + base64.b64encode(b"\0alice\0secret").decode()


def forward(*addresses):
    """An answer to the question which address the good name has."""
    return lambda q: q.has(*addresses)


def named(name, then=None):
    """The address points to that name, and the name has what `then` answers; without it, the address."""
    def answer(q, address):
        if q.kind == PTR:
            return q.name_is(name)
        return then(q) if then else q.has(address)
    return answer


def pointer(answer):
    """What is answered about the address; the good name has it."""
    return lambda q, address: answer(q) if q.kind == PTR else q.has(address)


def over_tcp(answer):
    return pointer(lambda q: q.reply(truncated=True) if q.transport == "udp" else answer(q))


def many_names(q):
    return q.reply(*(record(q.name, PTR, wire(GOOD if n == 0 else f"host{n}.example.org")) for n in range(700)))


def by_alias(q):
    other = "7.0-25." + q.name
    return q.reply(record(q.name, CNAME, wire(other)), record(other, PTR, wire(GOOD)))


def loop(q):
    return q.reply(record(q.name, CNAME, wire("b.example")), record("b.example", CNAME, wire(q.name)))


def pointer_loop(q):
    at = 12 + len(q.question)  # the name of the answer points to itself
    return q.reply(struct.pack("!HHHIH", 0xc000 | at, PTR, 1, 60, 2) + b"\xc0\x0c")


LONG = [b"a" * 63, b"b" * 63, b"c" * 63, b"d" * 61]  # 253 characters with the dots
# case: (what is answered, the name that others are told, the reverse name)
CASES = {
    "a good name": (named(GOOD), GOOD, GOOD),
    "in capitals, with a dash": (named("Mail-7.Example.ORG"), "Mail-7.Example.ORG", None),
    "one of several addresses": (named(GOOD, lambda q: q.has("198.51.100.1", q.client)), GOOD, GOOD),
    "by an alias (RFC 2317)": (pointer(by_alias), GOOD, GOOD),
    "as long as can be": (named(LONG), ".".join(l.decode() for l in LONG), None),
    "over TCP": (over_tcp(lambda q: q.name_is(GOOD)), GOOD, GOOD),
    "hundreds of names": (over_tcp(many_names), GOOD, GOOD),
    "hundreds of names in a datagram": (pointer(many_names), GOOD, GOOD),
    "another id first": (pointer(lambda q: [q.reply(record(q.name, PTR, wire("evil.example")), id=q.id ^ 1),
                                            q.name_is(GOOD)]), GOOD, GOOD),
    "another question first": (pointer(lambda q: [q.reply(record("x", PTR, wire("evil.example")),
                                                          question=wire("x") + q.question[-4:]), q.name_is(GOOD)]), GOOD, GOOD),
    "no such name": (pointer(lambda q: q.reply(code=dns.NXDOMAIN)), NONE, NONE),
    "no pointer": (pointer(lambda q: q.reply()), NONE, NONE),
    "another address": (named(GOOD, forward("198.51.100.1")), NONE, GOOD),
    "hundreds of other addresses": (named(GOOD, lambda q: q.reply(truncated=True) if q.transport == "udp" else q.has(
        *(f"198.51.{n >> 8}.{n & 255}" for n in range(2000)))), NONE, GOOD),
    "the name does not exist": (named(GOOD, lambda q: q.reply(code=dns.NXDOMAIN)), NONE, GOOD),
    "the name has no address": (named(GOOD, lambda q: q.reply()), NONE, GOOD),
    "the name is of another kind": (named(GOOD, lambda q: q.reply(record(q.name, PTR, wire("x")))), NONE, GOOD),
    "the name fails": (named(GOOD, lambda q: q.reply(code=dns.SERVFAIL)), LATER, GOOD),
    "a failure": (pointer(lambda q: q.reply(code=dns.SERVFAIL)), LATER, LATER),
    "refused": (pointer(lambda q: q.reply(code=dns.REFUSED)), LATER, LATER),
    "silence": (pointer(lambda q: None), LATER, LATER),
    "only another id": (pointer(lambda q: q.reply(record(q.name, PTR, wire(GOOD)), id=q.id ^ 0x5555)), LATER, LATER),
    "truncated and silent over TCP": (over_tcp(lambda q: None), LATER, LATER),
    "a loop of aliases": (pointer(loop), NONE, NONE),
    "a loop of bytes": (pointer(pointer_loop), LATER, LATER),
    "records that are cut off": (pointer(lambda q: q.name_is(GOOD)[:-9]), LATER, LATER),
    "fewer records than it says": (pointer(lambda q: q.reply(record(q.name, PTR, wire(GOOD)), count=9)), LATER, LATER),
    "noise": (pointer(lambda q: os.urandom(400)), LATER, LATER),
    "nothing at all": (pointer(lambda q: b""), LATER, LATER),
    "64 KiB of noise": (over_tcp(lambda q: q.reply(os.urandom(65000))), LATER, LATER),
    "CR LF": (named([b"evil\r\nAuth-Status: OK", b"org"]), LATER, LATER),
    "LF and a command": (named([b"evil\nRSET", b"org"]), LATER, LATER),
    "NUL": (named([b"mail\0evil", b"org"]), LATER, LATER),
    "a dot in a label": (named([b"mail.example", b"org"]), LATER, LATER),
    "a space and an attribute": (named([b"a LOGIN=root", b"org"]), LATER, LATER),
    "brackets": (named([b"[UNAVAILABLE]"]), LATER, LATER),
    "a quote": (named([b'a" event="login', b"org"]), LATER, LATER),
    "UTF-8": (named(["müller".encode(), b"org"]), LATER, LATER),
    "high bytes": (named([bytes(range(128, 190)), b"org"]), LATER, LATER),
    "an underscore": (named([b"a_b", b"org"]), LATER, LATER),
    "the root": (named([]), LATER, LATER),
    "127 labels": (named([b"a"] * 127), ".".join(["a"] * 127), None),
}


class WithoutResolver(harness.Test):
    def test_it_is_refused_by_name(self):
        if harness.has_resolver():
            self.skipTest("this build has one")
        file = harness.temp_folder() / "postern.toml"
        file.write_text('[[mail.server]]\nlisten = "127.0.0.1:25"\nsmtp_auth = "none"\nupstream = "127.0.0.1:2525"\n'
                        'resolver = "192.0.2.53"\n')
        said = harness.postern("check", "-c", file, ok=1).stderr
        self.assertIn("5:1: error: resolver: this build of postern has no resolver", said)
        file.write_text(file.read_text().replace("192.0.2.53", "off"))
        harness.postern("check", "-c", file)


class Names(harness.Test):
    @classmethod
    def setUpClass(cls):
        if not harness.has_resolver():
            raise unittest.SkipTest("this build has no resolver")
        cls.said = []
        cls.upstream = Server(cls.talk)
        cls.addClassCleanup(cls.upstream.close)
        cls.lookup = AuthHttp(lambda *_: {"Auth-Status": "OK", "Auth-Server": "127.0.0.1",
                                          "Auth-Port": str(cls.upstream.port)})
        cls.addClassCleanup(cls.lookup.close)
        cls.zone = {}
        cls.dns = Dns(cls.answer).__enter__()
        cls.addClassCleanup(cls.dns.__exit__)
        server = {"protocol": "smtp", "auth_http": cls.lookup.url, "set_real_ip_from": "127.0.0.1"}
        cls.gateway = harness.Gateway([
            {"listen": ["smtp proxy_protocol"], **server},
            {"listen": ["tls ssl proxy_protocol"], **server},
            {"listen": ["off proxy_protocol"], **server, "resolver": "off"},
            {"listen": ["slow proxy_protocol"], **server, "resolver_timeout": "60s", "timeout": "60s"},
            {"listen": ["overdue proxy_protocol"], **server, "resolver_timeout": "60s", "login_timeout": "2s"},
            {"listen": ["capped proxy_protocol"], **server, "resolver_timeout": "60s", "timeout": "2s"},
            {"listen": ["only4 proxy_protocol"], **server, "resolver": f"{cls.dns.address} ipv6=off"},
            {"listen": ["dead proxy_protocol"], **server, "resolver": f"127.0.0.1:{harness.free_port()}"},
        ], mail={"resolver": cls.dns.address, "resolver_timeout": "3s"}, top={"error_log": "stderr info"}).start()
        cls.addClassCleanup(cls.gateway.stop)

    @classmethod
    def talk(cls, peer):
        peer.send("220 upstream\r\n")
        while line := peer.line():
            cls.said.append(line.decode("latin-1"))
            peer.send({b"EHLO": EHLO}.get(line[:4], "220 upstream\r\n"))

    @classmethod
    def answer(cls, query):
        """Of a name it is told whose address was asked for last; every case has an address of its own."""
        address = dns.address_of(query.name)
        if address is None:
            for address, name in cls.asked_for.items():
                if name == query.name:
                    break
        query.client = address
        if address not in cls.zone:
            return query.reply(code=dns.NXDOMAIN)
        return cls.zone[address](query, address)

    asked_for = {}

    def connect(self, name, address, context=None):
        client = self.gateway.client(name)
        self.addCleanup(client.close)
        kind, to = ("TCP6", "2001:db8::1") if ":" in address else ("TCP4", "198.51.100.9")
        client.send(f"PROXY {kind} {address} {to} 4711 25\r\n")
        if name == "tls":
            client.start_tls()
        return client

    def told(self, client):
        """Logs in; what the lookup and the upstream were told: Client-Host, NAME and REVERSE_NAME."""
        self.assertEqual(client.reply(), ["220 gw.example.org ESMTP ready"])
        before = len(self.said)
        client.reply("EHLO me.example.org")
        self.assertEqual(client.reply(LOGIN)[0], "235 2.0.0 OK")
        headers = self.lookup.requests[-1][1]
        names = [name for name, _ in headers]
        self.assertEqual(len(names), len(set(names)), headers)
        xclient = [line for line in self.said[before:] if line.startswith("XCLIENT")]  # long ones take two
        self.assertTrue(all(len(line) <= 512 for line in xclient), xclient)
        words = dict(word.split("=", 1) for line in xclient for word in line.split()[1:])
        self.assertEqual(sorted(words), ["ADDR", "LOGIN", "NAME", "REVERSE_NAME"], xclient)
        self.assertTrue("LOGIN=" in xclient[-1] and "ADDR=" in xclient[-1], xclient)
        client.close()
        return dict(headers)["Client-Host"], words["NAME"], words["REVERSE_NAME"]

    def test_what_dns_says_and_what_others_are_told(self):
        for number, (about, (answer, name, reverse)) in enumerate(CASES.items(), 1):
            with self.subTest(about):
                address = f"192.0.2.{number}"
                self.zone[address] = answer
                # Names that the cases point to, so that the second question finds its case.
                for known in (GOOD.lower(), name.lower()):
                    self.asked_for = type(self).asked_for = {address: known}
                before = len(self.gateway.events("client has a name")) + len(self.gateway.events("client has no name"))
                self.assertEqual(self.told(self.connect("smtp", address)), (name, name, reverse or name))
                def lines():
                    return self.gateway.events("client has a name") + self.gateway.events("client has no name")
                harness.wait_for("a line of it", lambda: len(lines()) == before + 1)
                self.assertEqual(self.dns.problems, [])

    def test_names_of_ipv6(self):
        self.zone["2001:db8::7"] = named("six.example.org")
        type(self).asked_for = {"2001:db8::7": "six.example.org"}
        self.assertEqual(self.told(self.connect("tls", "2001:db8::7"))[:2], ("six.example.org",) * 2)
        self.assertIn(("six.example.org", dns.AAAA, "udp"), self.dns.asked)
        other = "2001:db8::8"
        self.zone[other] = named("eight.example.org")
        type(self).asked_for = {other: "eight.example.org"}
        self.assertEqual(self.told(self.connect("only4", other)), (NONE,) * 3)
        about_it = {ipaddress.ip_address(other).reverse_pointer, "eight.example.org"}
        self.assertFalse(about_it & {name for name, *_ in self.dns.asked})
        self.assertEqual(self.told(self.connect("tls", other))[:2], ("eight.example.org",) * 2)
        self.assertLessEqual(about_it, {name for name, *_ in self.dns.asked})

    def test_what_is_known_is_not_asked_again(self):
        self.zone["203.0.113.1"], self.zone["203.0.113.2"] = named("kept.example.org"), pointer(lambda q: q.reply(code=3))
        type(self).asked_for = {"203.0.113.1": "kept.example.org"}
        for address, name in (("203.0.113.1", "kept.example.org"), ("203.0.113.2", NONE)):
            self.assertEqual(self.told(self.connect("smtp", address))[0], name)
            asked = len(self.dns.asked)
            self.assertEqual(self.told(self.connect("smtp", address))[0], name)
            self.assertEqual(len(self.dns.asked), asked)

    def test_without_a_resolver_nobody_is_asked(self):
        asked = len(self.dns.asked)
        self.assertEqual(self.told(self.connect("off", "203.0.113.9")), (NONE,) * 3)
        self.assertEqual(len(self.dns.asked), asked)

    def test_a_server_that_is_not_there(self):
        self.assertEqual(self.told(self.connect("dead", "203.0.113.10")), (LATER,) * 3)
        why = self.gateway.wait_event("client has no name", client="203.0.113.10:4711")["why"]
        self.assertRegex(why, "^its address: ")
        self.assertTrue(self.gateway.events("client has no name", level="warn"))

    def test_silence_takes_no_longer_than_resolver_timeout_or_timeout(self):
        self.zone["203.0.113.20"] = self.zone["203.0.113.21"] = pointer(lambda q: None)
        for name, address in (("smtp", "203.0.113.20"), ("capped", "203.0.113.21")):
            began = time.monotonic()
            client = self.connect(name, address)
            self.assertEqual(client.reply(), ["220 gw.example.org ESMTP ready"])
            self.assertGreater(time.monotonic() - began, 1.5)
            self.assertLess(time.monotonic() - began, 20)
            client.close()

    def test_silence_counts_for_the_budget(self):
        self.zone["203.0.113.22"] = pointer(lambda q: None)
        began = time.monotonic()
        said = self.connect("overdue", "203.0.113.22").rest()
        self.assertTrue(said.startswith(b"421 "), said)
        self.assertLess(time.monotonic() - began, 20)
        end = self.gateway.wait_event("end", client="203.0.113.22:4711")
        self.assertIn("login_timeout", end["reason"])

    def test_a_client_that_leaves_meanwhile_is_noticed(self):
        self.zone["203.0.113.23"] = pointer(lambda q: None)
        for how in ("reset", "fin"):
            with self.subTest(how):
                before = len(self.gateway.events("end", client="203.0.113.23:4711"))
                began = time.monotonic()
                client = self.connect("slow", "203.0.113.23")
                harness.wait_for("the question", lambda: [a for a in self.dns.asked if a[0].startswith("23.113.")])
                if how == "reset":
                    client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                client.close()
                end = self.gateway.wait_event("end", count=before + 1, client="203.0.113.23:4711")
                self.assertEqual(end["ended_by"], "client")
                self.assertLess(time.monotonic() - began, 30)

    def test_many_silent_questions_leave_others_alone(self):
        waiting = []
        for n in range(200):
            address = f"198.18.0.{n}"
            self.zone[address] = pointer(lambda q: None)
            waiting.append(self.connect("slow", address))
        self.zone["203.0.113.30"] = named("busy.example.org")
        type(self).asked_for = {"203.0.113.30": "busy.example.org"}
        self.assertEqual(self.told(self.connect("slow", "203.0.113.30"))[0], "busy.example.org")
        for client in waiting:
            client.close()

    def test_stopping_does_not_wait_for_dns(self):
        silent = self.enter(Dns(lambda q: None))
        with harness.Gateway([{"protocol": "smtp", "listen": ["smtp"], "upstream": self.upstream.address,
                               "smtp_auth": "none", "resolver": silent.address, "resolver_timeout": "60s",
                               "timeout": "60s"}]) as gateway:
            client = gateway.client("smtp")
            harness.wait_for("the question", lambda: silent.asked)
            began = time.monotonic()
            gateway.stop()
            self.assertLess(time.monotonic() - began, 20)
            self.assertEqual(client.socket.recv(100)[:4], b"")
            client.close()

    def test_clients_of_unix_sockets(self):
        folder = harness.temp_folder()
        gateway = self.enter(harness.Gateway([], text=f'''worker_processes = 0
[[mail.server]]
protocol = "smtp"
listen = "unix:{folder}/socket"
auth_http = "{self.lookup.url}"
resolver = "{self.dns.address}"
'''))
        client = harness.Client(path=folder / "socket")
        self.assertEqual(client.reply()[0][:4], "220 ")
        client.reply("EHLO me.example.org")
        self.assertEqual(client.reply(LOGIN)[0], "235 2.0.0 OK")
        self.assertEqual(dict(self.lookup.requests[-1][1])["Client-Host"], LATER)
        client.close()


if __name__ == "__main__":
    harness.main()
