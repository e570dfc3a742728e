"""TLS to the mail servers behind the gateway: real ones, and hostile ones."""
import base64
import hashlib
import imaplib
import poplib
import smtplib
import socket
import ssl
import subprocess
import threading
import time
import types

import harness
from harness import DEADLINE, PASSWORD, USER, certificates, postern, run, temp_folder, tls_context, wait_for
from mail import message
from servers import Dovecot, Postfix

def pin(certificate):
    """What an operator would type."""
    command = f"openssl x509 -in {certificate} -noout -pubkey | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary"
    return base64.b64encode(subprocess.run(command, shell=True, check=True, capture_output=True).stdout).decode()


def expired(authority):
    """A certificate for localhost that was good until yesterday."""
    folder = temp_folder()
    (folder / "index").touch()
    (folder / "serial").write_text("1000\n")
    (folder / "ca.conf").write_text(f"""[ca]
default_ca = it
[it]
database = {folder}/index
serial = {folder}/serial
new_certs_dir = {folder}
default_md = sha256
policy = any
x509_extensions = usual
[any]
commonName = supplied
[usual]
subjectAltName = DNS:localhost
basicConstraints = CA:FALSE
""")
    run("openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=localhost",
        "-keyout", folder / "key.pem", "-out", folder / "csr.pem")
    ago = [time.strftime("%Y%m%d%H%M%SZ", time.gmtime(time.time() - days * 86400)) for days in (30, 1)]
    run("openssl", "ca", "-batch", "-notext", "-config", folder / "ca.conf", "-cert", authority.folder / "ca.pem", "-keyfile",
        authority.folder / "ca-key.pem", "-in", folder / "csr.pem", "-out", folder / "cert.pem", "-startdate", ago[0],
        "-enddate", ago[1])
    return folder / "cert.pem", folder / "key.pem"


class Fake(harness.Server):
    """An IMAP server of ours that takes any login, with TLS from the first byte, after STARTTLS, or without."""

    def __init__(self, mode, certificate=None, **more):
        self.mode, self.heard, self.sessions = mode, [], []
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        pem = certificates().folder
        self.context.load_cert_chain(*(certificate or (pem / "ecdsa.pem", pem / "ecdsa-key.pem")))
        self.context.set_alpn_protocols(["imap"])
        self.context.sni_callback = lambda connection, name, _: setattr(connection, "told", name)
        for key, value in more.items():
            setattr(self.context, key, value)
        super().__init__(self.imap)

    def secure(self, peer):
        peer.socket = tls = self.context.wrap_socket(peer.socket, server_side=True)
        self.sessions.append(types.SimpleNamespace(
            told=tls.told, version=tls.version(), alpn=tls.selected_alpn_protocol(), cipher=tls.cipher()[0],
            resumed=tls.session_reused, shown=tls.getpeercert()))

    def imap(self, peer):
        if self.mode == "on":
            self.secure(peer)
        peer.send("* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n")
        while line := peer.line():
            self.heard.append(line)
            tag, _, rest = line.partition(b" ")
            if rest.upper().startswith(b"STARTTLS"):
                peer.send(tag + b" OK begin TLS\r\n")
                self.secure(peer)
            elif rest.startswith(b"LOGIN"):
                peer.send(tag + b" OK welcome\r\n")
            else:
                peer.send(tag + b" OK " + rest)


class Upstream(harness.Test):
    """What the tests below have in common."""

    def gateway(self, *servers, **mail):
        mail = {"proxy_ssl_trusted_certificate": certificates().ca, **mail}
        servers = [{"protocol": "imap", "listen": ["imap"] if not i else [f"imap{i}"], **s} for i, s in enumerate(servers)]
        return self.enter(harness.Gateway(servers, mail=mail))

    def fake(self, mode, *more, **settings):
        return self.enter(Fake(mode, *more, **settings))

    def login(self, gateway, name="imap", user=USER):
        """The gateway's answer to a login."""
        with gateway.client(name) as client:
            client.line()
            client.send(f'a LOGIN "{user}" "{PASSWORD}"\r\n')
            return client.line().decode().rstrip("\r\n")

    def logins(self, gateway, count):
        """The lines about so many logins; the client hears of each a moment earlier."""
        return wait_for("the lines about logins", lambda: len(found := gateway.events("login")) >= count and found)

    def failure(self, gateway):
        return wait_for("the line about it", lambda: gateway.events("upstream failed"))[-1]

    def assert_refused(self, gateway, *words, name="imap"):
        said = self.login(gateway, name)
        self.assertIn("internal server error", said)
        line = self.failure(gateway)
        for word in words:
            self.assertIn(word, f"{line['error']}: {line['detail']}")
        return line


