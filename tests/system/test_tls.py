"""What clients of another TLS library see of the ssl_* directives."""
import os
import re
import signal
import ssl
import time

import harness
from harness import certificates, postern, run, temp_folder, tls_context

V12, V13 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3


def context(version=None, tickets=True, ciphers=None):
    made = tls_context()
    if version:
        made.minimum_version = made.maximum_version = version
    if not tickets:
        made.options |= ssl.OP_NO_TICKET
    if ciphers:
        made.set_ciphers(ciphers)
    return made


def connect(gateway, name, made, session=None):
    """A handshake and a greeting; answers (session, was it resumed, (cipher, version, bits))."""
    with gateway.client(name, tls=True, context=made, session=session) as client:
        client.line()
        return client.socket.session, client.socket.session_reused, client.socket.cipher()


def s_client(gateway, name, *options, ok=None):
    return run("openssl", "s_client", "-connect", f"localhost:{gateway.port[name]}", "-CAfile", certificates().ca, *options,
               input="", ok=ok).stdout


class TlsTest(harness.Test):
    """Servers that greet need no upstream: what is tested ends with the greeting."""

    def start(self, *servers, **more):
        tables = [{"protocol": "imap", "listen": [f"s{number} ssl"], "upstream": "127.0.0.1:1", **server}
                  for number, server in enumerate(servers)]
        return self.enter(harness.Gateway(tables, **more))


class Versions(TlsTest):
    def version(self, gateway, name, option):
        """The version agreed on when the client insists on one, or None."""
        found = re.search(r"^New, (\S+), Cipher is (\S+)", s_client(
            gateway, name, option, "-cipher", "DEFAULT@SECLEVEL=0"), re.M)
        return None if not found or found.group(2) == "(NONE)" else found.group(1)

    def test_only_the_versions_asked_for(self):
        gateway = self.start({}, {"ssl_protocols": "TLSv1.2"}, {"ssl_protocols": ["TLSv1.3"]},
                             {"ssl_protocols": "TLSv1.1 TLSv1.2 TLSv1.3", "ssl_ciphers": "ALL:@SECLEVEL=0"})
        oldest = "1" if re.search(r"ssl_protocols TLSv1\.1 +yes", postern("version").stdout) else ""
        wanted = {"s0": "23", "s1": "2", "s2": "3", "s3": oldest + "23"}
        for name, versions in wanted.items():
            for version, option in (("1", "-tls1_1"), ("2", "-tls1_2"), ("3", "-tls1_3")):
                with self.subTest(name=name, option=option):
                    self.assertEqual(self.version(gateway, name, option) is not None, version in versions)

    def test_ciphers_and_whose_order_counts(self):
        first, second = "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305"
        gateway = self.start({"ssl_ciphers": f"{first}:{second}", "ssl_prefer_server_ciphers": "on"},
                             {"ssl_ciphers": f"{first}:{second}", "ssl_prefer_server_ciphers": "off"},
                             {"ssl_ciphers": f"HIGH:!{first}:!aNULL"})
        other_way = context(V12, ciphers=f"{second}:{first}")
        self.assertEqual(connect(gateway, "s0", other_way)[2][0], first)
        self.assertEqual(connect(gateway, "s1", other_way)[2][0], second)
        self.assertEqual(connect(gateway, "s2", other_way)[2][0], second)
        with self.assertRaises(OSError):
            connect(gateway, "s2", context(V12, ciphers=first))

    def test_the_words_of_the_openssl_cipher_language(self):
        lists = ["HIGH:!aNULL:!MD5", "ECDHE+AESGCM:!AES256", "ALL:!AES128:!AES256", "AESGCM:-ECDHE-ECDSA-AES128-GCM-SHA256",
                 "ECDHE:+AES128:@STRENGTH"]
        gateway = self.start(*({"ssl_ciphers": words, "ssl_protocols": "TLSv1.2"} for words in lists))
        suites = ["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305"]
        wanted = ["111", "100", "001", "010", "111"]
        for number, allowed in enumerate(wanted):
            for suite, yes in zip(suites, allowed):
                with self.subTest(list=lists[number], suite=suite):
                    try:
                        got = connect(gateway, f"s{number}", context(V12, ciphers=suite))[2][0]
                    except OSError:
                        got = None
                    self.assertEqual(got, suite if yes == "1" else None)


    def test_ssl_on_makes_every_address_speak_tls_from_the_first_byte(self):
        gateway = self.enter(harness.Gateway([{"protocol": "imap", "listen": ["a", "b"], "upstream": "127.0.0.1:1"}],
                                             mail={"ssl": "on"}))
        for name in ("a", "b"):
            self.assertEqual(connect(gateway, name, context(V13))[2][1], "TLSv1.3")


