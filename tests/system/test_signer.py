"""ssl_key_process: private keys in a process of their own."""
import base64
import os
import pathlib
import re
import signal
import ssl
import subprocess
import sys
import threading
import time

import harness
from harness import PASSWORD, USER, Mailbox, as_root, certificates, postern, run, temp_folder, tls_context, wait_for

# Reads all that a process has in memory and says which of the needles (hexadecimal) are there. Pages that nobody has
# touched hold nothing: of them AddressSanitizer has terabytes. The top byte of a page's 8 in pagemap tells: 0x80 it is in
# memory, 0x40 it was written to disk.
SEARCH = r"""
import os, re, sys
process, needles = sys.argv[1], [bytes.fromhex(word) for word in sys.argv[2:]]
found, read, page, most = set(), 0, os.sysconf("SC_PAGE_SIZE"), 4096
with open(f"/proc/{process}/maps") as maps, open(f"/proc/{process}/mem", "rb", 0) as memory, \
        open(f"/proc/{process}/pagemap", "rb", 0) as pagemap:
    for line in maps:
        place, rights = line.split()[:2]
        start, end = (int(word, 16) // page for word in place.split("-"))
        # AddressSanitizer's shadow tells in terabytes which bytes are whose; it holds none of them
        if "r" not in rights or "[v" in line or end - start > (1 << 36) // page:
            continue
        tail, upto = b"", start
        for at in range(start, end, most):
            pagemap.seek(at * 8)
            for run in re.finditer(rb"[\x40-\xff]+", pagemap.read(min(most, end - at) * 8)[7::8]):
                first = at + run.start()
                try:
                    memory.seek(first * page)
                    block = memory.read(len(run.group()) * page)
                except OSError:
                    continue
                read += len(block)
                block = (tail if first == upto else b"") + block
                found |= {n.hex() for n in needles if n in block}
                tail, upto = block[-page:], at + run.end()
assert read > 1 << 20, read
print(*found)
"""


def found_in(process, needles):
    """Those of the needles, {name: bytes}, that are in a process's memory."""
    words = [needle.hex() for needle in needles.values()]
    hits = run(*as_root(), sys.executable, "-c", SEARCH, process, *words).stdout.split()
    return {name for name, needle in needles.items() if needle.hex() in hits}


def numbers(key):
    """A key's secret numbers: {name: bytes}, as `openssl pkey -text` shows them."""
    text = run("openssl", "pkey", "-in", key, "-noout", "-text").stdout
    out = {}
    for name, body in re.findall(r"^(priv|privateExponent|prime1|prime2):\n((?:    .*\n)+)", text, re.M):
        out[name] = bytes.fromhex(re.sub(r"[\s:]", "", body)).lstrip(b"\0")
    assert out, text
    return out


def needles_of(key):
    """What would give the key away: its text, its DER, its numbers in both byte orders."""
    lines = [line for line in key.read_text().split("\n") if line and not line.startswith("-")]
    der = base64.b64decode("".join(lines))
    out = {"text": "\n".join(lines)[40:90].encode(), "der": der[-40:] if len(lines) > 4 else der[28:72]}
    for name, number in numbers(key).items():
        out[f"{name}, big-endian"] = number[-32:]
        out[f"{name}, little-endian"] = number[::-1][:32]
    return out


class Signer(harness.Test):
    @classmethod
    def setUpClass(cls):
        cls.box = Mailbox().__enter__()
        cls.addClassCleanup(cls.box.__exit__)
        pem = certificates()
        cls.rsa, cls.ecdsa = pem.folder / "rsa-key.pem", pem.folder / "ecdsa-key.pem"
        cls.both = {"ssl_certificate": [str(pem.folder / "ecdsa.pem"), str(pem.folder / "rsa.pem")],
                    "ssl_certificate_key": [str(cls.ecdsa), str(cls.rsa)]}

    def start(self, workers=1, on=True, top=None, **more):
        servers = [{"protocol": "imap", "listen": ["imaps ssl"], "upstream": self.box.address("imap"), **more},
                   {"protocol": "imap", "listen": ["imap"], "starttls": "on", "upstream": self.box.address("imap")}]
        gateway = harness.Gateway(servers, mail=self.both, top={"worker_processes": workers, "ssl_key_process": on, **(top or {})})
        return self.enter(gateway)

    @staticmethod
    def split(gateway):
        """(the youngest signing process or None, the workers)"""
        signers, workers = [], []
        for process in gateway.workers():
            words = pathlib.Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
            (signers if b"signer" in words else workers).append(process)
        return (signers or [None])[-1], workers

    def signer(self, gateway):
        return wait_for("a signing process", lambda: self.split(gateway)[0])

    def kill(self, process, number=signal.SIGKILL):
        run(*as_root(), "kill", f"-{number}", process)

    @staticmethod
    def context(algorithm=None, version=None):
        made = tls_context()
        if version:
            made.minimum_version = made.maximum_version = version
        if algorithm == "rsa":  # TLS 1.2 alone lets a client of Python choose
            made.maximum_version = ssl.TLSVersion.TLSv1_2
            made.set_ciphers("ECDHE+aRSA")
        return made

    def greet(self, gateway, context=None):
        with gateway.client("imaps", tls=True, context=context or self.context()) as client:
            self.assertTrue(client.line().startswith(b"* OK"))

    def log_in(self, gateway):
        client = gateway.client("imaps", tls=True)
        self.addCleanup(client.close)
        client.line()
        self.assertTrue(client.say(f'a LOGIN {USER} "{PASSWORD}"').startswith("a OK"))
        return client

    def is_alive(self, client):
        self.assertTrue(client.say("n NOOP").startswith("n OK"))

    def all_kinds(self, gateway):
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            self.greet(gateway, self.context(version=version))
        self.greet(gateway, self.context("rsa"))