class Trust(Upstream):
    def test_the_right_upstream_is_spoken_to(self):
        for mode in ("on", "starttls"):
            with self.subTest(mode):
                fake = self.fake(mode)
                gateway = self.gateway({"upstream": f"localhost:{fake.port}", "proxy_ssl": mode})
                self.assertEqual(self.login(gateway), "a OK welcome")
                tls = fake.sessions[0]
                self.assertEqual((tls.version, tls.alpn, tls.told), ("TLSv1.3", "imap", "localhost"))
                login = self.logins(gateway, 1)[0]
                self.assertEqual((login["upstream_tls"], login["upstream_resumed"]), ("TLSv1.3", "no"))

    def test_an_address_must_be_in_the_certificate_and_is_no_server_name(self):
        fake = self.fake("on")
        gateway = self.gateway({"upstream": fake.address, "proxy_ssl": "on"})
        self.assertEqual(self.login(gateway), "a OK welcome")
        self.assertIsNone(fake.sessions[0].told)

    def test_a_wrong_name(self):
        other = certificates().make("other", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", host="other.example")
        fake = self.fake("on", other)
        gateway = self.gateway({"upstream": f"localhost:{fake.port}", "proxy_ssl": "on"},
                               {"upstream": f"localhost:{fake.port}", "proxy_ssl": "on", "proxy_ssl_name": "other.example"})
        self.assert_refused(gateway, "certificate verify failed", "wanted: localhost",
                            "the certificate names: other.example, 127.0.0.1", "alert")
        self.assertEqual(self.failure(gateway)["upstream"], f"localhost:{fake.port}")
        self.assertEqual(fake.heard, [])
        self.assertEqual(self.login(gateway, "imap1"), "a OK welcome")
        self.assertEqual(fake.sessions[-1].told, "other.example")

    def test_an_unknown_authority(self):
        stranger = harness.Certificates()
        fake = self.fake("starttls", (stranger.folder / "rsa.pem", stranger.folder / "rsa-key.pem"))
        gateway = self.gateway({"upstream": f"localhost:{fake.port}", "proxy_ssl": "starttls"})
        self.assert_refused(gateway, "certificate verify failed: unable to", "alert")
        self.assertEqual([line for line in fake.heard if b"STARTTLS" not in line], [])

    def test_an_expired_certificate(self):
        fake = self.fake("on", expired(certificates()))
        gateway = self.gateway({"upstream": f"localhost:{fake.port}", "proxy_ssl": "on"})
        self.assert_refused(gateway, "certificate has expired", "wanted: localhost")

    def test_pins(self):
        stranger = harness.Certificates()
        pem = stranger.folder / "ecdsa.pem"
        fake = self.fake("on", (pem, stranger.folder / "ecdsa-key.pem"))
        at = {"upstream": f"localhost:{fake.port}", "proxy_ssl": "on"}
        gateway = self.gateway(
            {**at, "proxy_ssl_verify": False, "proxy_ssl_pin": ["0" * 64, pin(pem)]},
            {**at, "proxy_ssl_verify": False, "proxy_ssl_pin": pin(certificates().folder / "ecdsa.pem")},
            {**at, "proxy_ssl_pin": pin(pem)},
            {**at, "proxy_ssl_pin": "sha256//" + pin(pem), "proxy_ssl_trusted_certificate": stranger.ca})
        self.assertEqual(self.login(gateway), "a OK welcome")
        self.assert_refused(gateway, "its key is none of proxy_ssl_pin", name="imap1")
        self.assert_refused(gateway, "certificate verify failed", name="imap2")
        self.assertEqual(self.login(gateway, "imap3"), "a OK welcome")

    def test_a_client_certificate_is_shown(self):
        own, key = certificates().make("gateway", "rsa:2048", host="gateway.example")
        fake = self.fake("on")
        fake.context.verify_mode = ssl.CERT_REQUIRED
        fake.context.load_verify_locations(certificates().ca)
        at = {"upstream": f"localhost:{fake.port}", "proxy_ssl": "on"}
        gateway = self.gateway({**at, "proxy_ssl_certificate": own, "proxy_ssl_certificate_key": key}, at)
        self.assertEqual(self.login(gateway), "a OK welcome")
        subject = dict(pair[0] for pair in fake.sessions[0].shown["subject"])
        self.assertEqual(subject["commonName"], "gateway.example")
        self.assert_refused(gateway, name="imap1")

    def test_a_client_certificate_is_shown_by_who_has_not_its_key(self):
        """ssl_key_process: another process signs, with every version."""
        own, key = certificates().make("signed", "rsa:2048", host="gateway.example")
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            with self.subTest(version):
                fake = self.fake("on", maximum_version=version)
                fake.context.verify_mode = ssl.CERT_REQUIRED
                fake.context.load_verify_locations(certificates().ca)
                server = {"protocol": "imap", "listen": ["imap"], "upstream": f"localhost:{fake.port}",
                          "proxy_ssl": "on", "proxy_ssl_trusted_certificate": certificates().ca,
                          "proxy_ssl_certificate": own, "proxy_ssl_certificate_key": key}
                gateway = self.enter(harness.Gateway([server], top={"ssl_key_process": True}))
                self.assertEqual(self.login(gateway), "a OK welcome")
                subject = dict(pair[0] for pair in fake.sessions[0].shown["subject"])
                self.assertEqual(subject["commonName"], "gateway.example")

    def test_versions(self):
        fake = self.fake("on", maximum_version=ssl.TLSVersion.TLSv1_2)
        at = {"upstream": f"localhost:{fake.port}", "proxy_ssl": "on"}
        gateway = self.gateway(at, {**at, "proxy_ssl_protocols": "TLSv1.3"},
                               {**at, "proxy_ssl_ciphers": "ECDHE-ECDSA-AES256-GCM-SHA384"})
        self.assertEqual(self.login(gateway), "a OK welcome")
        self.assertEqual(self.logins(gateway, 1)[0]["upstream_tls"], "TLSv1.2")
        self.assert_refused(gateway, "TLS failed", name="imap1")
        self.assertEqual(self.login(gateway, "imap2"), "a OK welcome")
        self.assertEqual(fake.sessions[-1].cipher, "ECDHE-ECDSA-AES256-GCM-SHA384")

    def test_sessions_are_resumed_and_a_forgotten_one_does_no_harm(self):
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            with self.subTest(version):
                fake = self.fake("on", maximum_version=version)
                at = {"upstream": f"localhost:{fake.port}", "proxy_ssl": "on"}
                gateway = self.gateway(at, {**at, "proxy_ssl_session_reuse": False})
                for _ in range(3):
                    self.assertEqual(self.login(gateway), "a OK welcome")
                    self.assertEqual(self.login(gateway, "imap1"), "a OK welcome")
                resumed = [one.resumed for one in fake.sessions]
                can = version == ssl.TLSVersion.TLSv1_3 or harness.LIBRARY == "boringssl"
                self.assertEqual(resumed, [False, False, can, False, can, False])
                said = [event["upstream_resumed"] for event in self.logins(gateway, 6)]
                self.assertEqual(said, ["yes" if one else "no" for one in resumed])
                fresh = Fake("on", maximum_version=version)  # knows none of those tickets
                fake.context = fresh.context
                fresh.close()
                self.assertEqual(self.login(gateway), "a OK welcome")
                self.assertFalse(fake.sessions[-1].resumed)


class OnTheWay(Upstream):
    """Somebody sits between the gateway and its upstream."""

    def scripted(self, *lines):
        """Says the first line, and the next one after each that it hears; then nothing more."""
        heard = []

        def talk(peer):
            for line in lines:
                peer.send(line)
                if said := peer.line():
                    heard.append(said)
            while peer.more():
                pass
        server = self.enter(harness.Server(talk))
        server.heard = heard
        return server

    def assert_nothing_given_away(self, protocol, lines, *words):
        server = self.scripted(*lines)
        gateway = self.enter(harness.Gateway(
            [{"protocol": protocol, "listen": ["in"], "upstream": f"localhost:{server.port}", "proxy_ssl": "starttls",
              "timeout": "5s", **({"proxy_smtp_auth": True} if protocol == "smtp" else {})}],
            mail={"proxy_ssl_trusted_certificate": certificates().ca}))
        with gateway.client("in") as client:
            client.line()
            word = base64.b64encode(f"\0{USER}\0{PASSWORD}".encode()).decode()
            if protocol == "smtp":
                client.reply("EHLO me")
            client.send({"imap": f'a LOGIN "{USER}" "{PASSWORD}"\r\n', "pop3": f"AUTH PLAIN {word}\r\n",
                         "smtp": f"AUTH PLAIN {word}\r\n"}[protocol])
            self.assertRegex(client.line(), {"imap": rb"BAD internal", "pop3": b"^-ERR internal", "smtp": b"^4"}[protocol])
        line = self.failure(gateway)
        for each in words:
            self.assertIn(each, f"{line['error']}: {line['detail']}")
        for said in server.heard:
            self.assertNotIn(PASSWORD.encode(), said)
            self.assertNotIn(USER.encode(), said)
            self.assertNotIn(word.encode(), said)
        self.assertNotIn(PASSWORD, gateway.log())

    def test_starttls_stripped(self):
        self.assert_nothing_given_away("imap", ["* OK ready\r\n", "tls BAD what?\r\n"], "does not offer STARTTLS")
        self.assert_nothing_given_away("pop3", ["+OK ready\r\n", "-ERR what?\r\n"], "does not offer STARTTLS")
        self.assert_nothing_given_away("smtp", ["220 mx ESMTP\r\n", "250-mx\r\n250 AUTH PLAIN LOGIN\r\n"],
                                       "does not offer STARTTLS")

    def test_starttls_refused_for_now(self):
        self.assert_nothing_given_away("smtp", ["220 mx ESMTP\r\n", "250-mx\r\n250 STARTTLS\r\n", "454 4.7.0 later\r\n"],
                                       "or refuses it")

    def test_words_injected_behind_starttls(self):
        why = "plain text was sent behind STARTTLS"
        self.assert_nothing_given_away("imap", ["* OK ready\r\n", "tls OK go\r\n* OK [CAPABILITY AUTH=PLAIN]\r\n"], why)
        self.assert_nothing_given_away("pop3", ["+OK ready\r\n", "+OK go\r\n+OK\r\n"], why)
        self.assert_nothing_given_away("smtp", ["220 mx\r\n", "250-mx\r\n250 STARTTLS\r\n", "220 go\r\n250 AUTH PLAIN\r\n"], why)

    def test_preauth(self):
        self.assert_nothing_given_away("imap", ["* PREAUTH welcome\r\n"], "does not offer STARTTLS")

    def test_plain_text_instead_of_a_handshake(self):
        self.assert_nothing_given_away("imap", ["* OK ready\r\n", "tls OK go\r\n", "a1 OK welcome\r\n"], "TLS")

    def test_silence_ends(self):
        for mode, lines in (("on", []), ("starttls", ["* OK ready\r\n", "tls OK go\r\n"]), ("starttls", [])):
            with self.subTest(mode=mode, lines=len(lines)):
                server = self.scripted(*lines)
                gateway = self.gateway({"upstream": f"localhost:{server.port}", "proxy_ssl": mode, "timeout": "2s"})
                began = time.monotonic()
                with gateway.client("imap") as client:
                    client.line()
                    client.send(f'a LOGIN "{USER}" "{PASSWORD}"\r\n')
                    client.rest()
                self.assertLess(time.monotonic() - began, 15)
                self.assertIn("timed out", self.failure(gateway)["error"])

    def test_a_server_that_speaks_no_tls(self):
        server = self.scripted("* OK ready\r\n")
        gateway = self.gateway({"upstream": f"localhost:{server.port}", "proxy_ssl": "on"})
        self.assert_refused(gateway, "TLS failed")


class InClear(Upstream):
    def setUp(self):
        mine = [a for a in run("hostname", "-I").stdout.split() if "." in a and not a.startswith("127.")]
        if not mine:
            self.skipTest("this machine has no address besides loopback")
        self.address = mine[0]

    def outside(self):
        """A server that is reached by an address which is not loopback."""
        fake = self.fake("off")
        fake.socket.close()
        fake.socket = socket.create_server((self.address, 0))
        fake.port = fake.socket.getsockname()[1]
        threading.Thread(target=fake.accept, daemon=True).start()
        return fake

    def test_a_password_does_not_leave_this_machine_in_clear(self):
        fake = self.outside()
        answers = {"Auth-Status": "OK", "Auth-Server": self.address, "Auth-Port": str(fake.port)}
        lookup = harness.AuthHttp(lambda *_: answers)
        self.addCleanup(lookup.close)
        gateway = self.gateway({"auth_http": lookup.url}, {"auth_http": lookup.url, "proxy_allow_plaintext": True})
        self.assert_refused(gateway, "in clear text", "proxy_ssl starttls or on", "proxy_allow_plaintext on")
        self.assertEqual(fake.heard, [])
        self.assertEqual(self.login(gateway, "imap1"), "a OK welcome")

    def test_an_address_that_cannot_be_meant_is_told_at_load(self):
        def check(lines):
            file = temp_folder() / "p.toml"
            file.write_text(f'[[mail.server]]\nlisten = "127.0.0.1:143"\nupstream = "192.0.2.1"\n{lines}\n')
            return postern("check", "-c", file, ok=None)
        done = check("")
        self.assertEqual(done.returncode, 1)
        self.assertIn("passwords would go to 192.0.2.1 in clear text", done.stderr)
        self.assertIn("proxy_ssl", done.stderr)
        self.assertIn("proxy_allow_plaintext", done.stderr)
        self.assertEqual(check('proxy_allow_plaintext = "on"').returncode, 0)
        self.assertEqual(check(f'proxy_ssl = "on"\nproxy_ssl_trusted_certificate = "{certificates().ca}"').returncode, 0)


class Ways(Upstream):
    """Each route, and each answer of a lookup, may lead there in its own way."""

    def test_routes(self):
        on, starttls, clear = self.fake("on"), self.fake("starttls"), self.fake("off")
        gateway = self.gateway({
            "upstream": f"localhost:{on.port}", "proxy_ssl": "on",
            "routes": [
                {"user": "s", "upstream": f"127.0.0.1:{starttls.port}", "proxy_ssl": "starttls", "proxy_ssl_name": "localhost"},
                {"user": "c", "upstream": clear.address, "proxy_ssl": "off"},
                {"user": "w", "upstream": on.address, "proxy_ssl_name": "other.example"},
                {"user": "p", "upstream": on.address, "proxy_ssl_pin": "f" * 64}]})
        for user in (USER, "s", "c"):
            self.assertEqual(self.login(gateway, user=user), "a OK welcome")
        self.assertEqual(starttls.sessions[0].told, "localhost")
        self.assertEqual([event.get("upstream_tls", "no") for event in self.logins(gateway, 3)], ["TLSv1.3", "TLSv1.3", "no"])
        self.assertIn("internal", self.login(gateway, user="w"))
        self.assertIn("wanted: other.example", self.failure(gateway)["detail"])
        self.assertIn("internal", self.login(gateway, user="p"))
        self.assertIn("none of proxy_ssl_pin", self.failure(gateway)["detail"])

    def test_auth_http_decides_for_each_login(self):
        fakes = {mode: self.fake(mode) for mode in ("on", "starttls", "off")}

        def answer(headers, _):
            mode, _, name = headers["Auth-User"].partition("-")
            port = fakes.get(mode, fakes["on"]).port
            said = {"Auth-Status": "OK", "Auth-Server": "127.0.0.1", "Auth-Port": str(port), "Auth-Proxy-SSL": mode}
            return {**said, **({"Auth-Proxy-SSL-Name": name} if name else {})}
        lookup = harness.AuthHttp(answer)
        self.addCleanup(lookup.close)
        gateway = self.gateway({"auth_http": lookup.url, "proxy_ssl": "starttls"}, {"auth_http": lookup.url})
        for user in ("on", "starttls", "off", "on-localhost", "starttls-localhost"):
            self.assertEqual(self.login(gateway, user=user), "a OK welcome", user)
        self.assertEqual([one.told for one in fakes["on"].sessions], [None, "localhost"])
        for user, words in (("on-other.example", "wanted: other.example"),):
            self.assertIn("internal", self.login(gateway, user=user))
            self.assertIn(words, self.failure(gateway)["detail"])
        self.assertIn("internal", self.login(gateway, user="maybe"))
        self.assertIn("sent invalid Auth-Proxy-SSL", gateway.log())
        self.assertIn("internal", self.login(gateway, "imap1", user="on"))
        self.assertIn("the lookup wants TLS", gateway.log())


class RealServers(harness.Test):
    @classmethod
    def setUpClass(cls):
        pem = certificates().folder
        tls = (pem / "rsa.pem", pem / "rsa-key.pem")
        cls.dovecot = Dovecot(tls=tls).__enter__()
        cls.addClassCleanup(cls.dovecot.__exit__)
        cls.postfix = Postfix(cls.dovecot.mail, cls.dovecot, tls=tls).__enter__()
        cls.addClassCleanup(cls.postfix.__exit__)
        servers = []
        for protocol, port in (("imap", cls.dovecot.port), ("pop3", cls.dovecot.port), ("smtp", cls.postfix.port)):
            for mode in ("on", "starttls"):
                at = port[protocol + "s"] if mode == "on" else port[protocol]
                name = f"{protocol}-{mode}"
                servers.append({"protocol": protocol, "listen": [name, f"{name}-tls ssl"], "upstream": f"localhost:{at}",
                                "proxy_ssl": mode, "proxy_ssl_trusted_certificate": certificates().ca,
                                **({"proxy_smtp_auth": True} if protocol == "smtp" else {})})
        cls.gateway = harness.Gateway(servers, top={"worker_processes": 2}).start()
        cls.addClassCleanup(cls.gateway.stop)

    def each(self):
        for mode in ("on", "starttls"):
            for tls in (False, True):
                with self.subTest(upstream=mode, client="tls" if tls else "plain"):
                    yield mode, tls

    def port(self, protocol, mode, tls):
        return self.gateway.port[f"{protocol}-{mode}" + ("-tls" if tls else "")]

    def test_imap(self):
        for mode, tls in self.each():
            port = self.port("imap", mode, tls)
            mail = (imaplib.IMAP4_SSL("localhost", port, ssl_context=tls_context(), timeout=DEADLINE) if tls
                    else imaplib.IMAP4("localhost", port, timeout=DEADLINE))
            with self.assertRaises(imaplib.IMAP4.error):
                mail.login(USER, "wrong")
            self.assertEqual(mail.login(USER, PASSWORD)[0], "OK")
            _, raw = message((b"y" * 70 + b"\r\n") * 20000)
            self.assertEqual(mail.append("INBOX", None, None, raw)[0], "OK")
            mail.select()
            number = mail.search(None, "ALL")[1][0].split()[-1].decode()
            self.assertEqual(hashlib.sha256(mail.fetch(number, "(RFC822)")[1][0][1]).digest(), hashlib.sha256(raw).digest())
            mail.logout()
        for event in self.gateway.events("login", protocol="imap"):
            self.assertEqual(event["upstream_tls"], "TLSv1.3")

    def test_pop3(self):
        for mode, tls in self.each():
            port = self.port("pop3", mode, tls)
            mail = (poplib.POP3_SSL("localhost", port, context=tls_context(), timeout=DEADLINE) if tls
                    else poplib.POP3("localhost", port, timeout=DEADLINE))
            mail.user(USER)
            self.assertTrue(mail.pass_(PASSWORD).startswith(b"+OK"))
            mail.stat()
            mail.quit()

    def test_smtp(self):
        for mode, tls in self.each():
            port = self.port("smtp", mode, tls)
            mail = (smtplib.SMTP_SSL("localhost", port, context=tls_context(), timeout=DEADLINE) if tls
                    else smtplib.SMTP("localhost", port, timeout=DEADLINE))
            with self.assertRaises(smtplib.SMTPAuthenticationError):
                mail.login(USER, "wrong")
            mail.login(USER, PASSWORD)
            mark, raw = message()
            self.assertEqual(mail.sendmail("sender@example.org", [USER], raw), {})
            mail.quit()
            self.postfix.delivered(USER, mark)
        # Postfix takes AUTH under TLS only, and says so of each session.
        self.assertGreaterEqual(self.postfix.log().count("Anonymous TLS connection established from"), 4)


if __name__ == "__main__":
    harness.main()
