"""ssl_verify_client, as real clients and an auth_http service see it."""
import base64
import hashlib
import ssl
import sys
import urllib.parse

import harness
from client_ca import VERSIONS, authority
from harness import AuthHttp, Mailbox, PASSWORD, SOURCE, USER, postern, run

sys.path[:0] = [str(SOURCE / "tests/support")]
import matrix

PROTOCOLS = ("imap", "pop3", "smtp")
GREETING = {"imap": b"* OK IMAP4 ready\r\n", "pop3": b"+OK POP3 ready\r\n", "smtp": b"220 gw.example.org ESMTP ready\r\n"}
BAD = {"imap": b"* BYE SSL certificate error\r\n", "pop3": b"-ERR SSL certificate error\r\n",
       "smtp": b"421 4.7.1 SSL certificate error\r\n"}
NONE = {"imap": b"* BYE No required SSL certificate\r\n", "pop3": b"-ERR No required SSL certificate\r\n",
        "smtp": b"421 4.7.1 No required SSL certificate\r\n"}
STARTTLS = {"imap": (1, "a STARTTLS\r\n", b"a OK"), "pop3": (1, "STLS\r\n", b"+OK"), "smtp": (1, "STARTTLS\r\n", b"220 ")}


class Verification(harness.Test):
    def start(self, mode, answer=None, **more):
        if answer:
            self.lookup = self.enter(AuthHttp(answer))
            more["auth_http"] = self.lookup.url
        else:
            more["upstream"] = "127.0.0.1:1"
        return self.enter(harness.Gateway(
            [{"protocol": p, "listen": [p, p + "s ssl"], "starttls": "on", "smtp_auth": "plain none" if answer else "none",
              "ssl_verify_client": mode, "ssl_client_certificate": str(authority().file), **more} for p in PROTOCOLS]))

    def first_line(self, gateway, protocol, name=None, version=None):
        with gateway.client(protocol + "s", tls=True, context=authority().context(name, version)) as client:
            return client.line()

    def test_who_passes_each_mode(self):
        for mode, wanted in {"on": {"joe": GREETING, None: NONE, "stranger": BAD, "late": BAD},
                             "optional": {"joe": GREETING, None: GREETING, "stranger": BAD, "late": BAD},
                             "optional_no_ca": {"joe": GREETING, None: GREETING, "stranger": GREETING, "late": BAD},
                             "off": {"joe": GREETING, None: GREETING, "stranger": GREETING, "late": GREETING}}.items():
            more = {"ssl_client_certificate": str(authority().file)} if mode != "off" else {}
            gateway = self.start(mode, **more)
            for name, lines in wanted.items():
                for protocol in PROTOCOLS:
                    for version in VERSIONS:
                        with self.subTest(mode=mode, name=name, protocol=protocol, version=version):
                            self.assertEqual(self.first_line(gateway, protocol, name, version), lines[protocol])
            gateway.stop()

    def test_after_starttls_too(self):
        gateway = self.start("on")
        for protocol in PROTOCOLS:
            lines, command, answer = STARTTLS[protocol]
            for name, wanted in ((None, NONE), ("stranger", BAD)):
                with self.subTest(protocol=protocol, name=name), gateway.client(protocol) as client:
                    client.line()
                    client.send(command)
                    self.assertTrue(client.line().startswith(answer))
                    client.start_tls(authority().context(name))
                    self.assertEqual(client.line(), wanted[protocol])
                    self.assertEqual(client.line(), b"")
            with self.subTest(protocol=protocol, name="joe"), gateway.client(protocol) as client:
                client.line()
                client.send(command)
                client.line()
                client.start_tls(authority().context("joe"))
                client.send({"imap": "b NOOP\r\n", "pop3": "NOOP\r\n", "smtp": "NOOP\r\n"}[protocol])
                self.assertRegex(client.line(), rb"OK|250")

    def test_revoked(self):
        gateway = self.start("on", ssl_crl=str(authority().folder / "crl.pem"))
        self.assertEqual(self.first_line(gateway, "imap", "joe"), GREETING["imap"])
        self.assertEqual(self.first_line(gateway, "imap", "gone"), BAD["imap"])
        end = gateway.wait_event("end", 2)
        self.assertEqual(end["client_verify"], "FAILED:certificate revoked")
        self.assertEqual(end["client_subject"], "CN=gone,O=Example")
        self.assertIn("certificate", end["reason"])

    def test_why_is_told_in_the_log(self):
        gateway = self.start("on", ssl_verify_depth=0)
        for count, (name, reason, hint) in enumerate((
                ("late", "client SSL certificate verify error: certificate has expired", "a new certificate"),
                ("stranger", "client SSL certificate verify error: self-signed certificate", "ssl_trusted_certificate"),
                ("deep", "client SSL certificate verify error: certificate chain too long", "ssl_verify_depth"),
                ("wrong", "client SSL certificate verify error: unsuitable certificate purpose", "clientAuth"),
                (None, "client sent no required SSL certificate", "ssl_verify_client")), 1):
            with self.subTest(name=name):
                self.assertEqual(self.first_line(gateway, "imap", name), (BAD if name else NONE)["imap"])
                told = gateway.wait_event("tls failed", count)
                self.assertEqual((told["level"], told["reason"], told["sni"]), ("notice", reason, "localhost"))
                self.assertIn(hint, told["hint"])
                self.assertEqual(told.get("client_issuer") is not None, name is not None)
                end = gateway.wait_event("end", count)
                self.assertEqual(end["session"], told["session"])

    def test_depth(self):
        self.assertEqual(self.first_line(self.start("on"), "imap", "deep"), GREETING["imap"])

    def test_real_clients(self):
        gateway = self.start("on")
        certificate, key = authority().pair("joe")
        to = ("-connect", f"127.0.0.1:{gateway.port['imaps']}", "-servername", "localhost")
        shown = run("openssl", "s_client", *to, "-cert", certificate, "-key", key, "-quiet", "-ign_eof", "-crlf",
                    input="a logout\n", ok=None)
        self.assertIn("* OK IMAP4 ready", shown.stdout)
        told = run("openssl", "s_client", *to, "-tls1_2", input="", ok=None).stdout
        can = matrix.capabilities(postern("version").stdout)["ssl_client_certificate", "TLSv1.2"]
        check = self.assertNotIn if can.startswith("partly") else self.assertIn
        check("Acceptable client certificate CA names\nO = Example, CN = client CA", told)
        url = f"imaps://localhost:{gateway.port['imaps']}/"
        trust = ("--cacert", harness.certificates().ca, "--resolve", f"localhost:{gateway.port['imaps']}:127.0.0.1")
        curl = run("curl", "-v", "-s", *trust, "--cert", certificate, "--key", key, url, "-X", "NOOP", ok=None).stderr
        self.assertIn("* OK IMAP4 ready", curl)
        curl = run("curl", "-v", "-s", *trust, url, "-X", "NOOP", ok=None).stderr
        self.assertIn("No required SSL certificate", curl)

    def test_sessions_of_clients_with_certificates_are_not_resumed(self):
        gateway = self.start("optional")
        for name, resumed in ((None, True), ("joe", False)):
            context = authority().context(name, ssl.TLSVersion.TLSv1_2)
            session = None
            for attempt in range(2):
                with gateway.client("imaps", tls=True, context=context, session=session) as client:
                    client.line()
                    session = client.socket.session
                    self.assertEqual(client.socket.session_reused, bool(attempt) and resumed)

    def ask(self, name, mode="optional_no_ca", **more):
        """The headers that the service is sent for a login with that certificate."""
        gateway = self.start(mode, lambda *_: {"Auth-Status": "no"}, **more)
        with gateway.client("imaps", tls=True, context=authority().context(name)) as client:
            client.line()
            client.send("a LOGIN joe secret\r\n")
            client.line()
        return [(key, value) for key, value in self.lookup.requests[-1][1] if key.startswith("Auth-SSL")]

    def test_what_the_service_is_told(self):
        joe = authority().folder / "joe.pem"
        serial = run("openssl", "x509", "-in", joe, "-noout", "-serial").stdout.strip().split("=")[1]
        sha1 = hashlib.sha1(ssl.PEM_cert_to_DER_cert(joe.read_text())).hexdigest()
        about = [("Auth-SSL-Verify", "SUCCESS"), ("Auth-SSL-Subject", "CN=joe,O=Example"),
                 ("Auth-SSL-Issuer", "CN=client CA,O=Example"), ("Auth-SSL-Serial", serial), ("Auth-SSL-Fingerprint", sha1)]
        self.assertEqual(self.ask("joe")[3:], about)
        told = self.ask("joe", auth_http_pass_client_cert="on")[3:]
        self.assertEqual(told[:-1], about)
        self.assertEqual(told[-1][0], "Auth-SSL-Cert")
        self.assertNotIn(" ", told[-1][1])
        self.assertEqual(urllib.parse.unquote(told[-1][1]), joe.read_text())

    def test_what_the_service_is_told_of_others(self):
        self.assertEqual(self.ask(None)[3:], [("Auth-SSL-Verify", "NONE")])
        self.assertEqual(self.ask("stranger")[3], ("Auth-SSL-Verify", "FAILED:self-signed certificate"))
        self.assertEqual(self.ask("joe", "off")[3:], [])

    def test_the_access_log_names_the_certificate(self):
        gateway = self.start("optional")
        self.first_line(gateway, "imap", "joe")
        self.first_line(gateway, "imap")
        end = gateway.wait_event("end", 1)
        self.assertEqual((end["client_verify"], end["client_subject"]), ("SUCCESS", "CN=joe,O=Example"))
        end = gateway.wait_event("end", 2)
        self.assertEqual(end["client_verify"], "NONE")
        self.assertNotIn("client_subject", end)