class Certificates(TlsTest):
    def test_rsa_and_ecdsa_side_by_side(self):
        pem = certificates().folder
        names = ["rsa", "ecdsa"]
        gateway = self.start({"ssl_certificate": [f"{pem}/{n}.pem" for n in names],
                              "ssl_certificate_key": [f"{pem}/{n}-key.pem" for n in names]})
        for options, wanted in ((["-tls1_2", "-cipher", "aRSA"], "RSA"), (["-tls1_2", "-cipher", "aECDSA"], "ECDSA"),
                                (["-tls1_3", "-sigalgs", "RSA-PSS+SHA256"], "RSA"),
                                (["-tls1_3", "-sigalgs", "ECDSA+SHA256"], "ECDSA")):
            with self.subTest(options):
                out = s_client(gateway, "s0", *options)
                self.assertRegex(out, rf"Peer signature type: {wanted}")
                self.assertIn("Verification: OK", out)

    def test_a_chain_and_its_key_in_one_file(self):
        pem, folder = certificates().folder, temp_folder()
        chain = folder / "all.pem"
        chain.write_text("".join((pem / n).read_text() for n in ("rsa.pem", "ca.pem", "rsa-key.pem")))
        (folder / "cert.pem").write_text(chain.read_text())
        gateway = self.start({"ssl_certificate": str(chain)}, mail={"ssl_certificate": None, "ssl_certificate_key": None})
        self.assertEqual(s_client(gateway, "s0", "-showcerts").count("BEGIN CERTIFICATE"), 2)

    def test_the_default_is_cert_pem_beside_the_configuration(self):
        pem = certificates().folder
        gateway = harness.Gateway([{"protocol": "imap", "listen": ["s0 ssl"], "upstream": "127.0.0.1:1"}],
                                  mail={"ssl_certificate": None, "ssl_certificate_key": None})
        (gateway.folder / "cert.pem").write_text((pem / "rsa.pem").read_text() + (pem / "rsa-key.pem").read_text())
        self.enter(gateway)
        self.assertIn("Verification: OK", s_client(gateway, "s0"))

    def test_encrypted_keys_open_with_any_line_of_the_password_file(self):
        pem, folder = certificates().folder, temp_folder()
        words = folder / "words"
        words.write_text("not this\nopen sesame\nnor this\n")
        for kind in ("rsa", "ecdsa"):
            for name, form in (("pkcs8", ["pkcs8", "-topk8", "-v2", "aes-256-cbc"]),
                               ("old", [{"rsa": "rsa", "ecdsa": "ec"}[kind], "-aes128"] + (["-traditional"] * (kind == "rsa")))):
                with self.subTest(kind=kind, form=name):
                    key = folder / f"{kind}-{name}.pem"
                    run("openssl", *form, "-in", pem / f"{kind}-key.pem", "-out", key, "-passout", "pass:open sesame")
                    self.assertIn("ENCRYPTED", key.read_text())
                    gateway = self.start({"ssl_certificate": str(pem / f"{kind}.pem"), "ssl_certificate_key": str(key),
                                          "ssl_password_file": str(words)})
                    self.assertIn("Verification: OK", s_client(gateway, "s0"))
        words.write_text("wrong\n")
        broken = harness.Gateway([{"protocol": "imap", "listen": ["s0 ssl"], "upstream": "127.0.0.1:1",
                                   "ssl_certificate": str(pem / "rsa.pem"), "ssl_certificate_key": str(folder / "rsa-pkcs8.pem"),
                                   "ssl_password_file": str(words)}])
        self.assertRegex(harness.postern("check", "-c", broken.file, ok=1).stderr, "error: ssl_(certificate_key|password_file): ")


class Alpn(TlsTest):
    def test_a_client_that_asks_for_another_protocol_is_refused(self):
        gateway = self.enter(harness.Gateway([{"protocol": p, "listen": [f"{p}s ssl"], "upstream": "127.0.0.1:1",
                                               "proxy_smtp_auth": True} for p in ("imap", "pop3", "smtp")]))
        for protocol in ("imap", "pop3", "smtp"):
            for version in (V12, V13):
                made = context(version)
                made.set_alpn_protocols(["h2", protocol])
                with self.subTest(protocol=protocol, version=version), \
                        gateway.client(protocol + "s", tls=True, context=made) as client:
                    self.assertEqual(client.socket.selected_alpn_protocol(), protocol)
                    self.assertTrue(client.line())
                made.set_alpn_protocols(["http/1.1"])
                with self.assertRaises(OSError):
                    gateway.client(protocol + "s", tls=True, context=made).line()
                connect(gateway, protocol + "s", context(version))


