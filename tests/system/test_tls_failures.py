"""Why a client cannot connect: the line event="tls failed"."""
import socket
import ssl
import struct

import harness
from harness import certificates, run

V12, V13 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3


def counted(data, width):
    return len(data).to_bytes(width, "big") + data


def client_hello(name, version=b"\x03\x01", suites=b"\xc0\x13\x00\x2f"):
    """A ClientHello of long ago, with any bytes as the server name."""
    sni = b"\0\0" + counted(counted(b"\0" + counted(name, 2), 2), 2)
    body = version + b"r" * 32 + b"\0" + counted(suites, 2) + b"\x01\0" + counted(sni, 2)
    return b"\x16\x03\x01" + counted(b"\x01" + counted(body, 3), 2)


def modern_hello():
    """The first bytes of Python's own client."""
    made, incoming, outgoing = ssl.create_default_context(), ssl.MemoryBIO(), ssl.MemoryBIO()
    try:
        made.wrap_bio(incoming, outgoing, server_hostname="localhost").do_handshake()
    except ssl.SSLWantReadError:
        pass
    return outgoing.read()


class WhyNot(harness.Test):
    def start(self, level="debug", **more):
        return self.enter(harness.Gateway(
            [{"protocol": "imap", "listen": ["imap", "imaps ssl"], "starttls": "on", "upstream": "127.0.0.1:1", **more}],
            top={"error_log": f"stderr {level}"}))

    def s_client(self, gateway, *options):
        run("openssl", "s_client", "-connect", f"localhost:{gateway.port['imaps']}", "-CAfile", certificates().ca,
            "-servername", "phone.example", *options, input="", ok=None)

    def failure(self, gateway, count=1):
        line = gateway.wait_event("tls failed", count=count)
        end = gateway.wait_event("end", session=line["session"])
        for key in ("client", "listener", "protocol"):
            self.assertEqual(line[key], end[key])
        self.assertTrue(line["reason"])
        return line

    def test_a_version_that_is_too_old(self):
        gateway = self.start()
        self.s_client(gateway, "-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0")
        line = self.failure(gateway)
        self.assertEqual(line["sni"], "phone.example")
        self.assertEqual(line["offered"], "TLSv1.1 and older")
        self.assertEqual(line["hint"], "the client offers only TLSv1.1 and older, ssl_protocols has TLSv1.2 TLSv1.3")
        self.assertEqual(line["level"], "notice")

    def test_a_client_that_does_not_trust_the_certificate(self):
        gateway = self.start()
        for number, (version, name) in enumerate(((V12, "imaps"), (V13, "imaps"), (V12, "imap"), (V13, "imap")), 1):
            with self.subTest(version=version, name=name):
                made = ssl.create_default_context()
                made.minimum_version = made.maximum_version = version
                with gateway.client(name) as client, self.assertRaises(OSError):
                    if name == "imap":
                        client.line()
                        self.assertRegex(client.say("a STARTTLS"), "^a OK")
                    client.start_tls(made)
                    client.line()
                line = self.failure(gateway, number)
                self.assertEqual(line["alert_received"], "unknown_ca")
                self.assertIn("does not trust the certificate's issuer", line["hint"])
                self.assertIn("TLSv1.2" if version == V12 else "TLSv1.3", line["offered"])
                self.assertEqual(line["sni"], "localhost")

    def test_nothing_in_common(self):
        gateway = self.start(ssl_ciphers="ECDHE+AESGCM", ssl_ecdh_curve="P-256:P-384")
        for number, (options, hint) in enumerate((
                (["-tls1_2", "-cipher", "AES256-SHA"], "no cipher suite in common: ssl_ciphers has none of the client's 1 (AES256-SHA)"),
                (["-tls1_3", "-groups", "P-521"], "no group in common: the client offers P-521, ssl_ecdh_curve has P-256 P-384"),
                (["-tls1_3", "-sigalgs", "RSA-PSS+SHA256"], "no signature algorithm in common for the ECDSA certificate: "
                                                           "the client offers rsa_pss_rsae_sha256")), 1):
            with self.subTest(options):
                self.s_client(gateway, *options)
                self.assertEqual(self.failure(gateway, number)["hint"], hint)

    def test_another_protocol_by_alpn(self):
        gateway = self.start()
        self.s_client(gateway, "-alpn", "http/1.1,h2")
        line = self.failure(gateway)
        self.assertEqual(line["alert_sent"], "no_application_protocol")
        self.assertIn("ALPN has no imap", line["hint"])
        offer = gateway.wait_event("tls offer", session=line["session"])
        self.assertEqual(offer["alpn"], "http/1.1 h2")
        self.assertIn("TLS_AES_128_GCM_SHA256", offer["ciphers"])
        self.assertIn("X25519", offer["groups"])
        self.assertGreater(int(offer["suites"]), 5)
        self.assertIn("ecdsa_secp256r1_sha256", offer["signatures"])

    def test_no_tls_at_all(self):
        gateway = self.start()
        for number, (text, reason, hint) in enumerate((
                ("GET / HTTP/1.1\r\n\r\n", "plain HTTP request", "web client"),
                (". CAPABILITY and more\r\n", "plain text came", "set it to SSL/TLS"),
                ("PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n", "PROXY protocol header", "load balancer"),
                (b"\x80\x2e\x01\x00\x02" + b"x" * 43, "", "SSLv2")), 1):
            with self.subTest(text):
                with gateway.client("imaps") as client:
                    client.send(text)
                    client.rest()
                line = self.failure(gateway, number)
                self.assertIn(reason, line["reason"])
                self.assertIn(hint, line["hint"])
                self.assertNotIn("CAPABILITY", str(line))

    def test_a_client_that_gives_up_without_a_word(self):
        gateway = self.start()
        for number, reset in enumerate((False, True), 1):
            with gateway.client("imaps") as client:
                client.send(modern_hello())
                self.assertTrue(client.more())
                if reset:
                    client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            line = self.failure(gateway, number)
            self.assertIn("after the server's first answer", line["reason"])
            self.assertIn("does not trust the certificate", line["hint"])
            self.assertIn("TLSv1.3", line["offered"])

    def test_a_client_that_stops_in_the_middle(self):
        gateway = self.start(timeout="1s")
        with gateway.client("imaps") as client:
            client.send(modern_hello()[:50])
            client.rest()
        self.assertEqual(self.failure(gateway)["reason"],
                         "nothing more came in time in the middle of its ClientHello")

    def test_whoever_only_looks_is_not_worth_a_notice(self):
        gateway = self.start()
        with gateway.client("imaps"):
            pass
        line = self.failure(gateway)
        self.assertEqual(line["level"], "info")
        self.assertIn("before the client had sent anything", line["reason"])

    def test_hostile_names_break_no_line(self):
        gateway = self.start()
        names = [b"\x1b[2J", b"a\r\nevent=login user=root", b'" event="login', b"\xff\xfe", b"x" * 900, b"\0"]
        for name in names:
            with gateway.client("imaps") as client:
                client.send(client_hello(name))
                client.rest()
        gateway.wait_event("tls failed", count=len(names))
        raw = gateway.log_file.read_bytes()
        self.assertNotIn(b"\x1b", raw)
        self.assertNotIn(b"\0", raw)
        for line in gateway.events("tls failed"):
            self.assertIn("TLSv1 and older", line["hint"])
        self.assertEqual(gateway.events("login"), [])
        self.assertEqual(len([e for e in gateway.events("tls failed") if e["sni"].startswith("xxx")]), 1)

    def test_success_is_no_failure(self):
        gateway = self.start()
        with gateway.client("imaps", tls=True) as client:
            client.line()
            client.say("a LOGOUT")
        gateway.wait_event("end")
        self.assertEqual(gateway.events("tls failed"), [])
        self.assertEqual(gateway.events("tls offer"), [])


if __name__ == "__main__":
    harness.main()
