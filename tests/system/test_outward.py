"""What upstreams are told of a client: PROXY protocol headers and XCLIENT, believed by Dovecot, Postfix and HAProxy."""
import base64
import socket
import ssl
import subprocess

import dns
import harness
from harness import PASSWORD, USER, AuthHttp, Server
from servers import Dovecot, Postfix

CLIENT, HERE = ("192.0.2.7", 4711), ("198.51.100.9", 993)
BALANCER = f"PROXY TCP4 {CLIENT[0]} {HERE[0]} {CLIENT[1]} {HERE[1]}\r\n".encode()
BALANCER6 = b"PROXY TCP6 2001:db8::7 2001:db8::9 4711 993\r\n"
SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"


def crc32c(data):
    total = 0xffffffff
    for byte in data:
        total ^= byte
        for _ in range(8):
            total = total >> 1 ^ (0x82f63b78 if total & 1 else 0)
    return total ^ 0xffffffff


def read_v2(peer):
    """A header of version 2: (family, addresses, {extension: value}); its checksum is checked."""
    while len(peer.buffer) < 16 or len(peer.buffer) < 16 + int.from_bytes(peer.buffer[14:16], "big"):
        assert peer.more(), peer.buffer
    size = 16 + int.from_bytes(peer.buffer[14:16], "big")
    header, peer.buffer = peer.buffer[:size], peer.buffer[size:]
    assert header[:12] == SIGNATURE and header[12] == 0x21, header
    at = 16 + {0x11: 12, 0x21: 36, 0: 0}[header[13]]
    addresses, found = header[16:at], {}
    while at < size:
        length = int.from_bytes(header[at + 1:at + 3], "big")
        value, place = header[at + 3:at + 3 + length], at + 3
        if header[at] == 3:
            zeroed = header[:place] + bytes(4) + header[place + 4:]
            assert crc32c(zeroed) == int.from_bytes(value, "big"), header
        found[header[at]] = value
        at += 3 + length
    assert 3 in found, header
    return header[13], addresses, found


def addresses_of(client, server, family=socket.AF_INET):
    return b"".join(socket.inet_pton(family, a) for a, _ in (client, server)) + b"".join(
        p.to_bytes(2, "big") for _, p in (client, server))


