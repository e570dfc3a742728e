"""IMAP and POP3 in front of a real Dovecot, by the programs that people use."""
import base64
import hashlib
import imaplib
import poplib
import subprocess
import threading

import harness
from harness import DEADLINE, PASSWORD, USER, certificates, run, temp_folder, tls_context
from mail import big_body, digest, message
from servers import Dovecot

imaplib._MAXLINE = poplib._MAXLINE = 1 << 20
BIG = big_body()


class InFrontOfDovecot(harness.Test):
    @classmethod
    def setUpClass(cls):
        cls.dovecot = Dovecot().__enter__()
        cls.addClassCleanup(cls.dovecot.__exit__)
        imap, pop3 = cls.dovecot.address("imap"), cls.dovecot.address("pop3")
        words = {"imap_capabilities": ["IMAP4rev1", "SASL-IR", "LITERAL+", "IDLE", "UIDPLUS"]}
        cls.gateway = harness.Gateway([
            {"protocol": "imap", "listen": ["imap", "imaps ssl"], "starttls": "on", "upstream": imap, **words},
            {"protocol": "pop3", "listen": ["pop3", "pop3s ssl"], "starttls": "on", "upstream": pop3},
            {"protocol": "imap", "listen": ["imap-only"], "starttls": "only", "upstream": imap, **words},
            {"protocol": "pop3", "listen": ["pop3-only"], "starttls": "only", "upstream": pop3},
            {"protocol": "imap", "listen": ["imap-pass"], "upstream": imap, "proxy_pass_error_message": True},
        ], top={"worker_processes": 2}).start()
        cls.addClassCleanup(cls.gateway.stop)

    def imap(self, how, box=True):
        port = self.gateway.port
        if how == "implicit":
            mail = imaplib.IMAP4_SSL("localhost", port["imaps"], ssl_context=tls_context(), timeout=DEADLINE)
        else:
            mail = imaplib.IMAP4("localhost", port["imap"], timeout=DEADLINE)
            mail.starttls(tls_context())
        self.assertEqual(mail.login(USER, PASSWORD)[0], "OK")
        if box:
            self.assertEqual(mail.select()[0], "OK")
        return mail

    def pop3(self, how):
        port = self.gateway.port
        if how == "implicit":
            mail = poplib.POP3_SSL("localhost", port["pop3s"], context=tls_context(), timeout=DEADLINE)
        else:
            mail = poplib.POP3("localhost", port["pop3"], timeout=DEADLINE)
            mail.stls(tls_context())
        mail.user(USER)
        self.assertTrue(mail.pass_(PASSWORD).startswith(b"+OK"))
        return mail

    def put(self, raw):
        """Puts a message into the mailbox behind the gateway's back."""
        direct = imaplib.IMAP4("127.0.0.1", self.dovecot.port["imap"], timeout=DEADLINE)
        direct.login(USER, PASSWORD)
        self.assertEqual(direct.append("INBOX", None, None, raw)[0], "OK")
        direct.logout()

    def fetch(self, mail, mark):
        """The message with the mark, by IMAP."""
        number = mail.search(None, "HEADER", "Subject", mark)[1][0].split()[-1].decode()
        return mail.fetch(number, "(RFC822)")[1][0][1]

    def by_pop3(self, mail, mark):
        for number in range(len(mail.list()[1]), 0, -1):
            if any(mark.encode() in line for line in mail.top(number, 0)[1]):
                return b"\r\n".join(mail.retr(number)[1]) + b"\r\n"
        self.fail("no such message")

    def test_imap_gives_back_the_bytes_that_were_put_in(self):
        for how in ("implicit", "starttls"):
            with self.subTest(how):
                mail = self.imap(how)
                mark, raw = message()
                self.assertEqual(mail.append("INBOX", None, None, raw)[0], "OK")
                mail.noop()
                self.assertEqual(self.fetch(mail, mark), raw)
                mail.logout()

    def test_imap_takes_authenticate_plain_with_and_without_an_initial_response(self):
        mail = imaplib.IMAP4_SSL("localhost", self.gateway.port["imaps"], ssl_context=tls_context(), timeout=DEADLINE)
        self.assertEqual(mail.authenticate("PLAIN", lambda _: f"\0{USER}\0{PASSWORD}".encode())[0], "OK")
        mail.logout()
        word = base64.b64encode(f"\0{USER}\0{PASSWORD}".encode()).decode()
        with self.gateway.client("imaps", tls=True) as client:
            client.line()
            self.assertRegex(client.say(f"a AUTHENTICATE PLAIN {word}"), "^a OK ")

    def test_pop3_gives_the_bytes_that_are_there(self):
        mark, raw = message()
        self.put(raw)
        for how in ("implicit", "starttls"):
            with self.subTest(how):
                mail = self.pop3(how)
                self.assertEqual(self.by_pop3(mail, mark), raw)
                mail.quit()

    def test_curl_fetches_and_appends(self):
        mark, raw = message()
        self.put(raw)
        port, ca = self.gateway.port, certificates().ca
        user = f"{USER}:{PASSWORD}"
        mail = self.imap("implicit")
        number = mail.search(None, "HEADER", "Subject", mark)[1][0].split()[-1].decode()
        mail.logout()
        for url in (f"imaps://localhost:{port['imaps']}/INBOX;MAILINDEX={number}",
                    f"imap://localhost:{port['imap']}/INBOX;MAILINDEX={number}"):
            done = run("curl", "-sS", "--ssl-reqd", "--cacert", ca, "--user", user, url, input=b"")
            self.assertEqual(done.stdout, raw)
        listed = run("curl", "-sS", "--cacert", ca, "--user", user, f"pop3s://localhost:{port['pop3s']}/").stdout
        last = listed.split("\n")[-2].split()[0]
        for url in (f"pop3s://localhost:{port['pop3s']}/{last}", f"pop3://localhost:{port['pop3']}/{last}"):
            done = run("curl", "-sS", "--ssl-reqd", "--cacert", ca, "--user", user, url, input=b"")
            self.assertEqual(done.stdout, raw)
        mark, raw = message()
        file = temp_folder() / "message"
        file.write_bytes(raw)
        run("curl", "-sS", "--cacert", ca, "--user", user, "-T", file, f"imaps://localhost:{port['imaps']}/INBOX")
        mail = self.imap("starttls")
        self.assertEqual(self.fetch(mail, mark), raw)
        mail.logout()

    def test_curl_with_a_wrong_password_is_told_so(self):
        done = run("curl", "-sS", "--cacert", certificates().ca, "--user", f"{USER}:wrong",
                   f"imaps://localhost:{self.gateway.port['imaps']}/", ok=67)  # CURLE_LOGIN_DENIED
        self.assertIn("denied", done.stderr)

    def test_twenty_megabytes_go_up_and_come_down_whole(self):
        mark, raw = message(BIG)
        self.assertGreater(len(raw), 20 * 1024 * 1024)
        mail = self.imap("implicit")
        self.assertEqual(mail.append("INBOX", None, None, raw)[0], "OK")
        mail.noop()
        wanted = hashlib.sha256(raw).hexdigest()
        self.assertEqual(hashlib.sha256(self.fetch(mail, mark)).hexdigest(), wanted)
        mail.logout()
        reader = self.pop3("starttls")
        self.assertEqual(digest(self.by_pop3(reader, mark)), digest(raw))
        reader.quit()
        mail = self.imap("starttls")
        for number in mail.search(None, "LARGER", "10000000")[1][0].split():
            mail.store(number, "+FLAGS", "\\Deleted")
        mail.expunge()
        mail.logout()
        self.assertTrue(harness.wait_for("the bytes in the log", lambda: [
            e for e in self.gateway.events("end", user=USER)
            if min(int(e["bytes_in"]), int(e["bytes_out"])) > 20_000_000]))

    def test_idle_pushes(self):
        for how in ("implicit", "starttls"):
            with self.subTest(how), self.gateway.client("imaps" if how == "implicit" else "imap") as client:
                if how == "implicit":
                    client.start_tls()
                client.line()
                if how == "starttls":
                    self.assertRegex(client.say("t STARTTLS"), "^t OK")
                    client.start_tls()
                self.assertRegex(client.say(f'a LOGIN {USER} "{PASSWORD}"'), "^a OK")
                client.send("b SELECT INBOX\r\n")
                while not client.line().startswith(b"b OK"):
                    pass
                self.assertRegex(client.say("c IDLE"), r"^\+ ")
                self.put(message()[1])
                self.assertRegex(client.line().decode(), r"^\* \d+ EXISTS")
                client.send("DONE\r\n")
                while not (line := client.line()).startswith(b"c "):
                    self.assertTrue(line)
                self.assertRegex(line.decode(), "^c OK")

    def test_a_wrong_password_and_then_the_right_one(self):
        mail = imaplib.IMAP4_SSL("localhost", self.gateway.port["imaps"], ssl_context=tls_context(), timeout=DEADLINE)
        with self.assertRaises(imaplib.IMAP4.error):
            mail.login(USER, "wrong")
        self.assertEqual(mail.login(USER, PASSWORD)[0], "OK")
        self.assertEqual(mail.select()[0], "OK")
        mail.logout()
        mail = poplib.POP3_SSL("localhost", self.gateway.port["pop3s"], context=tls_context(), timeout=DEADLINE)
        mail.user(USER)
        with self.assertRaises(poplib.error_proto):
            mail.pass_("wrong")
        mail.user(USER)
        self.assertTrue(mail.pass_(PASSWORD).startswith(b"+OK"))
        mail.quit()

    def test_the_upstreams_words_are_passed_on_only_when_asked_for(self):
        with self.gateway.client("imap-pass") as client:
            client.line()
            self.assertEqual(client.say(f"a LOGIN {USER} wrong"), "a NO [AUTHENTICATIONFAILED] Authentication failed.")
        with self.gateway.client("imap") as client:
            client.line()
            # the gateway's own words have no full stop
            self.assertEqual(client.say(f"a LOGIN {USER} wrong"), "a NO [AUTHENTICATIONFAILED] Authentication failed")

    def test_starttls_only_lets_nobody_in_before(self):
        with self.gateway.client("imap-only") as client:
            client.line()
            said = client.say("a CAPABILITY")
            self.assertIn(" STARTTLS LOGINDISABLED", said)
            self.assertNotIn("AUTH=", said)
            self.assertRegex(client.line().decode(), "^a OK")
            self.assertEqual(client.say(f'b LOGIN {USER} "{PASSWORD}"'), "b BAD invalid command")
            self.assertEqual(client.say("c AUTHENTICATE PLAIN"), "c BAD invalid command")
            self.assertRegex(client.say("d STARTTLS"), "^d OK")
            client.start_tls()
            said = client.say("e CAPABILITY")
            self.assertIn("AUTH=PLAIN", said)
            self.assertNotIn("STARTTLS", said)
            client.line()
            self.assertRegex(client.say(f'f LOGIN {USER} "{PASSWORD}"'), "^f OK")
        with self.gateway.client("pop3-only") as client:
            client.line()
            client.send("CAPA\r\n")
            capabilities = []
            while (line := client.line()) not in (b".\r\n", b""):
                capabilities.append(line.decode().strip())
            self.assertIn("STLS", capabilities)
            self.assertNotIn("USER", capabilities)
            self.assertFalse([c for c in capabilities if c.startswith("SASL")])
            self.assertEqual(client.say(f"USER {USER}"), "-ERR invalid command")
            self.assertEqual(client.say("AUTH PLAIN"), "-ERR invalid command")
            self.assertRegex(client.say("STLS"), r"^\+OK")
            client.start_tls()
            self.assertRegex(client.say(f"USER {USER}"), r"^\+OK")
            self.assertRegex(client.say(f"PASS {PASSWORD}"), r"^\+OK")

    def test_openssl_s_client_speaks_starttls(self):
        lines = {"imap": f'a LOGIN {USER} "{PASSWORD}"\r\nb LOGOUT\r\n', "pop3": f"USER {USER}\r\nPASS {PASSWORD}\r\nQUIT\r\n"}
        for protocol, wanted in (("imap", "a OK"), ("pop3", "+OK Logged in")):
            with self.subTest(protocol):
                out = s_client(self.gateway.port[protocol], lines[protocol], wanted, "-starttls", protocol)
                self.assertIn("Verification: OK", out)

    def test_fetchmail_fetches(self):
        mark, raw = message()
        self.put(raw)
        port, ca = self.gateway.port, certificates().ca
        for protocol, name, options in (("imap", "imaps", "ssl"), ("imap", "imap", "sslproto TLS1+"),
                                        ("pop3", "pop3s", "ssl"), ("pop3", "pop3", "sslproto TLS1+")):
            with self.subTest(name):
                folder = temp_folder()
                rc, box = folder / "rc", folder / "mails"
                rc.write_text(f'set idfile "{folder}/ids"\npoll localhost protocol {protocol} port {port[name]}\n'
                              f'user "{USER}" password "{PASSWORD}" {options} sslcertck sslcertfile "{ca}" '
                              f'keep fetchall mda "cat >> {box}"\n')
                rc.chmod(0o600)
                run("fetchmail", "-f", rc, "--nosyslog", "--pidfile", folder / "pid", "--nodetach",
                    env={"HOME": str(folder), "PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "FETCHMAILHOME": str(folder)})
                self.assertIn(mark.encode(), box.read_bytes())

    def test_mbsync_mirrors_the_mailbox(self):
        mark, raw = message()
        self.put(raw)
        for kind, name in (("IMAPS", "imaps"), ("STARTTLS", "imap")):
            with self.subTest(kind):
                folder = temp_folder()
                (folder / "mail").mkdir()
                (folder / "rc").write_text(f"""
IMAPAccount gateway
Host localhost
Port {self.gateway.port[name]}
User {USER}
Pass "{PASSWORD}"
SSLType {kind}
SystemCertificates no
CertificateFile {certificates().ca}
AuthMechs PLAIN

IMAPStore far
Account gateway

MaildirStore near
Path {folder}/mail/
Inbox {folder}/mail/INBOX

Channel all
Far :far:
Near :near:
Patterns INBOX
Create Near
Sync Pull
SyncState *
""")
                run("mbsync", "-c", folder / "rc", "all", env={"HOME": str(folder), "PATH": "/usr/bin:/bin"})
                found = [p for p in (folder / "mail/INBOX").rglob("*") if p.is_file() and mark.encode() in p.read_bytes()]
                self.assertEqual(len(found), 1)
                self.assertEqual(digest(found[0].read_bytes()), digest(raw))


def s_client(port, lines, wanted, *options, deadline=DEADLINE):
    """What `openssl s_client` prints while these lines are said and until `wanted` has come."""
    process = subprocess.Popen(["openssl", "s_client", "-CAfile", str(certificates().ca), "-connect", f"localhost:{port}",
                                "-servername", "localhost", "-ign_eof", *options],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    timer = threading.Timer(deadline, process.kill)
    timer.start()
    try:
        out = b""
        process.stdin.write(lines.encode())
        process.stdin.flush()
        while chunk := process.stdout.read1(65536):
            out += chunk
        text = out.decode("utf-8", "replace")
        assert wanted in text, text
        return text
    finally:
        timer.cancel()
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


if __name__ == "__main__":
    harness.main()
