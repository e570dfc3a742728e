"""PROXY protocol from load balancers: who is told of the client behind one, and what becomes of bad headers."""
import base64
import contextlib
import socket
import subprocess
import time

import harness
from harness import AuthHttp
from transcript import EHLO

CLIENT, FULL = "192.0.2.7", "192.0.2.7:4711"
V1 = b"PROXY TCP4 192.0.2.7 192.0.2.9 4711 143\r\n"
BROKEN = "no valid PROXY protocol header"


def v2(rest, command=0x21, family=0x11):
    return b"\r\n\r\n\0\r\nQUIT\n" + bytes([command, family]) + len(rest).to_bytes(2, "big") + rest


def addresses(client, server, kind=socket.AF_INET, ports=b"\x12\x67\x00\x8f"):  # 4711
    return socket.inet_pton(kind, client) + socket.inet_pton(kind, server) + ports


def extension(kind, value):
    return bytes([kind]) + len(value).to_bytes(2, "big") + value


V2 = v2(addresses(CLIENT, "192.0.2.9") + extension(2, b"imap.example.org") + extension(0xe0, bytes(300)))
V6 = v2(addresses("2001:db8::7", "2001:db8::9", socket.AF_INET6), family=0x21)


def imap(peer):
    """An upstream that lets everybody in."""
    peer.send("* OK hi\r\n")
    tag = peer.line().split()[0].decode()
    for _ in range(2):
        peer.send("+ \r\n")
        peer.line()
    peer.send(f"{tag} OK in\r\n")
    peer.rest()


