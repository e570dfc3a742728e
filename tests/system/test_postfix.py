"""SMTP in front of a real Postfix, by the programs that people use."""
import base64
import smtplib
import urllib.parse

import harness
from harness import DEADLINE, PASSWORD, USER, certificates, run, temp_folder, tls_context
from mail import big_body, digest, message
from servers import Dovecot, Postfix

BIG = big_body()


class InFrontOfPostfix(harness.Test):
    @classmethod
    def setUpClass(cls):
        cls.dovecot = Dovecot().__enter__()
        cls.addClassCleanup(cls.dovecot.__exit__)
        cls.trusting = Postfix(cls.dovecot.mail).__enter__()  # believes XCLIENT, asks for no AUTH
        cls.addClassCleanup(cls.trusting.__exit__)
        cls.asking = Postfix(cls.dovecot.mail, cls.dovecot).__enter__()  # wants AUTH itself
        cls.addClassCleanup(cls.asking.__exit__)
        cls.checking = harness.AuthHttp(cls.check_password)
        cls.addClassCleanup(cls.checking.close)
        words = ["8BITMIME", "PIPELINING", "SIZE 67108864"]
        servers = [
            {"listen": ["submission", "submissions ssl"], "starttls": "on", "upstream": cls.asking.address(),
             "proxy_smtp_auth": True, "smtp_capabilities": words, "xclient": False},
            {"listen": ["xclient", "xclients ssl"], "starttls": "on", "auth_http": cls.checking.url, "smtp_capabilities": words},
            {"listen": ["relay"], "smtp_auth": "none", "starttls": "on", "upstream": cls.trusting.address(),
             "smtp_capabilities": words},
            {"listen": ["only"], "starttls": "only", "smtp_auth": "plain login none", "upstream": cls.trusting.address(),
             "proxy_smtp_auth": True},
            {"listen": ["mistaken"], "starttls": "off", "upstream": cls.asking.address(), "proxy_smtp_auth": True,
             "proxy_pass_error_message": True, "xclient": False},
        ]
        cls.gateway = harness.Gateway([{"protocol": "smtp", **s} for s in servers], top={"worker_processes": 2}).start()
        cls.addClassCleanup(cls.gateway.stop)

    @classmethod
    def check_password(cls, headers, _):
        """What an auth_http service says: Postfix, being told who it is by XCLIENT, asks for no password any more."""
        if urllib.parse.unquote(headers.get("Auth-Pass", "")) != PASSWORD:
            return {"Auth-Status": "Invalid login or password"}
        host, _, port = cls.asking.address().rpartition(":")
        return {"Auth-Status": "OK", "Auth-Server": host, "Auth-Port": port}

    def smtp(self, name, tls, source="127.0.0.1"):
        port = self.gateway.port[name]
        if tls == "implicit":
            mail = smtplib.SMTP_SSL("localhost", port, context=tls_context(), timeout=DEADLINE, source_address=(source, 0))
        else:
            mail = smtplib.SMTP("localhost", port, timeout=DEADLINE, source_address=(source, 0))
            if tls == "starttls":
                mail.starttls(context=tls_context())
        self.addCleanup(mail.close)
        return mail

    def arrives(self, postfix, mark, raw):
        self.assertEqual(digest(postfix.delivered(USER, mark)), digest(raw))

    def test_smtplib_submits_with_the_upstream_checking_the_password(self):
        for name, tls in (("submissions", "implicit"), ("submission", "starttls"), ("submission", "plain")):
            with self.subTest(tls):
                mail = self.smtp(name, tls)
                with self.assertRaises(smtplib.SMTPAuthenticationError) as caught:
                    mail.login(USER, "wrong")
                self.assertEqual(caught.exception.smtp_code // 100, 5)
                mail.login(USER, PASSWORD)
                mark, raw = message()
                self.assertEqual(mail.sendmail("sender@example.org", [USER], raw), {})
                mail.quit()
                self.arrives(self.asking, mark, raw)
        self.assertIn(f"sasl_username={USER}", self.asking.log())

    def test_auth_login_works_as_well_as_plain(self):
        mail = self.smtp("submissions", "implicit")
        mail.ehlo()
        mail.user, mail.password = USER, PASSWORD
        self.assertEqual(mail.auth("LOGIN", mail.auth_login)[0], 235)
        mark, raw = message()
        self.assertEqual(mail.sendmail("sender@example.org", [USER], raw), {})
        self.arrives(self.asking, mark, raw)

    def test_xclient_tells_postfix_who_it_is_and_from_where(self):
        mail = self.smtp("xclients", "implicit", source="127.0.0.9")
        mail.login(USER, PASSWORD)
        mark, raw = message()
        self.assertEqual(mail.sendmail("sender@example.org", [USER], raw), {})
        self.arrives(self.asking, mark, raw)
        log = harness.wait_for("Postfix's word of it", lambda: [
            line for line in self.asking.log().split("\n") if "127.0.0.9" in line and "sasl_username" in line])
        self.assertIn(f"sasl_username={USER}", log[0])

    def test_the_refusal_of_the_upstream_is_passed_on_when_asked_for(self):
        with self.gateway.client("mistaken") as client:
            client.reply()
            client.reply("EHLO me")
            word = base64.b64encode(f"\0{USER}\0wrong".encode()).decode()
            self.assertRegex(client.reply(f"AUTH PLAIN {word}")[0], r"^535 5\.7\.8 .*authentication failed")
            word = base64.b64encode(f"\0{USER}\0{PASSWORD}".encode()).decode()
            self.assertRegex(client.reply(f"AUTH PLAIN {word}")[0], r"^235 ")

    def test_mail_without_a_login_goes_by_its_envelope(self):
        for tls in ("plain", "starttls"):
            with self.subTest(tls):
                mail = self.smtp("relay", tls, source="127.0.0.7")
                mark, raw = message()
                self.assertEqual(mail.sendmail("sender@example.org", [USER], raw), {})
                mail.quit()
                self.arrives(self.trusting, mark, raw)
        self.assertIn("127.0.0.7", self.trusting.log())

    def test_the_upstreams_answer_to_rcpt_reaches_the_client(self):
        with self.gateway.client("relay") as client:
            client.reply()
            client.reply("EHLO me.example.org")
            self.assertRegex(client.reply("MAIL FROM:<sender@example.org>")[0], "^250 ")
            self.assertRegex(client.reply("RCPT TO:<nobody-here@example.org>")[0], r"^550 5\.1\.1 .*nobody-here")
            self.assertRegex(client.reply(f"RCPT TO:<{USER}>")[0], "^250 ")

    def test_starttls_only_takes_no_mail_in_clear(self):
        with self.gateway.client("only") as client:
            client.reply()
            capabilities = client.reply("EHLO me")
            self.assertEqual(capabilities[-1], "250 STARTTLS")
            self.assertFalse([c for c in capabilities if "AUTH" in c])
            self.assertRegex(client.reply("AUTH PLAIN")[0], r"^5")
            # RFC 3207 section 4: a server that insists on TLS says 530 5.7.0
            self.assertRegex(client.reply("MAIL FROM:<sender@example.org>")[0], r"^530 5\.7\.0 ")
            self.assertRegex(client.reply("STARTTLS")[0], "^220 ")
            client.start_tls()
            self.assertTrue([c for c in client.reply("EHLO me") if "AUTH PLAIN LOGIN" in c])
            self.assertRegex(client.reply("MAIL FROM:<sender@example.org>")[0], "^250 ")
            self.assertRegex(client.reply(f"RCPT TO:<{USER}>")[0], "^250 ")

    def test_curl_sends(self):
        ca = certificates().ca
        for url in (f"smtps://localhost:{self.gateway.port['submissions']}/me.example.org",
                    f"smtp://localhost:{self.gateway.port['submission']}/me.example.org"):
            with self.subTest(url):
                mark, raw = message()
                run("curl", "-sS", "--ssl-reqd", "--cacert", ca, "--user", f"{USER}:{PASSWORD}", "--mail-from",
                    "sender@example.org", "--mail-rcpt", USER, "-T", "-", url, input=raw)
                self.arrives(self.asking, mark, raw)

    def test_swaks_sends(self):
        for name, how in (("submissions", "--tls-on-connect"), ("submission", "--tls")):
            for mechanism in ("PLAIN", "LOGIN"):
                with self.subTest(name=name, mechanism=mechanism):
                    mark, raw = message()
                    run("swaks", "--server", "127.0.0.1", "--port", self.gateway.port[name], how, "--tls-verify",
                        "--tls-ca-path", certificates().ca, "--tls-sni", "localhost", "--auth", mechanism, "--auth-user",
                        USER, "--auth-password", PASSWORD, "--from", "sender@example.org", "--to", USER,
                        "--data", "-", input=raw.decode())
                    self.assertIn(mark.encode(), self.asking.delivered(USER, mark))

    def test_msmtp_sends(self):
        for name, options in (("submissions", "tls_starttls off"), ("submission", "tls_starttls on")):
            with self.subTest(name):
                rc = temp_folder() / "rc"
                rc.write_text(f"account default\nhost localhost\nport {self.gateway.port[name]}\ntls on\n{options}\n"
                              f"tls_trust_file {certificates().ca}\nauth plain\nuser {USER}\n"
                              f'password "{PASSWORD}"\nfrom sender@example.org\n')
                rc.chmod(0o600)
                mark, raw = message()
                run("msmtp", "-C", rc, USER, input=raw.replace(b"\r\n", b"\n"))
                self.arrives(self.asking, mark, raw)

    def test_twenty_megabytes_arrive_whole(self):
        mark, raw = message(BIG)
        mail = self.smtp("submissions", "implicit")
        mail.login(USER, PASSWORD)
        self.assertEqual(mail.sendmail("sender@example.org", [USER], raw), {})
        mail.quit()
        self.arrives(self.asking, mark, raw)


if __name__ == "__main__":
    harness.main()