def in_base64(text):
    return base64.b64encode(text.encode()).decode() if text else "="


class External(harness.Test):
    """SASL EXTERNAL: who a verified certificate says, and nobody else."""

    def start(self, answer=None, **more):
        self.box = self.enter(Mailbox(f"joe@example.org:{PASSWORD}"))
        def give(asked, _):
            self.asked = asked
            found = {"Auth-Status": "OK", "Auth-Server": "127.0.0.1",
                     "Auth-Port": str(self.box.port[asked["Auth-Protocol"]])}
            return {**found, **(answer if answer is not None else {"Auth-Pass": PASSWORD})}
        self.lookup = self.enter(AuthHttp(give))
        return self.enter(harness.Gateway(
            [{"protocol": p, "listen": [p, p + "s ssl"], "starttls": "on", f"{p}_auth": "plain external",
              "auth_http": self.lookup.url, "ssl_verify_client": "optional_no_ca",
              "ssl_client_certificate": str(authority().file), **({"proxy_smtp_auth": True} if p == "smtp" else {}), **more}
             for p in PROTOCOLS]))

    def offer(self, client, protocol):
        """What is announced, as one text."""
        if protocol == "smtp":
            return " ".join(client.reply("EHLO me"))
        client.send({"imap": "c CAPABILITY\r\n", "pop3": "CAPA\r\n"}[protocol])
        out, end = b"", {"imap": b"c OK", "pop3": b".\r\n"}[protocol]
        while not (line := client.line()).startswith(end):
            self.assertTrue(line)
            out += line
        return out.decode()

    def log_in(self, client, protocol, name="", at_once=True):
        """Answers what is said of AUTH EXTERNAL for that name."""
        command = {"imap": "a AUTHENTICATE EXTERNAL", "pop3": "AUTH EXTERNAL", "smtp": "AUTH EXTERNAL"}[protocol]
        if at_once:
            return client.say(f"{command} {in_base64(name)}")
        asked = client.say(command)
        if not asked.startswith({"imap": "+", "pop3": "+", "smtp": "334"}[protocol]) or asked.startswith("+OK"):
            return asked
        return client.say("" if not name else in_base64(name))

    def test_in_all_protocols(self):
        gateway = self.start()
        good = {"imap": "a OK", "pop3": "+OK", "smtp": "235 "}
        count = 0
        for protocol in PROTOCOLS:
            for at_once in (True, False):
                for name in ("", "joe@example.org"):
                    with self.subTest(protocol=protocol, at_once=at_once, name=name), \
                            gateway.client(protocol + "s", tls=True, context=authority().context("joe")) as client:
                        client.line()
                        self.assertIn("EXTERNAL", self.offer(client, protocol))
                        said = self.log_in(client, protocol, name, at_once)
                        self.assertTrue(said.startswith(good[protocol]), said)
                        self.assertEqual((self.asked["Auth-Method"], self.asked["Auth-User"], self.asked["Auth-Pass"],
                                          self.asked["Auth-SSL-Verify"]), ("external", "joe@example.org", "", "SUCCESS"))
                        count += 1
                        login = gateway.wait_event("login", count)
                        self.assertEqual((login["mechanism"], login["user"], login["client_verify"]),
                                         ("EXTERNAL", "joe@example.org", "SUCCESS"))

    def test_a_name_of_somebody_else(self):
        gateway = self.start()
        wanted = {"imap": "a NO [AUTHORIZATIONFAILED]", "pop3": "-ERR not a name", "smtp": "535 5.7.8 Not a name"}
        for protocol in PROTOCOLS:
            with self.subTest(protocol=protocol), \
                    gateway.client(protocol + "s", tls=True, context=authority().context("joe")) as client:
                client.line()
                self.offer(client, protocol)
                for name in ("admin@example.org", "joe@example.org\0", "joe"):
                    said = self.log_in(client, protocol, name)
                    self.assertTrue(said.startswith(wanted[protocol]), said)
                self.assertEqual(self.lookup.requests, [])

    def test_nobody_without_a_verified_certificate(self):
        """Neither without one, nor with one that optional_no_ca lets pass, nor before STARTTLS."""
        gateway = self.start()
        wanted = {"imap": "a BAD", "pop3": "-ERR", "smtp": "500 "}
        for protocol in PROTOCOLS:
            for name in (None, "stranger", "plain text"):
                secure = name != "plain text"
                with self.subTest(protocol=protocol, name=name), \
                        gateway.client(protocol + "s" * secure, tls=secure,
                                       context=authority().context(name) if secure else None) as client:
                    client.line()
                    self.assertNotIn("EXTERNAL", self.offer(client, protocol))
                    for at_once in (True, False):
                        for user in ("", "stranger", "joe@example.org"):
                            said = self.log_in(client, protocol, user, at_once)
                            self.assertTrue(said.startswith(wanted[protocol]), said)
                    self.assertEqual(self.lookup.requests, [])

    def test_after_starttls(self):
        gateway = self.start()
        for protocol in PROTOCOLS:
            with self.subTest(protocol=protocol), gateway.client(protocol) as client:
                client.line()
                client.send(STARTTLS[protocol][1])
                client.line()
                client.start_tls(authority().context("joe"))
                self.assertIn("EXTERNAL", self.offer(client, protocol))
                self.assertRegex(self.log_in(client, protocol), r"OK|235")

    def test_a_lookup_without_a_password(self):
        for answer in ({}, {"Auth-Pass": ""}):
            gateway = self.start(answer)
            with gateway.client("imaps", tls=True, context=authority().context("joe")) as client:
                client.line()
                self.assertIn("internal server error", self.log_in(client, "imap"))
            self.assertIn("Auth-Pass", gateway.wait_event("end")["reason"])
            gateway.stop()

    def test_which_part_is_the_name(self):
        for what, name in (("cn", "joe"), ("dns", "phone.example.org"), ("email", "joe@example.org")):
            gateway = self.start(ssl_client_identity=what)
            with gateway.client("imaps", tls=True, context=authority().context("joe")) as client:
                client.line()
                self.log_in(client, "imap")
            self.assertEqual(self.asked["Auth-User"], name)
            gateway.stop()
        gateway = self.start(ssl_client_identity="subject_email")
        with gateway.client("imaps", tls=True, context=authority().context("odd")) as client:
            client.line()
            self.log_in(client, "imap")
            self.assertEqual(self.asked["Auth-User"], "j@example.org")
        with gateway.client("imaps", tls=True, context=authority().context("joe")) as client:
            client.line()
            self.assertNotIn("EXTERNAL", self.offer(client, "imap"))

    def test_xclient_vouches_for_smtp(self):
        """Static routes have no password, and need none where XCLIENT tells the upstream who it is."""
        heard = []
        def talk(peer):
            peer.send("220 up ESMTP\r\n")
            while line := peer.line():
                heard.append(line.decode().strip())
                peer.send("250-up\r\n250 XCLIENT ADDR LOGIN NAME HELO PROTO\r\n" if line.startswith(b"EHLO") else "250 ok\r\n"
                          if not line.startswith(b"XCLIENT") else "220 up ESMTP\r\n")
        upstream = self.enter(harness.Server(talk))
        gateway = self.enter(harness.Gateway(
            [{"protocol": "smtp", "listen": ["smtps ssl"], "smtp_auth": "external", "upstream": upstream.address,
              "ssl_verify_client": "optional", "ssl_client_certificate": str(authority().file)}]))
        with gateway.client("smtps", tls=True, context=authority().context("joe")) as client:
            client.line()
            client.reply("EHLO me")
            self.assertEqual(self.log_in(client, "smtp"), "235 2.0.0 OK")
        xclient = [line for line in heard if line.startswith("XCLIENT")]
        self.assertEqual(len(xclient), 1)
        self.assertIn("LOGIN=joe@example.org", xclient[0])


if __name__ == "__main__":
    harness.main()