class ProxyProtocol(harness.Test):
    @classmethod
    def setUpClass(cls):
        cls.upstream = harness.Server(imap)
        cls.addClassCleanup(cls.upstream.close)
        cls.lookup = AuthHttp(lambda *_: {"Auth-Status": "OK", "Auth-Server": "127.0.0.1",
                                          "Auth-Port": str(cls.upstream.port)})
        cls.addClassCleanup(cls.lookup.close)
        server = {"protocol": "imap", "auth_http": cls.lookup.url, "timeout": "60s"}
        cls.gateway = harness.Gateway([
            {"listen": ["trusted proxy_protocol", "tls ssl proxy_protocol"], **server,
             "set_real_ip_from": ["10.0.0.0/8", "127.0.0.0/24", "unix:"]},
            {"listen": ["stranger proxy_protocol"], "set_real_ip_from": "10.0.0.0/8", **server},
            {"listen": ["short proxy_protocol"], "set_real_ip_from": "127.0.0.1", **server, "timeout": "1s"},
        ]).start()
        cls.addClassCleanup(cls.gateway.stop)

    def connect(self, header, name="trusted", pieces=None, pause=0.0):
        """A connection that begins with the header, in pieces if so wished, and is greeted."""
        client = self.gateway.client(name)
        self.addCleanup(client.close)
        client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        pieces = pieces or max(len(header), 1)
        for at in range(0, len(header), pieces):
            client.send(header[at:at + pieces])
            time.sleep(pause)
        return client

    def ends(self, name):
        """The lines of sessions that ended at a listener."""
        words = {"tls": "ssl proxy_protocol"}.get(name, "proxy_protocol")
        return {"listener": f"127.0.0.1:{self.gateway.port[name]} {words}"}

    def log_in(self, client, greeted=False):
        """Logs in; answers what the lookup was told of the client, and the line of the login."""
        before = len(self.gateway.events("login"))
        if not greeted:
            self.assertEqual(client.line(), b"* OK IMAP4 ready\r\n")
        self.assertIn("a OK", client.say("a LOGIN alice secret"))
        return dict(self.lookup.requests[-1][1])["Client-IP"], self.gateway.wait_event("login", count=before + 1)

    def test_who_is_behind_a_load_balancer_that_is_believed(self):
        for name, header, address, full in (
                ("text", V1, CLIENT, FULL), ("bytes, with extensions", V2, CLIENT, FULL),
                ("IPv6", V6, "2001:db8::7", "[2001:db8::7]:4711")):
            with self.subTest(name):
                told, line = self.log_in(self.connect(header))
                self.assertEqual((told, line["client"]), (address, full))
                self.assertRegex(line["via"], r"^127\.0\.0\.1:\d+$")

    def test_a_load_balancer_that_speaks_for_itself(self):
        for name, header in (("LOCAL", v2(b"", 0x20, 0)), ("LOCAL and more", v2(b"12345", 0x20, 0x11)),
                             ("UNKNOWN", b"PROXY UNKNOWN ff:: ff:: 1 2\r\n"), ("unspecified", v2(b"abc", 0x21, 0)),
                             ("Unix sockets", v2(bytes(216), 0x21, 0x31))):
            with self.subTest(name):
                told, line = self.log_in(self.connect(header))
                self.assertEqual(told, "127.0.0.1")
                self.assertRegex(line["client"], r"^127\.0\.0\.1:")
                self.assertNotIn("via", line)

    def test_others_are_not_believed(self):
        for header in (V1, V2):
            told, line = self.log_in(self.connect(header, "stranger"))
            self.assertEqual((told, line["claimed"]), ("127.0.0.1", FULL))
            self.assertRegex(line["client"], r"^127\.0\.0\.1:")
            self.assertNotIn("via", line)

    def test_a_header_in_pieces(self):
        for header in (V1, V6):
            self.assertEqual(self.log_in(self.connect(header, pieces=1))[0], "192.0.2.7" if header == V1 else "2001:db8::7")
        self.assertEqual(self.log_in(self.connect(V1, pieces=20, pause=0.2))[0], CLIENT)

    def test_nothing_behind_the_header_is_lost(self):
        for header in (V1, V2):
            client = self.connect(header + b"n NOOP\r\n")
            self.assertEqual(client.line(), b"* OK IMAP4 ready\r\n")
            self.assertEqual(client.line(), b"n OK completed\r\n")
            self.assertEqual(self.log_in(client, greeted=True)[0], CLIENT)

    def test_the_header_comes_before_tls(self):
        for header in (V1, V2):
            client = self.connect(header, "tls")
            client.start_tls()
            told, line = self.log_in(client)
            self.assertEqual((told, line["client"], line["tls"]), (CLIENT, FULL, "TLSv1.3"))

    def test_bad_headers_end_the_session_with_a_reason(self):
        for header, why in (
                (b"a LOGIN alice secret\r\n", "no PROXY protocol header"),
                (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "no PROXY protocol header"),
                (b"PROXY TCP4 192.0.2.7 192.0.2.9 4711\r\n", "an address that is none"),
                (b"PROXY TCP4 192.0.2.7 192.0.2.9 4711 99999\r\n", "a port that is none"),
                (b"PROXY TCP9 192.0.2.7 192.0.2.9 4711 1\r\n", "neither TCP4, TCP6 nor UNKNOWN"),
                (b"PROXY UNKNOWN" + b" x" * 80, "a line of more than 107 bytes"),
                (v2(addresses(CLIENT, "192.0.2.9"), 0x31), "a version that is not 2"),
                (v2(addresses(CLIENT, "192.0.2.9"), 0x22), "a command that is neither LOCAL nor PROXY"),
                (v2(b"1234"), "too few bytes for its addresses"),
                (v2(addresses(CLIENT, "192.0.2.9") + b"\x02\x00\x09x"), "an extension that is cut off"),
                (v2(addresses(CLIENT, "192.0.2.9") + extension(3, b"\0\0\0\0")), "a checksum that does not fit"),
                (v2(bytes(5000), 0x21, 0), "more than 4096 bytes of addresses and extensions")):
            for name in ("trusted", "tls"):
                with self.subTest(why, listener=name):
                    wanted = {"reason": f"{BROKEN}: {why}", **self.ends(name)}
                    before = len(self.gateway.events("end", **wanted))
                    self.assertEqual(self.connect(header, name).rest(), b"")
                    self.gateway.wait_event("end", count=before + 1, **wanted)

    def test_a_header_that_is_cut(self):
        for header in (V1, V2):
            for size in (0, 5, 13, 30):
                with self.subTest(header[:5], size=size):
                    before = len(self.gateway.events("end", **self.ends("stranger")))
                    client = self.connect(header[:size], "stranger")
                    client.socket.shutdown(socket.SHUT_WR)
                    self.assertEqual(client.rest(), b"")
                    end = self.gateway.wait_event("end", count=before + 1, **self.ends("stranger"))
                    self.assertEqual((end["reason"], end["ended_by"]), ("connection closed", "client"))

    def test_a_header_that_does_not_come_in_time(self):
        for header in (b"", V1[:20], V2[:20]):
            before = len(self.gateway.events("end", **self.ends("short")))
            self.assertEqual(self.connect(header, "short").rest(), b"")
            end = self.gateway.wait_event("end", count=before + 1, **self.ends("short"))
            self.assertEqual(end["reason"], "timed out")

    def test_a_slow_header_does_not_move_the_deadline(self):
        before, began = len(self.gateway.events("end", **self.ends("short"))), time.monotonic()
        with self.assertRaises(OSError):
            self.connect(V1 + b"x" * 1000, "short", pieces=1, pause=0.1)
        self.assertLess(time.monotonic() - began, 20)
        end = self.gateway.wait_event("end", count=before + 1, **self.ends("short"))
        self.assertEqual(end["reason"], "timed out")


