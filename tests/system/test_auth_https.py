"""auth_http over TLS: who is believed, who is shown a certificate, and what the log says when it does not work. And several
services, of which the next one is asked when one fails."""
import shutil
import signal
import ssl
import time

import harness
from client_ca import authority
from harness import AuthHttp, Server, certificates, free_port, temp_folder
from transcript import Upstream

INTERNAL = b"* BAD internal server error\r\n"


class Https(AuthHttp):
    def __init__(self, answer, certificate=None, key=None, clients=None, port=0, latest=None):
        pem = certificates().folder
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate or pem / "ecdsa.pem", key or pem / "ecdsa-key.pem")
        self.context.set_alpn_protocols(["h2", "http/1.1"])
        if latest:
            self.context.maximum_version = latest
        if clients:
            self.context.verify_mode = ssl.CERT_REQUIRED
            self.context.load_verify_locations(clients)
        self.seen = []  # server name, protocol by ALPN, client's common name, resumed
        self.context.sni_callback = lambda connection, name, _: self.names.append(name)
        self.names, self.lines = [], []  # names: of each hello, two where the first offers a group that is not spoken here
        super().__init__(answer, port)

    @property
    def url(self):
        return f"https://localhost:{self.port}/auth"

    def requests_of(self, peer):
        peer.socket = self.context.wrap_socket(peer.socket, server_side=True)
        self.lines.append(peer.socket)
        shown = dict(pair for part in (peer.socket.getpeercert() or {}).get("subject", ()) for pair in part)
        self.seen.append((peer.socket.selected_alpn_protocol(), shown.get("commonName"), peer.socket.session_reused))
        super().requests_of(peer)


class Lookups(harness.Test):
    def setUp(self):
        self.upstream = self.enter(Upstream("imap"))

    def found(self, *_):
        self.upstream.answers.append((b"a OK in\r\n", False))
        return {"Auth-Status": "OK", "Auth-Server": "127.0.0.1", "Auth-Port": str(self.upstream.port)}

    def start(self, *services, top=None, **more):
        urls = [s if isinstance(s, str) else s.url for s in services]
        more = {"auth_http_ssl_trusted_certificate": certificates().ca, **more}
        if not any(url.startswith("https") for url in urls):
            more = {k: v for k, v in more.items() if not k.startswith("auth_http_ssl")}
        return self.enter(harness.Gateway([{"protocol": "imap", "listen": ["imap"], "auth_http": urls, **more}], top=top))

    def log_in(self, gateway):
        with gateway.client("imap") as client:
            client.line()
            client.send("a LOGIN joe secret\r\n")
            return client.line()

    def fails(self, gateway, pattern):
        """A login that fails for one reason, which is one line in the log."""
        before = len(gateway.events("lookup failed"))
        self.assertEqual(self.log_in(gateway), INTERNAL)
        lines = gateway.events("lookup failed")[before:]
        self.assertEqual(len(lines), 1)
        self.assertRegex(lines[0]["detail"], pattern)


