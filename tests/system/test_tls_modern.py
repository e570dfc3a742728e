"""What modern clients expect of TLS, and what nobody shall get."""
import ssl
import stat
import sys
import threading
import time

import harness
from harness import LIBRARY, SOURCE, certificates, postern, run, temp_folder, tls_context

sys.path[:0] = [str(SOURCE / "tests/support"), str(SOURCE / "tests/alike")]
import matrix
import tls_client

V12, V13 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3


def counted(data, width):
    return len(data).to_bytes(width, "big") + data


def s_client(gateway, *options, input=""):
    return run("openssl", "s_client", "-connect", f"localhost:{gateway.port['imaps']}", "-CAfile", certificates().ca,
               *options, input=input, ok=None).stdout


class Tls(harness.Test):
    def start(self, top=None, **more):
        return self.enter(harness.Gateway([self.server(**more)], top=top))

    def server(self, **more):
        return {"protocol": "imap", "listen": ["imap", "imaps ssl"], "starttls": "on", "upstream": "127.0.0.1:1", **more}

    def can(self, directive):
        """Whether the library has the directive, by its own table."""
        return not matrix.capabilities(postern("version").stdout)[directive, ""].startswith("no")


class Groups(Tls):
    def test_only_those_of_the_list(self):
        gateway = self.start(ssl_ecdh_curve="secp384r1:X25519", ssl_certificate=str(certificates().folder / "rsa.pem"),
                             ssl_certificate_key=str(certificates().folder / "rsa-key.pem"))
        self.assertIn("Temp Key: X25519", s_client(gateway, "-tls1_3", "-groups", "X25519:P-256"))
        self.assertIn("secp384r1", s_client(gateway, "-tls1_3", "-groups", "P-256:P-384"))
        self.assertNotIn("Temp Key", s_client(gateway, "-tls1_3", "-groups", "P-256"))

    def test_the_post_quantum_group(self):
        """By a client of our own, since Debian 12's OpenSSL does not have it."""
        able = matrix.capabilities(postern("version").stdout)["ssl_ecdh_curve", "X25519MLKEM768"] == "yes"
        for value in (None, "X25519MLKEM768:X25519", "X25519"):
            notes, gateway = [], self.start(**({"ssl_ecdh_curve": value} if value else {}))
            client = tls_client.Connection(gateway.port["imaps"], notes, {})
            self.addCleanup(client.socket.close)
            client.hello(versions=["TLSv1.3"], groups=["X25519MLKEM768", "x25519"]).answer()
            with self.subTest(value):
                if able and value != "X25519":
                    self.assertIn("  key_share=X25519MLKEM768", notes)
                    self.assertIn("Finished", notes)  # it and the signature before it were verified
                else:
                    self.assertIn("  key_share=x25519", notes)
                    self.assertIn("HelloRetryRequest", " ".join(notes))
                self.assertNotIn("WRONG", " ".join(notes))

    def test_mistakes_are_named(self):
        for value, said in (("X25591", 'no group is called "X25591"'), ("P-384:ffdhe20480", "no group is called")):
            gateway = harness.Gateway([self.server(ssl_ecdh_curve=value)])
            self.assertIn(said, postern("check", "-c", gateway.file, ok=1).stderr)


class Staples(Tls):
    def test_each_certificate_has_its_own(self):
        pem, folder = certificates().folder, temp_folder()
        tables = {"ssl_certificate": [], "ssl_certificate_key": [], "ssl_stapling_file": []}
        for name in ("rsa", "ecdsa"):
            chain = folder / f"{name}.pem"
            chain.write_text((pem / f"{name}.pem").read_text() + (pem / "ca.pem").read_text())
            tables["ssl_certificate"].append(str(chain))
            tables["ssl_certificate_key"].append(str(pem / f"{name}-key.pem"))
            tables["ssl_stapling_file"].append(str(certificates().respond(pem / f"{name}.pem", folder / f"{name}.ocsp")))
        gateway = self.start(**tables)
        for options in (["-tls1_2", "-cipher", "aRSA"], ["-tls1_2", "-cipher", "aECDSA"],
                        ["-tls1_3", "-sigalgs", "RSA-PSS+SHA256"], ["-tls1_3", "-sigalgs", "ECDSA+SHA256"]):
            with self.subTest(options):
                out = s_client(gateway, "-status", *options)
                self.assertIn("OCSP Response Status: successful", out)
                self.assertIn("Verification: OK", out)
                self.assertIn("Verification: OK", s_client(gateway, *options))
        tables["ssl_stapling_file"].reverse()
        wrong = harness.Gateway([self.server(**tables)])
        self.assertIn("is about another certificate, and is not sent", postern("check", "-c", wrong.file).stderr)