class HaProxy(harness.Test):
    """The protocol's own author, in front of a listener for each version and of one at a Unix socket."""

    def test_a_real_load_balancer(self):
        upstream = self.enter(harness.Server(imap))
        lookup = self.enter(AuthHttp(lambda *_: {"Auth-Status": "OK", "Auth-Server": "127.0.0.1",
                                                 "Auth-Port": str(upstream.port)}))
        folder = harness.temp_folder()
        server = f'''protocol = "imap"
auth_http = "{lookup.url}"
set_real_ip_from = ["127.0.0.1", "unix:"]
ssl_certificate = "{harness.certificates().folder}/ecdsa.pem"
ssl_certificate_key = "{harness.certificates().folder}/ecdsa-key.pem"
'''
        port, front = harness.free_port(), {way: harness.free_port() for way in ("v1", "v2", "unix", "check")}
        gateway = self.enter(harness.Gateway([], text=f'''worker_processes = 0
[[mail.server]]
listen = ["127.0.0.1:{port} ssl proxy_protocol", "unix:{folder}/socket ssl proxy_protocol"]
{server}'''))
        text = "defaults\n mode tcp\n timeout connect 5s\n timeout client 30s\n timeout server 30s\n"
        for way, to in (("v1", f"127.0.0.1:{port} send-proxy"), ("unix", f"unix@{folder}/socket send-proxy-v2"),
                        ("v2", f"127.0.0.1:{port} send-proxy-v2 proxy-v2-options crc32c,unique-id,authority")):
            text += f"listen {way}\n bind 127.0.0.1:{front[way]}\n server postern {to}\n"
        text += f"listen check\n bind 127.0.0.1:{front['check']}\n" \
                f" server postern 127.0.0.1:{port} send-proxy-v2 check check-send-proxy inter 200ms\n"
        (folder / "haproxy.cfg").write_text(text)
        haproxy = subprocess.Popen(["haproxy", "-db", "-f", str(folder / "haproxy.cfg")], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(haproxy.wait)
        self.addCleanup(haproxy.terminate)
        for number, way in enumerate(("v1", "v2", "unix"), 1):
            with self.subTest(way):
                def connect():
                    with contextlib.suppress(ConnectionRefusedError):
                        return harness.Client(front[way])
                client = harness.wait_for("haproxy", connect)
                self.addCleanup(client.close)
                here = client.socket.getsockname()[1]
                client.start_tls()
                self.assertEqual(client.line(), b"* OK IMAP4 ready\r\n")
                self.assertEqual(client.say("a LOGIN alice secret"), "a OK in")
                line = gateway.wait_event("login", count=number)
                self.assertEqual(line["client"], f"127.0.0.1:{here}")
                self.assertTrue(line["via"].startswith("unix:" if way == "unix" else "127.0.0.1:"), line)
        # Its health checks are connections of its own: a header that says so, and nothing more.
        gateway.wait_event("end", ended_by="client", bytes_in="16", bytes_out="0")


class Xclient(harness.Test):
    def test_an_upstream_is_told_of_the_client(self):
        said = []

        def talk(peer):
            peer.send("220 mx ESMTP\r\n")
            while line := peer.line():
                said.append(line.decode().strip())
                peer.send({b"EHLO": EHLO, b"AUTH": "235 in\r\n"}.get(line[:4], "220 mx\r\n"))

        server = self.enter(harness.Server(talk))
        gateway = self.enter(harness.Gateway([
            {"protocol": "smtp", "listen": ["smtp proxy_protocol"], "upstream": server.address,
             "proxy_smtp_auth": True, "set_real_ip_from": "127.0.0.1"}]))
        with gateway.client("smtp") as client:
            client.send(V6)
            client.reply()
            client.reply("EHLO me")
            self.assertEqual(client.reply("AUTH PLAIN " + base64.b64encode(b"\0alice\0secret").decode())[0][:3], "235")
        self.assertTrue(any(line.startswith("XCLIENT ADDR=IPV6:2001:db8::7 ") for line in said), said)


if __name__ == "__main__":
    harness.main()
