"""A whole session of each protocol under Valgrind: no invalid access, nothing undefined used, nothing lost for good."""
import shutil
import subprocess

import harness
from harness import POSTERN, Mailbox, certificates, three_servers
from watch import has_sanitizer, log_in


class Valgrind(harness.Gateway):
    """Started in one process under memcheck, which writes into `report`."""

    def start(self):
        self.report = self.folder / "memcheck"
        self.output = open(self.log_file, "ab")
        self.process = subprocess.Popen(
            ["valgrind", "--quiet", "--leak-check=full", "--show-leak-kinds=definite", "--errors-for-leak-kinds=definite",
             "--error-exitcode=99", f"--log-file={self.report}", POSTERN, "run", "-c", str(self.file)],
            stdin=subprocess.DEVNULL, stdout=self.output, stderr=self.output, start_new_session=True)
        harness.wait_for("postern to start", self.is_up, 120)
        return self


class Memcheck(harness.Test):
    def setUp(self):
        if has_sanitizer():
            self.skipTest("AddressSanitizer and Valgrind cannot share a process; it finds the same")
        self.assertTrue(shutil.which("valgrind"), "this test needs the package valgrind (cmake/packages-test)")

    def converse(self, gateway, name):
        protocol = name[:4]
        with gateway.client(name, tls=len(name) > 4, deadline=120) as client:
            said = log_in(client, protocol)
            self.assertTrue(said.startswith({"imap": "a1 OK", "pop3": "+OK", "smtp": "235"}[protocol]), said)
            say = {"imap": ["b SELECT INBOX", "c NOOP", "d LOGOUT"], "pop3": ["STAT", "QUIT"],
                   "smtp": ["MAIL FROM:<a@example.org>", "RCPT TO:<demo@example.org>", "QUIT"]}[protocol]
            for line in say:
                client.send(line + "\r\n")
            self.assertIn({"imap": b"d OK", "pop3": b"+OK", "smtp": b"221"}[protocol], client.rest())

    def refused(self, gateway, protocol):
        with gateway.client(protocol, deadline=120) as client:
            said = log_in(client, protocol, password="wrong")
            self.assertRegex(said, {"imap": "^a1 NO", "pop3": "^-ERR", "smtp": "^535"}[protocol])

    def starttls(self, gateway, protocol):
        say, wanted = {"imap": ("s STARTTLS", "s OK"), "pop3": ("STLS", "+OK"), "smtp": ("STARTTLS", "220")}[protocol]
        with gateway.client(protocol, deadline=120) as client:
            client.reply()
            self.assertTrue(client.reply(say)[0].startswith(wanted))
            client.start_tls()
            client.send({"imap": "z LOGOUT\r\n", "pop3": "QUIT\r\n", "smtp": "QUIT\r\n"}[protocol])
            self.assertTrue(client.rest())

    def test_a_session_of_each_protocol(self):
        with Mailbox() as box:
            gateway = Valgrind(three_servers(box, starttls="on", timeout="120s"), top={"worker_processes": 0},
                               mail={"ssl_session_cache": "shared:zone:1m", "ssl_certificate": [
                                         str(certificates().folder / f"{kind}.pem") for kind in ("ecdsa", "rsa")],
                                     "ssl_certificate_key": [
                                         str(certificates().folder / f"{kind}-key.pem") for kind in ("ecdsa", "rsa")]})
            with gateway:
                for protocol in ("imap", "pop3", "smtp"):
                    self.converse(gateway, protocol)
                    self.converse(gateway, protocol + "s")
                    self.starttls(gateway, protocol)
                    self.refused(gateway, protocol)
                gateway.stop(deadline=120, check=False)
            report = gateway.report.read_text()
            self.assertEqual((gateway.process.returncode, report), (0, ""))


if __name__ == "__main__":
    harness.main()