class Memory(Signer):
    def test_workers_hold_no_key_and_the_signing_process_does(self):
        gateway = self.start(workers=2)
        for _ in range(4):  # whichever worker gets them
            self.all_kinds(gateway)
        signer, workers = self.split(gateway)
        self.assertEqual(len(workers), 2)
        for key in (self.ecdsa, self.rsa):
            needles = needles_of(key)
            for worker in workers:
                self.assertEqual(found_in(worker, needles), set())
            hits = found_in(signer, needles)
            self.assertIn("text", hits)
            # and as the library keeps it, in one byte order or the other
            for name in numbers(key):
                if name != "privateExponent":
                    self.assertTrue(hits & {f"{name}, big-endian", f"{name}, little-endian"}, (name, hits))

    def test_without_it_they_are_found_in_a_worker(self):
        gateway = self.start(on=False)
        self.all_kinds(gateway)
        signer, workers = self.split(gateway)
        self.assertIsNone(signer)
        for key in (self.ecdsa, self.rsa):
            self.assertTrue(found_in(workers[0], needles_of(key)))

    def test_pass_phrases_stay_out_of_workers_too(self):
        folder, phrase = temp_folder(), "a phrase that nobody else uses"
        run("openssl", "pkey", "-in", self.ecdsa, "-aes256", "-passout", f"pass:{phrase}", "-out", folder / "locked.pem")
        (folder / "phrases").write_text(f"another one\n{phrase}\n")
        pem = str(certificates().folder / "ecdsa.pem")
        gateway = self.start(ssl_certificate=pem, ssl_certificate_key=str(folder / "locked.pem"),
                             ssl_password_file=str(folder / "phrases"))
        self.greet(gateway)
        signer, workers = self.split(gateway)
        needles = {"phrase": phrase.encode(), **needles_of(self.ecdsa)}
        self.assertEqual(found_in(workers[0], needles), set())
        self.assertIn("phrase", found_in(signer, needles))

    def test_a_reload_and_a_new_worker_bring_no_key_either(self):
        gateway = self.start()
        gateway.process.send_signal(signal.SIGHUP)
        gateway.wait_event("reloaded")
        self.all_kinds(gateway)
        worker = self.split(gateway)[1][0]
        self.assertEqual(found_in(worker, needles_of(self.ecdsa)), set())
        self.kill(worker)
        gateway.wait_event("worker died, replacing it")
        fresh = wait_for("a new worker", lambda: [w for w in self.split(gateway)[1] if w != worker])[0]
        wait_for("it to serve", lambda: self.try_to_greet(gateway))
        self.assertEqual(found_in(fresh, needles_of(self.ecdsa)), set())

    def try_to_greet(self, gateway):
        try:
            self.greet(gateway)
            return True
        except OSError:
            return False