class Resumption(TlsTest):
    KINDS = {"1.2 by id": (V12, False), "1.2 by ticket": (V12, True), "1.3": (V13, True)}

    def resumes(self, gateway, name, kind, session=None, made=None):
        """(session, was it resumed, context)"""
        made = made or context(*self.KINDS[kind])
        session, reused, _ = connect(gateway, name, made, session)
        return session, reused, made

    def test_a_shared_zone_resumes_in_every_worker_and_in_servers_of_the_same_certificate(self):
        zone = {"ssl_session_cache": "shared:ALL:1m"}
        gateway = self.start(zone, zone, top={"worker_processes": 3})
        for kind in self.KINDS:
            with self.subTest(kind):
                session, reused, made = self.resumes(gateway, "s0", kind)
                self.assertFalse(reused)
                for _ in range(12):
                    session, reused, _ = self.resumes(gateway, "s0", kind, session, made)
                    self.assertTrue(reused)
                self.assertTrue(self.resumes(gateway, "s1", kind, session, made)[1])

    def test_tickets_resume_in_every_worker_without_a_zone(self):
        gateway = self.start({"ssl_session_cache": "none"}, {}, top={"worker_processes": 3})
        for name in ("s0", "s1"):
            for kind in ("1.2 by ticket", "1.3"):
                with self.subTest(name=name, kind=kind):
                    session, _, made = self.resumes(gateway, name, kind)
                    for _ in range(12):
                        session, reused, _ = self.resumes(gateway, name, kind, session, made)
                        self.assertTrue(reused)

    def test_builtin_resumes_by_id_in_one_worker_and_off_does_not(self):
        gateway = self.start({"ssl_session_cache": "builtin:100"}, {"ssl_session_cache": "off"},
                             {"ssl_session_cache": "none"}, {})
        for name, wanted in (("s0", True), ("s1", False), ("s2", False), ("s3", True)):
            with self.subTest(name):
                session, _, made = self.resumes(gateway, name, "1.2 by id")
                self.assertEqual(self.resumes(gateway, name, "1.2 by id", session, made)[1], wanted)

    def test_sessions_do_not_cross_certificates(self):
        pem, zone = certificates().folder, {"ssl_session_cache": "shared:ALL:1m"}
        gateway = self.start(zone, {**zone, "ssl_certificate": f"{pem}/rsa.pem", "ssl_certificate_key": f"{pem}/rsa-key.pem"})
        for kind in self.KINDS:
            with self.subTest(kind):
                session, _, made = self.resumes(gateway, "s0", kind)
                self.assertFalse(self.resumes(gateway, "s1", kind, session, made)[1])

    def test_a_zone_survives_a_reload_and_a_worker_killed(self):
        gateway = self.start({"ssl_session_cache": "shared:ALL:1m"}, top={"worker_processes": 2})
        kept = {kind: self.resumes(gateway, "s0", kind) for kind in self.KINDS}
        gateway.process.send_signal(signal.SIGHUP)
        gateway.wait_event("reloaded")
        for kind, (session, _, made) in kept.items():
            with self.subTest(reload=kind):
                session, reused, _ = self.resumes(gateway, "s0", kind, session, made)
                self.assertTrue(reused)
                kept[kind] = session, reused, made
        old = gateway.workers()
        for worker in old:
            os.kill(worker, signal.SIGKILL)
        harness.wait_for("new workers", lambda: len(set(gateway.workers()) - set(old)) == 2)
        for kind, (session, _, made) in kept.items():
            with self.subTest(killed=kind):
                self.assertTrue(self.resumes(gateway, "s0", kind, session, made)[1])

    def test_sessions_expire(self):
        gateway = self.start({"ssl_session_cache": "shared:ALL:1m", "ssl_session_timeout": "1s"},
                             {"ssl_session_timeout": "1s"}, {"ssl_session_timeout": "1h"})
        held = [(name, kind, *self.resumes(gateway, name, kind)) for name in ("s0", "s1", "s2") for kind in self.KINDS]
        time.sleep(2.5)
        for name, kind, session, _, made in held:
            with self.subTest(name=name, kind=kind):
                self.assertEqual(self.resumes(gateway, name, kind, session, made)[1], name == "s2")

    def test_the_log_says_what_was_resumed(self):
        gateway = self.start({})
        session, _, made = self.resumes(gateway, "s0", "1.3")
        self.resumes(gateway, "s0", "1.3", session, made)
        gateway.wait_event("end", count=2)
        self.assertEqual([e.get("resumed") for e in gateway.events("end")], ["no", "yes"])


if __name__ == "__main__":
    harness.main()