class Headers(harness.Test):
    """A scripted IMAP server that keeps the headers it was sent."""

    @classmethod
    def setUpClass(cls):
        cls.headers = []
        cls.line, cls.bytes = Server(cls.talk_v1), Server(cls.talk_v2)
        cls.tls = Server(cls.talk_tls)
        cls.lookup = AuthHttp(lambda *_: {"Auth-Status": "OK", "Auth-Server": "127.0.0.1", "Auth-Port": str(cls.line.port)})
        for one in (cls.line, cls.bytes, cls.tls, cls.lookup):
            cls.addClassCleanup(one.close)
        server = {"protocol": "imap", "set_real_ip_from": "127.0.0.1"}
        v2 = {"upstream": cls.bytes.address, "proxy_protocol": "v2"}
        cls.gateway = harness.Gateway([
            {"listen": ["v1", "v1tls ssl", "v1lb proxy_protocol"], **server, "upstream": cls.line.address},
            {"listen": ["v2", "v2tls ssl", "v2lb proxy_protocol"], **server, **v2},
            {"listen": ["stranger proxy_protocol"], "protocol": "imap", "set_real_ip_from": "10.0.0.1", **v2},
            {"listen": ["routes"], "protocol": "imap", "upstream": cls.line.address,
             "routes": [{"user": "two", "upstream": cls.bytes.address, "proxy_protocol": "v2"}]},
            {"listen": ["http"], "protocol": "imap", "auth_http": cls.lookup.url},
            {"listen": ["secret"], "protocol": "imap", "upstream": cls.tls.address, "proxy_ssl": "on",
             "proxy_ssl_verify": "off"},
            {"listen": ["off"], "protocol": "imap", "upstream": cls.line.address, "proxy_protocol": "off"},
        ], mail={"proxy_protocol": "on"}).start()
        cls.addClassCleanup(cls.gateway.stop)

    @classmethod
    def imap(cls, peer):
        peer.send("* OK hi\r\n")
        tag = peer.line().split()[0].decode()
        peer.send(f"{tag} OK in\r\n")
        peer.rest()

    @classmethod
    def talk_v1(cls, peer):
        peer.socket.settimeout(1)
        try:
            cls.headers.append(peer.line())
        except TimeoutError:
            cls.headers.append(None)
        peer.socket.settimeout(harness.DEADLINE)
        cls.imap(peer)

    @classmethod
    def talk_v2(cls, peer):
        cls.headers.append(read_v2(peer))
        cls.imap(peer)

    @classmethod
    def talk_tls(cls, peer):
        line = b""
        while not line.endswith(b"\n"):
            line += peer.socket.recv(1)
        cls.headers.append(line)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        pem = harness.certificates().folder
        context.load_cert_chain(pem / "ecdsa.pem", pem / "ecdsa-key.pem")
        peer.socket = context.wrap_socket(peer.socket, server_side=True)
        cls.imap(peer)

    def log_in(self, name, first=b"", tls=None, user="alice"):
        """Logs in; the header that the upstream got, and the client's own address."""
        with self.gateway.client(name) as client:
            client.send(first)
            if tls:
                client.start_tls(tls)
            here = client.socket.getsockname()[:2]
            self.assertEqual(client.line(), b"* OK IMAP4 ready\r\n")
            self.assertEqual(client.say(f"a LOGIN {user} secret"), "a OK in")
        self.assertEqual(self.bytes.problems + self.line.problems + self.tls.problems, [])
        return self.headers[-1], here

    def port(self, name):
        return ("127.0.0.1", self.gateway.port[name])

    def test_a_line_for_each_connection(self):
        for name, tls in (("v1", None), ("v1tls", harness.tls_context()), ("http", None), ("routes", None)):
            with self.subTest(name):
                got, here = self.log_in(name, tls=tls)
                self.assertEqual(got.decode(), f"PROXY TCP4 127.0.0.1 127.0.0.1 {here[1]} {self.gateway.port[name]}\r\n")

    def test_it_comes_before_tls(self):
        got, here = self.log_in("secret")
        self.assertEqual(got.decode(), f"PROXY TCP4 127.0.0.1 127.0.0.1 {here[1]} {self.gateway.port['secret']}\r\n")

    def test_none_where_it_is_off(self):
        self.assertIsNone(self.log_in("off")[0])

    def test_what_a_load_balancer_said_is_passed_on(self):
        for first in (BALANCER, BALANCER6):
            self.assertEqual(self.log_in("v1lb", first)[0], first)
        self.assertEqual(self.log_in("v2lb", BALANCER)[0][:2], (0x11, addresses_of(CLIENT, HERE)))
        self.assertEqual(self.log_in("v2lb", BALANCER6)[0][:2],
                         (0x21, addresses_of(("2001:db8::7", 4711), ("2001:db8::9", 993), socket.AF_INET6)))

    def test_but_not_what_a_stranger_said(self):
        got, here = self.log_in("stranger", BALANCER)
        self.assertEqual(got[:2], (0x11, addresses_of(here, self.port("stranger"))))

    def test_a_route_may_want_another_version(self):
        got, here = self.log_in("routes", user="two")
        self.assertEqual(got[:2], (0x11, addresses_of(here, self.port("routes"))))

    def test_version_2_tells_of_tls(self):
        got, here = self.log_in("v2")
        self.assertEqual(got, (0x11, addresses_of(here, self.port("v2")), {3: got[2][3]}))
        context = harness.tls_context()
        context.set_alpn_protocols(["imap"])
        family, addresses, more = self.log_in("v2tls", tls=context)[0]
        self.assertEqual((more[1], more[2]), (b"imap", b"localhost"))
        self.assertEqual(more[0x20][:5], b"\x01\0\0\0\x01")
        self.assertIn(b"\x21\0\x07TLSv1.3", more[0x20])
        self.assertIn(b"TLS_AES_", more[0x20])

    def test_clients_of_unix_sockets_are_unknown(self):
        for version, server, wanted in (("on", self.line, b"PROXY UNKNOWN\r\n"), ("v2", self.bytes, (0, b""))):
            path = harness.temp_folder() / "socket"
            gateway = self.enter(harness.Gateway([], text=f'''worker_processes = 0
[[mail.server]]
protocol = "imap"
listen = "unix:{path}"
upstream = "{server.address}"
proxy_protocol = "{version}"
'''))
            client = harness.Client(path=path)
            client.line()
            self.assertEqual(client.say("a LOGIN alice secret"), "a OK in")
            got = self.headers[-1]
            self.assertEqual(got if version == "on" else got[:2], wanted)
            client.close()


