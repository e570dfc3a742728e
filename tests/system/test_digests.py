"""CRAM-MD5 and APOP: real clients prove their passwords, the auth_http service checks that, and a real login comes of it."""
import base64
import hashlib
import hmac
import imaplib
import poplib
import smtplib
import urllib.parse

import harness
from harness import PASSWORD, USER, AuthHttp, Mailbox, certificates, run
from transcript import Upstream

INTERNAL = {"imap": "* BAD internal server error", "pop3": "-ERR internal server error", "smtp": "451 4.3.2 Internal server error"}
FAKE = base64.b64encode(b"joe " + b"0" * 32).decode()
BEGIN = {"imap": "a AUTHENTICATE CRAM-MD5", "pop3": "AUTH CRAM-MD5", "smtp": "AUTH CRAM-MD5"}
METHODS = {"imap_auth": "cram-md5", "pop3_auth": "apop cram-md5", "smtp_auth": "cram-md5"}


def proof(method, password, challenge):
    if method == "apop":
        return hashlib.md5((challenge + password).encode()).hexdigest()
    return hmac.new(password.encode(), challenge.encode(), "md5").hexdigest()


class Digests(harness.Test):
    def setUp(self):
        self.box = self.enter(Mailbox())
        self.before = {}  # user: answers to give first

    def start(self, answer=None, **more):
        self.lookup = self.enter(AuthHttp(answer or self.check))
        return self.enter(harness.Gateway(
            [{"protocol": p, "listen": [p, p + "s ssl"], "starttls": "on", "auth_http": self.lookup.url, "proxy_smtp_auth": True,
              "xclient": False, **METHODS, **more} for p in ("imap", "pop3", "smtp")]))

    def found(self, headers, **more):
        return {"Auth-Status": "OK", "Auth-Server": "127.0.0.1", "Auth-Port": str(self.box.port[headers["Auth-Protocol"]]), **more}

    def check(self, headers, _):
        """What a real service does: its own digest, over what it is told the challenge was."""
        user = urllib.parse.unquote(headers["Auth-User"])
        if self.before.get(user):
            return self.before[user].pop(0)
        if user != USER or headers["Auth-Pass"] != proof(headers["Auth-Method"], PASSWORD, headers["Auth-Salt"]):
            return {"Auth-Status": "Wrong", "Auth-Wait": "1"}
        return self.found(headers, **{"Auth-Pass": PASSWORD})

    def asked(self, header):
        return [dict(headers)[header] for _, headers in self.lookup.requests]

    def came_in(self, gateway, mechanism, count=1):
        line = gateway.wait_event("login", count)
        self.assertEqual((line["mechanism"], line["user"]), (mechanism, USER))

    def test_pythons_clients(self):
        gateway = self.start()
        with imaplib.IMAP4("127.0.0.1", gateway.port["imap"]) as client:
            with self.assertRaises(client.error):
                client.login_cram_md5(USER, "wrong")
            client.login_cram_md5(USER, PASSWORD)
            self.assertEqual(client.select()[0], "OK")
        self.came_in(gateway, "CRAM-MD5")
        client = poplib.POP3("127.0.0.1", gateway.port["pop3"])
        with self.assertRaises(poplib.error_proto):
            client.apop(USER, "wrong")
        client.apop(USER, PASSWORD)
        self.assertGreaterEqual(client.stat()[0], 0)
        client.quit()
        self.came_in(gateway, "APOP", 2)
        client = smtplib.SMTP("127.0.0.1", gateway.port["smtp"])
        self.assertEqual(client.login(USER, PASSWORD)[0], 235)
        self.assertEqual(client.noop()[0], 250)
        client.quit()
        self.came_in(gateway, "CRAM-MD5", 3)
        self.assertEqual(self.asked("Auth-Method"), ["cram-md5"] * 2 + ["apop"] * 2 + ["cram-md5"])
        salts = self.asked("Auth-Salt")
        self.assertEqual(len(set(salts)), 4)  # of APOP there is one for each connection
        for salt in salts:
            self.assertRegex(salt, r"^<\d{20,}\.\d{10}@gw\.example\.org>$")
        for digest in self.asked("Auth-Pass"):
            self.assertNotIn(digest, gateway.log())
        self.assertNotIn(PASSWORD, gateway.log())

    def test_curl(self):
        gateway = self.start()
        for url, option in (("imap", "CRAM-MD5"), ("pop3", "CRAM-MD5"), ("pop3", "+APOP"), ("imaps", "CRAM-MD5")):
            scheme = url.removesuffix("s") if url != "imaps" else url
            said = run("curl", "-sS", "--cacert", certificates().ca, "--login-options", f"AUTH={option}", "--user",
                       f"{USER}:{PASSWORD}", f"{scheme}://localhost:{gateway.port[url]}/", deadline=60)
            self.assertTrue(said.stdout, url)
        self.assertEqual(self.asked("Auth-Method"), ["cram-md5", "cram-md5", "apop", "cram-md5"])

    def test_fetchmail(self):
        gateway = self.start()
        folder = harness.temp_folder()
        for protocol, auth, method in (("APOP", "", "apop"), ("POP3", "auth cram-md5", "cram-md5"), ("IMAP", "auth cram-md5", "cram-md5")):
            with self.subTest(protocol):
                asked = len(self.lookup.requests)
                port = gateway.port["imap" if protocol == "IMAP" else "pop3"]
                (folder / "rc").write_text(
                    f"poll localhost service {port} protocol {protocol} {auth} user \"{USER}\" password \"{PASSWORD}\" "
                    "sslproto \"\" keep\n")
                (folder / "rc").chmod(0o600)
                done = run("fetchmail", "-f", folder / "rc", "--check", "--nosyslog", "-v", ok=None,
                           env={**harness.os.environ, "HOME": str(folder), "FETCHMAILHOME": str(folder)})
                self.assertIn(done.returncode, (0, 1), done.stdout + done.stderr)  # mail, or none
                self.assertEqual(self.asked("Auth-Method")[asked:], [method], done.stdout)

    def test_swaks(self):
        gateway = self.start()
        done = run("swaks", "--server", f"127.0.0.1:{gateway.port['smtp']}", "--auth", "CRAM-MD5", "--auth-user", USER,
                   "--auth-password", PASSWORD, "--quit-after", "AUTH", ok=None)
        self.assertIn("235 2.0.0 OK", done.stdout, done.stdout + done.stderr)
        self.assertEqual(self.asked("Auth-Method"), ["cram-md5"])

    def test_wait_asks_again_with_the_digest(self):
        self.before[USER] = [{"Auth-Status": "WAIT", "Auth-Wait": "1"}] * 2
        gateway = self.start()
        with imaplib.IMAP4("127.0.0.1", gateway.port["imap"]) as client:
            client.login_cram_md5(USER, PASSWORD)
        self.assertEqual(len(self.lookup.requests), 3)
        self.assertEqual(len(set(map(str, self.lookup.requests))), 1)

    def test_a_service_that_gives_no_password(self):
        gateway = self.start(lambda headers, _: self.found(headers))
        for protocol, begin in BEGIN.items():
            with self.subTest(protocol), gateway.client(protocol) as client:
                client.line()
                client.say(begin)
                self.assertEqual(client.say(FAKE), INTERNAL[protocol])
                self.assertEqual(client.rest(), b"")
                line = gateway.events("lookup failed")[-1]
                self.assertIn("a login by CRAM-MD5 has no password: the lookup must give one for the upstream, in Auth-Pass",
                              line["detail"])
        with gateway.client("pop3") as client:
            client.line()
            self.assertEqual(client.say("APOP joe " + "0" * 32), INTERNAL["pop3"])
        self.assertIn("a login by APOP has no password", gateway.events("lookup failed")[-1]["detail"])
        self.assertEqual(len(gateway.events("lookup failed")), 4)

    def test_smtp_with_xclient_needs_none(self):
        upstream = self.enter(Upstream("smtp"))
        upstream.answers.append((b"", True))
        gateway = self.start(lambda *_: {"Auth-Status": "OK", "Auth-Server": "127.0.0.1", "Auth-Port": str(upstream.port)},
                             proxy_smtp_auth=False, xclient=True)
        with gateway.client("smtp") as client:
            client.line()
            client.reply("EHLO me")
            client.say(BEGIN["smtp"])
            self.assertEqual(client.say(FAKE), "235 2.0.0 OK")

    def test_a_challenge_is_for_one_attempt(self):
        gateway = self.start()
        for protocol, begin in BEGIN.items():
            with self.subTest(protocol), gateway.client(protocol) as client:
                seen = {client.line()}
                for wrong in ("*", "!", "", base64.b64encode(b"joe").decode(), FAKE, FAKE):
                    seen.add(client.say(begin))
                    self.assertRegex(client.say(wrong), "^([45]|-ERR|a BAD|a NO)")
                self.assertEqual(len(seen), 7)

    def test_nobody_can_answer_for_static_routes(self):
        for protocol, word in (("imap", "cram-md5"), ("pop3", "cram-md5"), ("pop3", "apop"), ("smtp", "cram-md5")):
            with self.subTest(protocol=protocol, word=word):
                gateway = harness.Gateway([{"protocol": protocol, "listen": [protocol], "upstream": "127.0.0.1", "xclient": True,
                                            f"{protocol}_auth": f"plain {word}", "proxy_smtp_auth": True}])
                said = run(harness.POSTERN, "check", "-c", gateway.file, ok=1)
                self.assertRegex(said.stdout + said.stderr,
                                 f"{protocol}_auth: {word} shows only whether a client knows its password, and without "
                                 "auth_http nobody here knows any")


if __name__ == "__main__":
    harness.main()
