"""What the logs say, and what they must not."""
import base64
import json
import os
import re
import time

import harness
from harness import PASSWORD, USER, Mailbox, Server, certificates, postern, temp_folder, three_servers, tls_context

SECRET = "s3cr3t-Horse-Battery"


class Logs(harness.Test):
    @classmethod
    def setUpClass(cls):
        cls.box = Mailbox(f"{USER}:{SECRET}", "other@example.org:x").__enter__()
        cls.addClassCleanup(cls.box.__exit__)

    def start(self, **top):
        return self.enter(harness.Gateway(three_servers(self.box, starttls="on"), top=top))

    def one_session(self, gateway, name="imaps"):
        with gateway.client(name, tls=name.endswith("s")) as client:
            client.line()
            self.assertRegex(client.say(f"a LOGIN {USER} {SECRET}"), "^a OK")
            self.port = client.socket.getsockname()[1]
            client.say("b LOGOUT")
            client.rest()

    def expected(self, gateway, login, end):
        for line in (login, end):
            self.assertEqual(line["user"], USER)
            self.assertEqual(line["protocol"], "imap")
            self.assertEqual(line["client"], f"127.0.0.1:{self.port}")
            self.assertEqual(line["listener"].split()[0], f"127.0.0.1:{gateway.port['imaps']}")
            self.assertEqual(line["tls"], "TLSv1.3")
            self.assertRegex(line["cipher"], "^TLS_")
            self.assertEqual(line["sni"], "localhost")
            self.assertEqual(line["mechanism"], "LOGIN")
            self.assertEqual(line["upstream"], self.box.address("imap"))
        self.assertEqual(login["session"], end["session"])
        self.assertGreater(int(end["bytes_in"]), 0)
        self.assertGreater(int(end["bytes_out"]), 0)
        self.assertRegex(str(end["duration"]), r"^\d+(\.\d+)?$")

    def test_a_line_for_the_login_and_one_for_the_end(self):
        gateway = self.start()
        self.one_session(gateway)
        end = gateway.wait_event("end")
        self.expected(gateway, gateway.wait_event("login"), end)
        self.assertEqual(end["ended_by"], "upstream")
        self.assertTrue(end["reason"])

    def test_the_same_as_json(self):
        gateway = self.start(log_format="json")
        self.one_session(gateway)
        end = gateway.wait_event("end")
        self.expected(gateway, gateway.wait_event("login"), end)
        for line in gateway.log().splitlines():
            json.loads(line)

    def test_logs_go_where_they_are_told(self):
        folder = temp_folder()
        gateway = harness.Gateway(three_servers(self.box, starttls="on"), top={
            "access_log": str(folder / "access"), "error_log": f"{folder}/error notice"})
        gateway.log_file = folder / "error"
        self.enter(gateway)
        self.one_session(gateway)
        harness.wait_for("the lines", lambda: "event=end" in (folder / "access").read_text())
        self.assertNotIn("event=end", (folder / "error").read_text())
        # a log that was moved away is opened anew
        os.rename(folder / "access", folder / "access.1")
        gateway.process.send_signal(harness.signal.SIGUSR1)
        harness.wait_for("the new file", lambda: (folder / "access").exists())
        self.one_session(gateway)
        harness.wait_for("the lines", lambda: "event=end" in (folder / "access").read_text())

    def test_the_access_log_may_be_off(self):
        gateway = self.start(access_log="off")
        self.one_session(gateway)
        time.sleep(0.3)
        self.assertNotIn("event=end", gateway.log())

    HOSTILE = [b"eve\r\nevent=login user=root", b'eve" user="root', b"eve\x00\x1b[2Jroot", b"\xff\xfe\x80", b"a" * 700,
               "é\u2028x".encode(), b"\\", b'\\" x=y', b" "]

    def test_no_name_breaks_a_line(self):
        for style in ("text", "json"):
            with self.subTest(style):
                gateway = self.start(log_format=style)
                for user in self.HOSTILE:
                    with gateway.client("smtp") as client:
                        client.reply()
                        client.reply("EHLO me")
                        said = base64.b64encode(b"\0" + user + b"\0" + SECRET.encode()).decode()
                        client.reply("AUTH PLAIN " + said)
                        client.reply("QUIT")
                gateway.wait_event("end", count=len(self.HOSTILE))
                raw = gateway.log_file.read_bytes()
                self.assertNotIn(b"\x1b", raw)
                self.assertNotIn(b"\x00", raw)
                raw.decode("utf-8")
                for line in raw.decode().splitlines():
                    found = harness.fields(line)
                    self.assertNotEqual(found.get("user"), "root")
                    self.assertIn("event", found)
                    if style == "text":
                        self.assertEqual(re.sub(harness.FIELD, "", line).strip(), "", line)

    def test_passwords_are_nowhere(self):
        folder = temp_folder()
        (folder / "words").write_text("key-file-pass-phrase\n")
        gateway = self.enter(harness.Gateway(
            three_servers(self.box, starttls="on", ssl_password_file=str(folder / "words")),
            top={"error_log": "stderr debug"}))
        plain = base64.b64encode(f"\0{USER}\0{SECRET}".encode()).decode()
        with gateway.client("imap") as client:
            client.line()
            client.say(f"a LOGIN {USER} wrong-{SECRET}")
            client.say(f"b LOGIN {USER} {SECRET} too many {SECRET}")
            client.say(f"c AUTHENTICATE PLAIN {plain}x!")
            client.say(f"d AUTHENTICATE PLAIN {plain}")
        for lines in ([f"USER {USER}", f"PASS {SECRET}"], [f"PASS {SECRET}"], [f"AUTH PLAIN {plain}"]):
            with gateway.client("pop3") as client:
                client.line()
                for line in lines:
                    client.say(line)
        for line in (f"AUTH PLAIN {plain}", f"AUTH LOGIN {base64.b64encode(SECRET.encode()).decode()}", f"auth {SECRET}", SECRET):
            with gateway.client("smtp") as client:
                client.reply()
                client.reply("EHLO me")
                client.reply(line)
        gateway.wait_event("end", count=8)
        dump = postern("dump", "-c", gateway.file).stdout
        for text in (gateway.log(), dump):
            for word in (SECRET, plain, base64.b64encode(SECRET.encode()).decode(), "key-file-pass-phrase", "PRIVATE KEY"):
                self.assertNotIn(word, text)

    def test_who_ended_it_and_why(self):
        gateway = self.start()
        with gateway.client("imap") as client:
            client.line()
            client.say("a LOGOUT")
        with gateway.client("imap") as client:
            client.line()
        with gateway.client("imap") as client:
            client.line()
            client.send("nonsense\r\n" * 5)
            client.rest()
        with gateway.client("imaps") as client:
            client.send("not TLS at all, not TLS at all\r\n\r\n")
            client.rest()
        ends = harness.wait_for("four ends", lambda: len(e := gateway.events("end")) == 4 and e)
        reasons = {(e["ended_by"], e["reason"].split(":")[0]) for e in ends}
        self.assertEqual(reasons, {("client", "client said goodbye"), ("client", "connection closed"),
                                   ("gateway", "too many invalid commands"), ("gateway", "TLS failed")})


if __name__ == "__main__":
    harness.main()