class HaProxyAccepts(harness.Test):
    def test_what_it_read(self):
        upstream = self.enter(Server(Headers.imap))
        folder, ports = harness.temp_folder(), [harness.free_port() for _ in range(2)]
        facts = [f"{{ src {CLIENT[0]} }}", f"{{ src_port {CLIENT[1]} }}", f"{{ dst {HERE[0]} }}", f"{{ dst_port {HERE[1]} }}"]
        text = "defaults\n mode tcp\n timeout connect 5s\n timeout client 30s\n timeout server 30s\n"
        for port, more in zip(ports, ([], ["{ fc_pp_authority localhost }"])):
            text += f"listen l{port}\n bind 127.0.0.1:{port} accept-proxy\n"
            text += "".join(f" tcp-request content reject unless {fact}\n" for fact in facts + more)
            text += f" server imap {upstream.address}\n"
        (folder / "haproxy.cfg").write_text(text)
        haproxy = subprocess.Popen(["haproxy", "-db", "-f", str(folder / "haproxy.cfg")], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(haproxy.wait)
        self.addCleanup(haproxy.terminate)
        server = {"protocol": "imap", "set_real_ip_from": "127.0.0.1", "timeout": "20s"}
        gateway = self.enter(harness.Gateway([
            {"listen": ["v1 ssl proxy_protocol"], **server, "upstream": f"127.0.0.1:{ports[0]}", "proxy_protocol": "on"},
            {"listen": ["v2 ssl proxy_protocol"], **server, "upstream": f"127.0.0.1:{ports[1]}", "proxy_protocol": "v2"}]))
        def listening():
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", ports[1])) == 0
        harness.wait_for("haproxy", listening)
        for name in ("v1", "v2"):
            with self.subTest(name), gateway.client(name) as client:
                client.send(BALANCER)
                client.start_tls()
                client.line()
                self.assertEqual(client.say("a LOGIN alice secret"), "a OK in")
        with gateway.client("v1") as client:  # and it does look
            client.send(BALANCER.replace(b"4711", b"4712"))
            client.start_tls()
            client.line()
            self.assertIn("BAD", client.say("a LOGIN alice secret"))


class DovecotAccepts(harness.Test):
    def test_its_log_has_the_client(self):
        pem = harness.certificates().folder
        dovecot = self.enter(Dovecot(tls=(pem / "rsa.pem", pem / "rsa-key.pem"), haproxy=True))
        servers = []
        for version in ("on", "v2"):
            for protocol in ("imap", "pop3"):
                for way, at in (("off", protocol), ("starttls", protocol), ("on", protocol + "s")):
                    servers.append({"protocol": protocol, "listen": [f"{protocol}-{version}-{way} ssl proxy_protocol"],
                                    "upstream": dovecot.address(at), "proxy_ssl": way, "proxy_ssl_verify": "off",
                                    "proxy_protocol": version, "set_real_ip_from": "127.0.0.1"})
        gateway = self.enter(harness.Gateway(servers))
        for number, server in enumerate(servers):
            name = server["listen"][0].split()[0]
            with self.subTest(name), gateway.client(name) as client:
                client.send(BALANCER.replace(b"4711", str(5000 + number).encode()).replace(b".7 ", f".{number + 20} ".encode()))
                client.start_tls()
                client.line()
                if server["protocol"] == "imap":
                    self.assertIn("a OK", client.say(f'a LOGIN {USER} "{PASSWORD}"'))
                else:
                    client.say(f"USER {USER}")
                    self.assertRegex(client.say(f"PASS {PASSWORD}"), r"^\+OK")
                harness.wait_for("Dovecot's line", lambda: f"rip=192.0.2.{number + 20}, lip={HERE[0]}" in dovecot.log())


class Policy(Server):
    """A policy service of Postfix': keeps what it is asked, and has nothing against it."""

    def __init__(self):
        self.asked = []
        super().__init__(self.questions)

    def questions(self, peer):
        facts = {}
        while line := peer.line():
            text = line.decode("utf-8", "surrogateescape").rstrip("\n")
            if text:
                name, _, facts[name] = text.partition("=")
                continue
            self.asked.append(facts)
            facts = {}
            peer.send("action=DUNNO\n\n")


# What a policy service calls the attributes.
FACTS = ("client_address", "client_port", "client_name", "reverse_client_name", "protocol_name", "helo_name",
         "sasl_username", "server_address", "server_port")


class PostfixBelieves(harness.Test):
    @classmethod
    def setUpClass(cls):
        cls.resolves = harness.has_resolver()
        cls.dovecot = Dovecot().__enter__()
        cls.addClassCleanup(cls.dovecot.__exit__)
        cls.policy = Policy()
        cls.addClassCleanup(cls.policy.close)
        rules = (f"inet_protocols = all\nsmtpd_recipient_restrictions = check_policy_service inet:{cls.policy.address}, "
                 "permit_sasl_authenticated, permit_auth_destination, reject\n")
        cls.postfix = Postfix(cls.dovecot.mail, cls.dovecot, more=rules).__enter__()
        cls.addClassCleanup(cls.postfix.__exit__)
        cls.proxied = Postfix(cls.dovecot.mail, more=rules + "smtpd_upstream_proxy_protocol = haproxy\n").__enter__()
        cls.addClassCleanup(cls.proxied.__exit__)
        cls.names = {"192.0.2.7": "client.example.org", "2001:db8::7": "six.example.org", "192.0.2.8": "other.example.org"}
        cls.dns = dns.Dns(cls.answer).__enter__()
        cls.addClassCleanup(cls.dns.__exit__)
        cls.lookup = AuthHttp(lambda headers, _: {
            "Auth-Status": "OK", "Auth-Server": "127.0.0.1", "Auth-Port": str(cls.postfix.port["smtp"])})
        cls.addClassCleanup(cls.lookup.close)
        server = {"protocol": "smtp", "set_real_ip_from": "127.0.0.1"}
        asking = {"resolver": cls.dns.address} if cls.resolves else {}
        cls.gateway = harness.Gateway([
            {"listen": ["told proxy_protocol"], **server, **asking, "auth_http": cls.lookup.url},
            {"listen": ["mail proxy_protocol"], **server, **asking, "smtp_auth": "none",
             "upstream": cls.postfix.address()},
            {"listen": ["auth proxy_protocol"], **server, "upstream": cls.postfix.address(), "proxy_smtp_auth": True},
            {"listen": ["v1 proxy_protocol"], **server, "upstream": cls.proxied.address(), "smtp_auth": "none",
             "proxy_protocol": "on", "xclient": False},
            {"listen": ["v2 proxy_protocol"], **server, "upstream": cls.proxied.address(), "smtp_auth": "none",
             "proxy_protocol": "v2", "xclient": False},
        ]).start()
        cls.addClassCleanup(cls.gateway.stop)

    @classmethod
    def answer(cls, query):
        address = dns.address_of(query.name)
        if address in cls.names:
            return query.name_is(cls.names[address])
        for address, name in cls.names.items():
            if name == query.name:
                return query.has("192.0.2.99" if name.startswith("other") else address)
        return query.reply(code=dns.NXDOMAIN)

    def facts(self, name, first, hello="EHLO hello.example.org", login=None):
        """Says who it is, and to whom mail shall go; what Postfix then knows of the client."""
        before = len(self.policy.asked)
        with self.gateway.client(name) as client:
            client.send(first)
            client.reply()
            if hello:
                client.reply(hello)
            if login is not None:
                word = base64.b64encode(f"\0{login}\0{PASSWORD}".encode()).decode()
                self.assertRegex(client.reply(f"AUTH PLAIN {word}")[0], "^235 ")
            self.assertRegex(client.reply("MAIL FROM:<sender@example.org>")[0], "^250 ")
            self.assertRegex(client.reply(f"RCPT TO:<{USER}>")[0], "^250 ")
        asked = harness.wait_for("a question about it", lambda: self.policy.asked[before:])[0]
        return {name: asked.get(name, "") for name in FACTS}

    def wanted(self, **more):
        if not self.resolves:
            more.update(client_name="unknown", reverse_client_name="unknown")
        return {"client_address": CLIENT[0], "client_port": str(CLIENT[1]), "client_name": "client.example.org",
                "reverse_client_name": "client.example.org", "protocol_name": "ESMTP", "helo_name": "hello.example.org",
                "sasl_username": "", "server_address": HERE[0], "server_port": str(HERE[1]), **more}

    def test_every_attribute_of_a_login(self):
        self.assertEqual(self.facts("told", BALANCER, login="alice@example.org"), self.wanted(sasl_username="alice@example.org"))

    def test_a_login_of_odd_characters(self):
        for login in ("a b+c=d", "müller"):
            with self.subTest(login):
                self.assertEqual(self.facts("told", BALANCER, login=login), self.wanted(sasl_username=login))

    def test_what_is_too_long_for_one_command(self):
        login, hello = "a" * 250, "h" * 200 + ".example.org"  # Postfix takes 255 characters of each attribute
        self.assertEqual(self.facts("told", BALANCER, hello="EHLO " + hello, login=login),
                         self.wanted(sasl_username=login, helo_name=hello))
        harness.wait_for("two commands", lambda: "xclient=0/2" in self.postfix.log())

    def test_a_login_that_postfix_does_not_take(self):
        with self.gateway.client("told") as client:
            client.send(BALANCER)
            client.reply()
            client.reply("EHLO hello.example.org")
            word = base64.b64encode(f"\0{'a' * 300}\0{PASSWORD}".encode()).decode()
            self.assertEqual(client.reply(f"AUTH PLAIN {word}"), ["451 4.3.2 Internal server error"])
        line = self.gateway.wait_event("upstream failed")
        self.assertIn("takes no XCLIENT with LOGIN", line["error"])

    def test_every_attribute_of_mail_without_a_login(self):
        self.assertEqual(self.facts("mail", BALANCER), self.wanted())
        self.assertEqual(self.facts("mail", BALANCER, hello="HELO hello.example.org"), self.wanted(protocol_name="SMTP"))

    def test_an_upstream_that_is_logged_in_to_learns_the_rest(self):
        self.assertEqual(self.facts("auth", BALANCER, login=USER), self.wanted(
            sasl_username=USER, client_name="unknown", reverse_client_name="unknown"))

    def test_ipv6(self):
        self.assertEqual(self.facts("mail", BALANCER6), self.wanted(
            client_address="2001:db8::7", client_name="six.example.org", reverse_client_name="six.example.org",
            server_address="2001:db8::9"))

    def test_names_that_are_none_or_not_verified(self):
        nobody = BALANCER.replace(b".7 ", b".6 ")
        self.assertEqual(self.facts("mail", nobody), self.wanted(
            client_address="192.0.2.6", client_name="unknown", reverse_client_name="unknown"))
        other = BALANCER.replace(b".7 ", b".8 ")
        self.assertEqual(self.facts("mail", other), self.wanted(
            client_address="192.0.2.8", client_name="unknown", reverse_client_name="other.example.org"))

    def test_proxy_headers(self):
        for name in ("v1", "v2"):
            with self.subTest(name):
                got = self.facts(name, BALANCER)
                self.assertEqual((got["client_address"], got["client_port"], got["server_address"], got["server_port"]),
                                 (CLIENT[0], str(CLIENT[1]), HERE[0], str(HERE[1])))
                self.assertIn(f"connect from unknown[{CLIENT[0]}]", self.proxied.log())

    def test_an_upstream_that_knows_no_xclient_is_in_the_log(self):
        def talk(peer):
            peer.send("220 mx ESMTP\r\n")
            while line := peer.line():
                peer.send({b"EHLO": "250-mx\r\n250 AUTH PLAIN\r\n", b"AUTH": "235 in\r\n"}.get(line[:4], "220 mx\r\n"))
        plain = self.enter(Server(talk))
        gateway = self.enter(harness.Gateway([
            {"protocol": "smtp", "listen": ["on"], "upstream": plain.address, "proxy_smtp_auth": True},
            {"protocol": "smtp", "listen": ["off"], "upstream": plain.address, "proxy_smtp_auth": True, "xclient": False}]))
        for count, (name, line) in enumerate((("on", "not announced"), ("off", None)), 1):
            with gateway.client(name) as client:
                client.reply()
                client.reply("EHLO me")
                self.assertRegex(client.reply("AUTH PLAIN " + base64.b64encode(b"\0alice\0secret").decode())[0], "^235 ")
            self.assertEqual(gateway.wait_event("login", count=count).get("xclient"), line)


if __name__ == "__main__":
    harness.main()
