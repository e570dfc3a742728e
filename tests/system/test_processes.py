"""Signals, reloads, dying workers, privileges."""
import os
import pathlib
import pwd
import signal
import socket
import threading
import time

import harness
from harness import DEADLINE, PASSWORD, USER, Client, Mailbox, free_port, three_servers, wait_for


REFUSED = "reload refused, everything stays as it was"


def uid_of(process):
    return int(next(line for line in pathlib.Path(f"/proc/{process}/status").read_text().split("\n")
                    if line.startswith("Uid:")).split()[1])


class Processes(harness.Test):
    @classmethod
    def setUpClass(cls):
        cls.box = Mailbox().__enter__()
        cls.addClassCleanup(cls.box.__exit__)

    def start(self, workers=2, **more):
        return self.enter(harness.Gateway(three_servers(self.box, starttls="on"), top={"worker_processes": workers}, **more))

    def session(self, gateway, name="imap"):
        """A client that is in."""
        client = gateway.client(name, tls=name.endswith("s"))
        self.addCleanup(client.close)
        client.line()
        self.assertRegex(client.say(f'a LOGIN {USER} "{PASSWORD}"'), "^a OK")
        return client

    def lives(self, client):
        self.assertEqual(client.say("x NOOP"), "x OK done")

    def reload(self, gateway, change, event="reloaded"):
        count = len(gateway.events(event))
        gateway.write(change(gateway.file.read_text()))
        gateway.process.send_signal(signal.SIGHUP)
        return gateway.wait_event(event, count=count + 1)

    def greeting(self, gateway):
        with gateway.client("smtp") as client:
            return client.line().decode()

    def test_term_ends_at_once_with_sessions_open(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            gateway = self.start()
            client, workers = self.session(gateway), gateway.workers()
            start = time.monotonic()
            gateway.stop(number)
            self.assertLess(time.monotonic() - start, 5)
            self.assertEqual(client.rest(), b"")
            self.assertFalse([w for w in workers if pathlib.Path(f"/proc/{w}").exists()])

    def test_quit_waits_for_sessions(self):
        for workers in (2, 0):
            with self.subTest(workers):
                gateway = self.start(workers)
                old = [self.session(gateway), self.session(gateway, "imaps")]
                gateway.process.send_signal(signal.SIGQUIT)
                wait_for("the listeners to be closed", lambda: self.is_closed(gateway.port["imap"]))
                for client in old:
                    self.lives(client)
                time.sleep(0.3)
                self.assertIsNone(gateway.process.poll())
                for client in old:
                    client.say("z LOGOUT")
                    client.close()
                wait_for("the end", lambda: gateway.process.poll() is not None)
                self.assertEqual(gateway.process.returncode, 0)

    def test_who_leaves_does_not_come_back_by_a_reload(self):
        for workers in (2, 0):
            with self.subTest(workers):
                gateway = self.start(workers)
                client, before = self.session(gateway), gateway.workers()
                gateway.process.send_signal(signal.SIGQUIT)
                wait_for("the listeners to be closed", lambda: self.is_closed(gateway.port["imap"]))
                gateway.process.send_signal(signal.SIGHUP)
                gateway.wait_event("reload refused, this program is leaving")
                self.assertTrue(self.is_closed(gateway.port["imap"]))
                self.assertTrue(set(gateway.workers()) <= set(before))
                self.lives(client)
                client.say("z LOGOUT")
                client.close()
                wait_for("the end", lambda: gateway.process.poll() is not None)
                self.assertEqual(gateway.process.returncode, 0)

    def test_quit_does_not_wait_longer_than_worker_shutdown_timeout(self):
        gateway = self.enter(harness.Gateway(three_servers(self.box), top={"worker_shutdown_timeout": "1s"}))
        self.session(gateway)
        gateway.process.send_signal(signal.SIGQUIT)
        wait_for("the end", lambda: gateway.process.poll() is not None, 10)
        self.assertEqual(gateway.process.returncode, 0)

    @staticmethod
    def is_closed(port):
        with socket.socket() as probe:
            probe.settimeout(2)
            return probe.connect_ex(("127.0.0.1", port)) != 0

    def test_a_reload_changes_new_sessions_and_keeps_old_ones_and_the_processes(self):
        for workers in (2, 0):
            with self.subTest(workers):
                gateway = self.start(workers)
                before = gateway.workers()
                relayed, early = self.session(gateway, "imaps"), gateway.client("smtp")
                self.assertIn("220 gw.example.org ", early.line().decode())
                self.reload(gateway, lambda text: text.replace("gw.example.org", "new.example.org"))
                wait_for("the new name", lambda: "220 new.example.org " in self.greeting(gateway))
                self.assertIn("250-gw.example.org", early.reply("EHLO x")[0])
                early.close()
                self.lives(relayed)
                self.assertEqual(gateway.workers(), before)

    def test_a_reload_opens_and_closes_listeners(self):
        gateway = self.start()
        kept, other = self.session(gateway), free_port()
        old = gateway.port["imap"]
        self.reload(gateway, lambda text: text.replace(f"127.0.0.1:{old}", f"127.0.0.1:{other}"))
        wait_for("the old port to be closed", lambda: self.is_closed(old))
        with Client(other) as client:
            self.assertRegex(client.line().decode(), r"^\* OK")
        self.lives(kept)

    def test_a_bad_file_on_reload_changes_nothing_and_is_reported(self):
        gateway = self.start()
        kept = self.session(gateway)
        self.reload(gateway, lambda text: text.replace("gw.example.org", "bad.example.org").replace(
            'starttls = "on"', 'starttls = "perhaps"', 1), REFUSED)
        self.assertIn("220 gw.example.org ", self.greeting(gateway))
        self.assertRegex(gateway.log(), r"postern\.toml:\d+:\d+: error: .*perhaps|perhaps")
        self.lives(kept)
        gateway.file.unlink()
        gateway.process.send_signal(signal.SIGHUP)
        gateway.wait_event(REFUSED, count=2)
        self.lives(kept)
        gateway.write(gateway.text.replace("gw.example.org", "good.example.org"))
        gateway.process.send_signal(signal.SIGHUP)
        wait_for("the good one", lambda: "good.example.org" in self.greeting(gateway))

    def test_a_new_certificate_comes_with_a_reload(self):
        pem = harness.certificates().folder
        gateway = self.start()
        self.reload(gateway, lambda text: text.replace("ecdsa", "rsa"))
        def subject():
            return harness.run("openssl", "s_client", "-connect", f"localhost:{gateway.port['imaps']}", "-CAfile",
                               pem / "ca.pem", input="", ok=None).stdout
        wait_for("the RSA certificate", lambda: "Peer signature type: RSA" in subject())

    def test_many_reloads_leak_nothing(self):
        gateway = self.start()
        held = self.session(gateway)
        for number in range(20):
            self.reload(gateway, lambda text: gateway.text.replace("gw.example.org", f"n{number}.example.org"))
        def open_files():
            return [len(list(pathlib.Path(f"/proc/{p}/fd").iterdir())) for p in (gateway.process.pid, *gateway.workers())]
        before = open_files()
        for number in range(20):
            self.reload(gateway, lambda text: gateway.text.replace("gw.example.org", f"m{number}.example.org"))
        wait_for("as few files as before", lambda: sum(open_files()) <= sum(before) + 2)
        self.lives(held)

    def test_a_killed_worker_is_replaced_and_the_others_keep_their_sessions(self):
        gateway = self.start(3)
        clients = [self.session(gateway) for _ in range(24)]
        before = gateway.workers()
        self.assertEqual(len(before), 3)
        os.kill(before[0], signal.SIGKILL)
        wait_for("a new worker", lambda: len(gateway.workers()) == 3 and before[0] not in gateway.workers())
        alive = 0
        for client in clients:
            client.send("x NOOP\r\n")
            alive += client.line() == b"x OK done\r\n"
        self.assertGreater(alive, 0)
        self.assertLess(alive, 24)
        for _ in range(12):
            self.lives(self.session(gateway))

    def test_workers_killed_under_load_leave_no_hole(self):
        gateway = self.start(2)
        stop, done, refused = threading.Event(), [], []

        def load():
            while not stop.is_set():
                try:
                    with gateway.client("imap", deadline=10) as client:
                        good = client.line().startswith(b"* OK") and client.say(f'a LOGIN {USER} "{PASSWORD}"').startswith("a OK")
                        done.append(good)
                except ConnectionRefusedError as why:
                    refused.append(why)
                except OSError:
                    done.append(False)
        threads = [threading.Thread(target=load) for _ in range(4)]
        for thread in threads:
            thread.start()
        for _ in range(5):
            time.sleep(0.4)
            victims = wait_for("two workers", lambda: len(gateway.workers()) == 2 and gateway.workers())
            os.kill(victims[0], signal.SIGKILL)
        wait_for("two workers", lambda: len(gateway.workers()) == 2)
        stop.set()
        for thread in threads:
            thread.join()
        self.assertEqual(refused, [])
        self.assertGreater(done.count(True), 50)
        # whoever was with the killed ones, or queued for them, is lost; nobody else
        self.assertLess(done.count(False), 5 * 4 * 3)
        self.lives(self.session(gateway))

    def test_how_many_processes(self):
        for workers in (0, 1, 3):
            with self.subTest(workers):
                gateway = self.start(workers)
                self.assertEqual(len(gateway.workers()), workers)
                self.lives(self.session(gateway, "imaps"))

    def test_auto_is_one_a_core(self):
        gateway = self.start("auto")
        self.assertEqual(len(gateway.workers()), len(os.sched_getaffinity(0)))

    def test_a_unix_socket_is_listened_on_and_removed(self):
        path = harness.temp_folder() / "imap.sock"
        gateway = harness.Gateway([{"protocol": "imap", "listen": [], "upstream": self.box.address("imap")}])
        gateway.write(gateway.text.replace("listen = []", f'listen = "unix:{path}"'))
        self.enter(gateway)
        for _ in range(2):
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(DEADLINE)
                client.connect(str(path))
                self.assertTrue(client.recv(100).startswith(b"* OK"))
            self.reload(gateway, lambda text: text)
        gateway.stop()
        self.assertFalse(path.exists())

    def test_workers_leave_with_their_master(self):
        gateway = self.start(2)
        workers = gateway.workers()
        gateway.process.kill()
        gateway.process.wait(DEADLINE)
        gateway.output.close()
        wait_for("the workers to leave", lambda: not [w for w in workers if self.runs(w)])
        wait_for("the port to be free", lambda: self.is_closed(gateway.port["imap"]))

    @staticmethod
    def runs(process):
        try:
            return pathlib.Path(f"/proc/{process}/stat").read_text().split()[2] != "Z"
        except OSError:
            return False

    def test_workers_have_no_privileges(self):
        gateway = self.start(2)
        if os.getuid() == 0:
            wanted = pwd.getpwnam("nobody").pw_uid
        else:
            wanted = os.getuid()
        for worker in gateway.workers():
            self.assertEqual(uid_of(worker), wanted)
            status = pathlib.Path(f"/proc/{worker}/status").read_text()
            self.assertRegex(status, r"CapEff:\s+0+\n")
            self.assertRegex(status, r"CapPrm:\s+0+\n")
            self.assertRegex(status, r"NoNewPrivs:\s+1\n")

    def test_a_user_that_nobody_can_become_is_not_ignored_in_silence(self):
        other = "daemon" if pwd.getpwuid(os.getuid()).pw_name != "daemon" else "nobody"
        as_nobody = {"user": "nobody"} if os.getuid() == 0 else {}
        file = harness.temp_folder() / "postern.toml"
        with socket.socket() as taken:  # so that it ends by itself
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            rest = f"""[[mail.server]]
                listen = "127.0.0.1:{taken.getsockname()[1]}"
                protocol = "pop3"
                upstream = "127.0.0.1:110"
                """
            for line, warns in ((f'user = "{other}"\n', True), ('user = "nobody"\n' if as_nobody else "\n", False), ("\n", False)):
                file.write_text(line + rest)
                done = harness.run(harness.POSTERN, "run", "-c", file, ok=1, **as_nobody)
                self.assertEqual("warning: user: only root can become" in done.stderr, warns, done.stderr)

    def test_the_pid_file_holds_the_master(self):
        folder = harness.temp_folder()
        gateway = self.enter(harness.Gateway(three_servers(self.box), top={"pid": str(folder / "pid")}))
        self.assertEqual(int((folder / "pid").read_text()), gateway.process.pid)
        gateway.stop()
        self.assertFalse((folder / "pid").exists())


if __name__ == "__main__":
    harness.main()