class Life(Signer):
    def test_sessions_notice_nothing_of_its_death_and_new_ones_are_signed_for(self):
        gateway = self.start(workers=2)
        client = self.log_in(gateway)
        for count in range(1, 4):
            old = self.signer(gateway)
            self.kill(old)
            self.is_alive(client)
            gateway.wait_event("signing process died, starting another", count=count)
            self.all_kinds(gateway)
            self.is_alive(client)
            self.assertNotEqual(self.signer(gateway), old)
            time.sleep(1.1)  # older than that it is replaced at once
        self.assertEqual(gateway.events("worker died, replacing it"), [])

    def test_a_handshake_under_way_is_signed_by_the_next_one_and_holds_up_nobody(self):
        gateway = self.start()
        client = self.log_in(gateway)
        signer = self.signer(gateway)
        self.kill(signer, signal.SIGSTOP)
        outcomes = []

        def greet():
            try:
                self.greet(gateway)
                outcomes.append("greeted")
            except Exception as why:  # for the test to see
                outcomes.append(why)
        threads = [threading.Thread(target=greet) for _ in range(100)]  # more than may be under way
        for thread in threads:
            thread.start()
        time.sleep(1)
        self.assertEqual(outcomes, [])
        for _ in range(20):
            begin = time.monotonic()
            self.is_alive(client)
            self.assertLess(time.monotonic() - begin, 5)
        self.kill(signer)
        for thread in threads:
            thread.join(harness.DEADLINE)
        self.assertEqual(outcomes, ["greeted"] * len(threads))

    def test_a_handshake_ends_at_its_deadline_with_a_clear_line(self):
        gateway = self.start(timeout="1s")
        signer = self.signer(gateway)
        self.kill(signer, signal.SIGSTOP)
        try:
            with self.assertRaises(OSError):
                self.greet(gateway)
            line = gateway.wait_event("end")
            self.assertIn("the signing process did not answer in time", str(line))
        finally:
            self.kill(signer, signal.SIGCONT)
        self.greet(gateway)

    def test_a_reload_brings_new_keys_and_old_sessions_keep_theirs(self):
        gateway = self.start()
        before = gateway.client("imap")
        self.addCleanup(before.close)
        before.line()
        pem = certificates()
        fresh, fresh_key = pem.make("renewed", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")
        gateway.write(gateway.text.replace("/ecdsa.pem", "/renewed.pem").replace("/ecdsa-key.pem", "/renewed-key.pem"))
        gateway.process.send_signal(signal.SIGHUP)
        gateway.wait_event("reloaded")
        with gateway.client("imaps", tls=True) as client:
            shown = client.socket.getpeercert(binary_form=True)
        self.assertEqual(shown, ssl.PEM_cert_to_DER_cert(fresh.read_text()))
        self.assertTrue(before.say("s STARTTLS").startswith("s OK"))
        before.start_tls()
        self.assertEqual(before.socket.getpeercert(binary_form=True),
                         ssl.PEM_cert_to_DER_cert((pem.folder / "ecdsa.pem").read_text()))
        worker = self.split(gateway)[1][0]
        self.assertEqual(found_in(worker, needles_of(fresh_key)), set())

    def test_changed_files_bring_new_keys_without_a_reload(self):
        pem, folder = certificates(), temp_folder()
        first, first_key = pem.make("watched-1", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")
        second, second_key = pem.make("watched-2", "ec", "-pkeyopt", "ec_paramgen_curve:P-384")
        (folder / "a.pem").write_text(first.read_text())
        (folder / "a.key").write_text(first_key.read_text())
        gateway = self.start(top={"ssl_certificate_watch": "100ms"}, ssl_certificate=str(folder / "a.pem"),
                             ssl_certificate_key=str(folder / "a.key"))

        def shown():
            with gateway.client("imaps", tls=True) as client:
                return client.socket.getpeercert(binary_form=True)

        self.assertEqual(shown(), ssl.PEM_cert_to_DER_cert(first.read_text()))
        (folder / "a.pem").write_text(second.read_text())  # half of the pair: refused, and nothing changes
        told = gateway.wait_event("certificate not renewed, the old one stays")
        self.assertIn("does not belong to", told["why"])
        self.greet(gateway)
        self.assertEqual(shown(), ssl.PEM_cert_to_DER_cert(first.read_text()))
        (folder / "a.key").write_text(second_key.read_text())
        # a look that was slow, on a busy machine, makes the next one wait fifty times as long
        gateway.wait_event("certificate renewed", file=str(folder / "a.pem"), deadline=180)
        wait_for("the new certificate", lambda: shown() == ssl.PEM_cert_to_DER_cert(second.read_text()))
        worker = self.split(gateway)[1][0]
        self.assertEqual(found_in(worker, needles_of(second_key)), set())
        self.kill(self.signer(gateway))  # the next one has the new key as well
        gateway.wait_event("signing process died, starting another")
        wait_for("a handshake", lambda: shown() == ssl.PEM_cert_to_DER_cert(second.read_text()))

    def test_a_renewal_that_another_file_stopped_is_tried_again(self):
        pem, folder = certificates(), temp_folder()
        first, first_key = pem.make("held-1", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")
        second, second_key = pem.make("held-2", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")
        (folder / "a.pem").write_text(first.read_text() + first_key.read_text())
        ticket = folder / "ticket"
        ticket.write_bytes(os.urandom(80))
        ticket.chmod(0o600)
        gateway = self.start(top={"ssl_certificate_watch": "100ms"}, ssl_certificate=str(folder / "a.pem"),
                             ssl_certificate_key=str(folder / "a.pem"), ssl_session_ticket_key=str(ticket))
        ticket.rename(folder / "elsewhere")
        (folder / "a.pem").write_text(second.read_text() + second_key.read_text())
        told = gateway.wait_event("certificate not renewed, the old one stays")
        self.assertIn(str(ticket), told["why"])
        time.sleep(1)  # it is tried again and again, and told once
        self.assertEqual(len(gateway.events("certificate not renewed, the old one stays")), 1)
        (folder / "elsewhere").rename(ticket)
        # a look that was slow, on a busy machine, makes the next one wait fifty times as long
        gateway.wait_event("certificate renewed", file=str(folder / "a.pem"), deadline=180)

    def test_a_reload_turns_it_off_and_on(self):
        gateway = self.start()
        on = gateway.text
        for count, (wanted, text) in enumerate(((False, on.replace("ssl_key_process = true", "ssl_key_process = false")),
                                                (True, on))):
            gateway.write(text)
            gateway.process.send_signal(signal.SIGHUP)
            gateway.wait_event("reloaded", count=count + 1)
            self.all_kinds(gateway)
            if wanted:
                self.signer(gateway)
        # the first one leaves when no worker uses it any more
        wait_for("one signing process", lambda: len(gateway.workers()) == 2)
        self.kill(self.signer(gateway))
        gateway.wait_event("signing process died, starting another")
        self.all_kinds(gateway)

    def test_it_leaves_with_the_others(self):
        gateway = self.start()
        signer = self.signer(gateway)
        gateway.stop()
        wait_for("it to leave", lambda: not pathlib.Path(f"/proc/{signer}/exe").exists())

    def test_it_leaves_when_master_and_workers_were_killed(self):
        gateway = self.start()
        signer, workers = self.split(gateway)
        gateway.process.kill()
        gateway.process.wait()
        for process in workers:
            self.kill(process)
        wait_for("it to leave", lambda: not pathlib.Path(f"/proc/{signer}").exists() or
                 "Z" in re.search(r"State:\s+(\w)", pathlib.Path(f"/proc/{signer}/status").read_text()).group(1))


class Confined(Signer):
    def test_it_has_no_privileges_and_nothing_open(self):
        gateway = self.start()
        self.greet(gateway)
        signer = self.signer(gateway)
        status = pathlib.Path(f"/proc/{signer}/status").read_text()
        self.assertIn("NoNewPrivs:\t1", status)
        self.assertIn("Seccomp:\t2", status)
        if os.getuid() == 0:
            self.assertNotIn("Uid:\t0", status)
            self.assertIn("CapEff:\t0000000000000000", status)
        listing = run(*as_root(), "ls", "-l", f"/proc/{signer}/fd").stdout
        for line in listing.strip().split("\n")[1:]:
            what = line.rpartition(" -> ")[2]
            known = what.startswith(("socket:", "/dev/null", "pipe:")) or what == str(gateway.log_file)
            self.assertTrue(known, listing)
        limits = pathlib.Path(f"/proc/{signer}/limits").read_text() if os.getuid() == 0 else \
            run(*as_root(), "cat", f"/proc/{signer}/limits").stdout
        self.assertRegex(limits, r"Max core file size +0 +0 ")
        self.assertRegex(limits, r"Max file size +0 +0 ")


class Load(harness.Test):
    def check(self, text):
        file = temp_folder() / "postern.toml"
        pem = certificates().folder
        file.write_text(text.format(pem=pem))
        done = postern("check", "-c", file, ok=None)
        return done.returncode, done.stdout + done.stderr

    SERVER = """
[[mail.server]]
listen = "127.0.0.1:0 ssl"
protocol = "imap"
upstream = "127.0.0.1:1"
ssl_certificate = "{pem}/rsa.pem"
ssl_certificate_key = "{pem}/rsa-key.pem"
"""

    def test_one_process_is_refused(self):
        status, said = self.check("worker_processes = 0\nssl_key_process = true\n" + self.SERVER)
        self.assertEqual(status, 1)
        self.assertIn(":2:1: error: \"ssl_key_process\" on conflicts with \"worker_processes\" 0", said)

    def test_suites_that_need_the_key_for_more_are_warned_about(self):
        status, said = self.check("ssl_key_process = true\n" + self.SERVER +
                                  'ssl_ciphers = "ECDHE-RSA-AES128-GCM-SHA256:kRSA:kDHE"\n')
        self.assertEqual(status, 0, said)
        able = re.search(r"ssl_ciphers (?:static RSA|DHE).*? {2,}(?:yes|partly)", postern("version").stdout)
        self.assertIn("suites without ECDHE are not offered" if able else "no suite of this TLS library", said)
        status, said = self.check("ssl_key_process = true\n" + self.SERVER)
        self.assertEqual((status, "not offered" in said), (0, False), said)


if __name__ == "__main__":
    harness.main()