class OverTls(Lookups):
    def test_a_service_that_is_who_it_should_be(self):
        for latest in (None, ssl.TLSVersion.TLSv1_2):
            service = self.enter(Https(self.found, latest=latest))
            gateway = self.start(service)
            for _ in range(5):
                self.assertEqual(self.log_in(gateway), b"a OK in\r\n")
            self.assertEqual(len(service.requests), 5)
            self.assertEqual(service.seen, [("http/1.1", None, False)])  # one connection
            self.assertEqual(set(service.names), {"localhost"})
            line, headers = service.requests[0]
            self.assertEqual(line, "GET /auth HTTP/1.1")
            self.assertEqual(headers[0], ("Host", "localhost"))
            self.assertEqual(dict(headers)["Auth-Pass"], "secret")

    def test_a_connection_that_has_gone_is_replaced(self):
        service = self.enter(Https(self.found))
        gateway = self.start(service)
        for count in (1, 2, 3):
            self.assertEqual(self.log_in(gateway), b"a OK in\r\n")
            self.assertEqual(len(service.seen), count)
            service.lines[-1].shutdown(2)

    def test_a_service_that_is_not(self):
        stranger = temp_folder()
        harness.run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
                    "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", stranger / "key.pem",
                    "-out", stranger / "cert.pem")
        other = certificates().make("other", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", host="other.example")
        for certificate, more, why in (
                ((stranger / "cert.pem", stranger / "key.pem"), {}, "self.signed|issuer"),
                (other, {}, "localhost.*other.example|other.example"),
                (None, {"auth_http_ssl_name": "auth.example.org"}, "auth.example.org")):
            with self.subTest(why):
                service = self.enter(Https(self.found, *(certificate or ())))
                gateway = self.start(service, **more)
                self.fails(gateway, f"localhost at 127.0.0.1:{service.port}: TLS failed: .*({why})")
                self.assertEqual(service.requests, [])
        service = self.enter(Https(self.found, stranger / "cert.pem", stranger / "key.pem"))
        for more in ({"auth_http_ssl_trusted_certificate": stranger / "cert.pem"}, {"auth_http_ssl_verify": False}):
            self.assertEqual(self.log_in(self.start(service, **more)), b"a OK in\r\n")
        service = self.enter(Https(self.found, *other))
        self.assertEqual(self.log_in(self.start(service, auth_http_ssl_name="other.example")), b"a OK in\r\n")
        self.assertEqual(set(service.names), {"other.example"})

    def test_what_does_not_speak_tls_hears_nothing(self):
        plain = self.enter(AuthHttp(self.found))
        gateway = self.start(f"https://localhost:{plain.port}/", auth_http_timeout="2s")
        self.fails(gateway, "TLS failed|timed out")
        silent = self.enter(Server(lambda peer: peer.rest()))
        gateway = self.start(f"https://localhost:{silent.port}/", auth_http_timeout="1s")
        self.fails(gateway, "TLS failed: timed out")
        self.assertNotIn("secret", str(plain.requests))
        service = self.enter(Https(self.found))
        gateway = self.start(f"http://127.0.0.1:{service.port}/", auth_http_timeout="2s")
        self.fails(gateway, f"127.0.0.1:{service.port}: ")

    def test_a_certificate_of_our_own(self):
        service = self.enter(Https(self.found, clients=authority().file))
        cert, key = authority().pair("joe")
        own = {"auth_http_ssl_certificate": cert, "auth_http_ssl_certificate_key": key}
        for top in ({}, {"ssl_key_process": True}):
            with self.subTest(**top):
                self.assertEqual(self.log_in(self.start(service, top=top, **own)), b"a OK in\r\n")
                self.assertEqual(service.seen[-1][1], "joe")
        self.fails(self.start(service), "TLS|end of stream|reset")

    def test_a_key_that_does_not_fit_is_told_at_load(self):
        cert, _ = authority().pair("joe")
        _, key = authority().pair("late")
        gateway = harness.Gateway([{"protocol": "imap", "listen": ["imap"], "auth_http": "https://localhost/",
                                    "auth_http_ssl_trusted_certificate": certificates().ca,
                                    "auth_http_ssl_certificate": cert, "auth_http_ssl_certificate_key": key}])
        said = harness.run(harness.POSTERN, "check", "-c", gateway.file, ok=1)
        self.assertRegex(said.stdout + said.stderr, "error: auth_http_ssl_certificate")
        self.assertNotIn("proxy_ssl", said.stdout + said.stderr)

    def test_files_are_read_again_at_reload(self):
        trusted = temp_folder() / "trusted.pem"
        shutil.copy(authority().file, trusted)
        trusted.chmod(0o644)
        service = self.enter(Https(self.found))
        gateway = self.start(service, auth_http_ssl_trusted_certificate=trusted)
        self.fails(gateway, "TLS failed")
        shutil.copy(certificates().ca, trusted)
        gateway.process.send_signal(signal.SIGHUP)
        gateway.wait_event("reloaded")
        self.assertEqual(self.log_in(gateway), b"a OK in\r\n")


class InTurn(Lookups):
    def told(self, gateway):
        return [line["detail"] for line in gateway.events("lookup went on to another service")]

    def test_the_next_one_is_asked(self):
        good = self.enter(AuthHttp(self.found))
        first = {
            "nobody": (f"http://127.0.0.1:{free_port()}/", "cannot connect: Connection refused"),
            "500": (AuthHttp(lambda *_: b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"), "HTTP status 500 and without Auth-Status"),
            "lies": (AuthHttp(lambda *_: {"Auth-Server": "127.0.0.1", "Auth-Port": "99999"}), 'invalid server port'),
            "silent": (AuthHttp(lambda *_: None), "timed out"),
            "banner": (AuthHttp(lambda *_: b"220 mx ESMTP\r\n\r\n"), "bad "),
            "closes": (AuthHttp(lambda *_: b""), "end of stream"),
            "stranger": (Https(self.found, *certificates().make("far", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", host="far.example")),
                         "TLS failed"),
            "unknown": ("http://auth.invalid/", "cannot resolve auth.invalid"),
        }
        for name, (service, why) in first.items():
            with self.subTest(name):
                if not isinstance(service, str):
                    self.enter(service)
                gateway = self.start(service, good, auth_http_timeout="2s")
                self.assertEqual(self.log_in(gateway), b"a OK in\r\n")
                self.assertEqual(len(self.told(gateway)), 1)
                self.assertIn(why, self.told(gateway)[0])
                self.assertEqual(gateway.events("lookup failed"), [])

    def test_one_that_failed_is_left_alone_for_a_while(self):
        bad = self.enter(AuthHttp(lambda *_: b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"))
        good = self.enter(AuthHttp(self.found))
        gateway = self.start(bad, good)
        began = time.monotonic()
        for _ in range(5):
            self.assertEqual(self.log_in(gateway), b"a OK in\r\n")
        self.assertEqual((len(bad.requests), len(good.requests)), (1, 5))
        good.close()  # nobody is left but the one that rests
        self.fails(gateway, "HTTP status 503")
        self.assertEqual(len(bad.requests), 2)
        bad.answer = self.found
        time.sleep(max(0.0, 11 - (time.monotonic() - began)))
        self.assertEqual(self.log_in(gateway), b"a OK in\r\n")

    def test_a_refusal_is_an_answer(self):
        first = self.enter(AuthHttp(lambda *_: b"HTTP/1.1 500 Oops\r\nAuth-Status: no\r\nContent-Length: 0\r\n\r\n"))
        second = self.enter(AuthHttp(self.found))
        gateway = self.start(first, second)
        self.assertEqual(self.log_in(gateway), b"a NO no\r\n")
        self.assertEqual(second.requests, [])

    def test_a_client_that_leaves_takes_its_question_along(self):
        silent = self.enter(AuthHttp(lambda *_: None))
        second = self.enter(AuthHttp(self.found))
        gateway = self.start(silent, second, auth_http_timeout="60s")
        client = gateway.client("imap")
        client.line()
        client.send("a LOGIN joe secret\r\n")
        harness.wait_for("the question", lambda: silent.requests)
        client.close()
        gateway.wait_event("end")
        self.assertEqual(gateway.events("lookup failed") + self.told(gateway), [])
        silent.answer = self.found
        self.assertEqual(self.log_in(gateway), b"a OK in\r\n")  # and it is not the service's fault
        self.assertEqual((len(silent.requests), len(second.requests)), (2, 0))

    def test_when_all_fail_each_is_named(self):
        port, lies = free_port(), self.enter(AuthHttp(lambda *_: {"Auth-Status": "Ok"}))
        gateway = self.start(f"http://127.0.0.1:{port}/", lies)
        self.fails(gateway, f'^lookup: 127.0.0.1:{port}: cannot connect: Connection refused; 127.0.0.1:{lies.port}: '
                            'sent Auth-Status .*Ok.*, which must be OK or WAIT$')


if __name__ == "__main__":
    harness.main()