class Never(Tls):
    def test_no_early_data(self):
        gateway = self.start()
        session = temp_folder() / "session"
        out = s_client(gateway, "-tls1_3", "-sess_out", session, "-ign_eof", input="a LOGOUT\r\n")
        self.assertIn("Max Early Data: 0", out)
        self.assertNotRegex(out, "Max Early Data: [1-9]")

    def test_no_compression(self):
        gateway = self.start()
        suites, groups = b"\xc0\x2b\xc0\x2f", counted(b"\0\x17", 2)
        extensions = b"\0\x0a" + counted(groups, 2) + b"\0\x0b\0\x02\x01\0" + b"\0\x0d" + counted(counted(b"\x04\x03\x08\x04", 2), 2)
        body = b"\x03\x03" + b"r" * 32 + b"\0" + counted(suites, 2) + b"\x02\x01\0" + counted(extensions, 2)
        with gateway.client("imaps") as client:
            client.send(b"\x16\x03\x01" + counted(b"\x01" + counted(body, 3), 2))
            while len(client.buffer) < 100 and client.more():
                pass
            answer = client.buffer
        self.assertEqual(answer[0], 22, answer)
        self.assertEqual(answer[5], 2)  # a ServerHello: version, random, session id, suite, compression
        at = 9 + 2 + 32
        at += 1 + answer[at]
        self.assertIn(answer[at:at + 2], (b"\xc0\x2b", b"\xc0\x2f"))
        self.assertEqual(answer[at + 2], 0)

    def test_no_renegotiation(self):
        gateway = self.start()
        out = run("sh", "-c", "(sleep 1; echo R; sleep 2) | openssl s_client -tls1_2 -connect localhost:"
                  f"{gateway.port['imaps']} -CAfile {certificates().ca} 2>&1", ok=None).stdout
        self.assertIn("RENEGOTIATING", out)
        self.assertEqual(out.count("Server certificate"), 1)
        end = gateway.wait_event("end")
        self.assertNotEqual(end["reason"], "")

    def test_no_flood_of_key_updates(self):
        gateway = self.start()
        words = "sleep 1; for i in $(seq 80); do echo K; sleep 0.1; done; sleep 1"
        run("sh", "-c", f"({words}) | openssl s_client -tls1_3 -connect localhost:{gateway.port['imaps']} "
            f"-CAfile {certificates().ca} 2>&1", ok=None)
        end = gateway.wait_event("end")
        self.assertTrue(end["reason"].startswith("TLS failed"), end)
        line = gateway.wait_event("tls failed")
        self.assertRegex(line["reason"].lower(), "key.update")


class Rate(Tls):
    def greeted(self, gateway, number):
        """So many clients at once: seconds until the last was greeted, and how many were."""
        good, began = [], time.monotonic()

        def one():
            try:
                with gateway.client("imaps", tls=True) as client:
                    if client.line().startswith(b"* OK"):
                        good.append(1)
            except OSError:
                pass
        threads = [threading.Thread(target=one) for _ in range(number)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return time.monotonic() - began, len(good)

    def test_who_comes_too_fast_waits_in_line(self):
        gateway = self.start(top={"ssl_handshake_rate": 4})
        took, good = self.greeted(gateway, 12)  # 4 at once, 8 more in two seconds
        self.assertEqual(good, 12)
        self.assertGreater(took, 1.5)
        line = gateway.wait_event("ssl_handshake_rate reached")
        self.assertEqual(line["limit"], "4")
        self.assertEqual(len(gateway.events("ssl_handshake_rate reached")), 1)

    def test_nobody_waits_beyond_the_deadline(self):
        gateway = self.start(top={"ssl_handshake_rate": 1}, timeout="2s")
        took, good = self.greeted(gateway, 8)
        self.assertGreaterEqual(good, 1)
        self.assertLess(good, 8)
        self.assertLess(took, 15)
        line = gateway.wait_event("tls failed")
        self.assertIn("ssl_handshake_rate", line["reason"] + line.get("hint", ""))


class KeyLog(Tls):
    def test_the_lines_are_the_clients_or_the_library_is_named(self):
        folder = temp_folder()
        folder.chmod(0o755)
        ours, theirs = folder / "keys", folder / "client-keys"
        gateway = harness.Gateway([self.server()], top={"ssl_keylog_file": str(ours), "worker_processes": 2})
        checked = postern("check", "-c", gateway.file, ok=None)
        if not self.can("ssl_keylog_file"):
            self.assertEqual(checked.returncode, 1)
            self.assertIn("error: ssl_keylog_file: wolfSSL cannot tell its secrets", checked.stderr)
            self.assertIn("HAVE_SECRET_CALLBACK", checked.stderr)
            self.assertFalse(ours.exists())
            return
        self.assertIn("warning: ssl_keylog_file: the secrets of all TLS sessions are written", checked.stderr)
        self.enter(gateway)
        self.assertIn("the secrets of all TLS sessions", gateway.log())
        self.assertEqual(stat.S_IMODE(ours.stat().st_mode), 0o600)
        for version in (V12, V13):
            made = tls_context(keylog_filename=str(theirs))
            made.minimum_version = made.maximum_version = version
            with gateway.client("imaps", tls=True, context=made) as client:
                client.line()
        lines = {line for line in theirs.read_text().splitlines() if not line.startswith("#")}
        got = harness.wait_for("the lines", lambda: ours.exists() and ours.read_text().splitlines())
        self.assertTrue(lines >= set(got), (lines, got))
        self.assertEqual({line.split()[1] for line in got}, {line.split()[1] for line in lines})
        # without the directive no more is written
        gateway.write(gateway.text.replace("ssl_keylog_file", "#"))
        gateway.process.send_signal(harness.signal.SIGHUP)
        gateway.wait_event("reloaded")
        with gateway.client("imaps", tls=True) as client:
            client.line()
        self.assertEqual(ours.read_text().splitlines(), got)


class Suites(Tls):
    def test_those_of_tls_1_3_are_chosen_or_refused(self):
        table = self.server(ssl_ciphersuites="TLS_CHACHA20_POLY1305_SHA256")
        if LIBRARY == "boringssl":
            said = postern("check", "-c", harness.Gateway([table]).file, ok=1).stderr
            self.assertIn("error: ssl_ciphersuites: BoringSSL always offers the same suites", said)
            return
        gateway = self.enter(harness.Gateway([table]))
        self.assertIn("Cipher is TLS_CHACHA20_POLY1305_SHA256", s_client(gateway, "-tls1_3"))


if __name__ == "__main__":
    harness.main()
