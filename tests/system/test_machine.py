"""What a machine can do to the gateway: killed processes, no descriptors, no memory, full disks, a clock that jumps,
certificate files full of garbage. Each time sessions go on beside it."""
import os
import pathlib
import re
import signal
import socket
import ssl
import threading
import time

import harness
from harness import PASSWORD, USER, Mailbox, as_root, certificates, run, temp_folder, three_servers, tls_context, wait_for
from shim import Shim
from watch import INTERNAL, Level, Victims, descriptors, has_sanitizer, log_in

IN = {"imap": "a1 OK", "pop3": "+OK", "smtp": "235"}


def runs(process):
    try:
        return pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def limit(process, **what):
    """Sets a process's soft limits, by prlimit's names; None means none. As its own user, who may."""
    words = []
    if os.getuid() == 0:
        user, group = (next(line.split()[1] for line in pathlib.Path(f"/proc/{process}/status").read_text().split("\n")
                            if line.startswith(word)) for word in ("Uid:", "Gid:"))
        words = ["setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups"]
    run(*words, "prlimit", "--pid", process, *(f"--{k}={'unlimited' if v is None else v}:" for k, v in what.items()))


def limits(process, row):
    """(soft, hard) as /proc writes them."""
    text = run(*as_root(), "cat", f"/proc/{process}/limits").stdout
    return re.search(rf"^{row} +(\w+) +(\w+)", text, re.M).groups()


def cpu(process):
    """Seconds that it has worked."""
    words = pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


class Machine(harness.Test):
    @classmethod
    def setUpClass(cls):
        cls.box = Mailbox().__enter__()
        cls.addClassCleanup(cls.box.__exit__)

    def start(self, workers=1, top=None, mail=None, shim=None, **more):
        gateway = harness.Gateway(three_servers(self.box, starttls="on", **more), mail=mail, top={"worker_processes": workers, **(top or {})})
        if shim:
            gateway.environment = shim.environment
        return self.enter(gateway)

    def log_in(self, gateway, name="imap", **more):
        protocol = name[:4]
        with gateway.client(name, tls=len(name) > 4, **more) as client:
            return log_in(client, protocol)

    def all_log_in(self, gateway):
        for name in ("imap", "imaps", "pop3", "pop3s", "smtp", "smtps"):
            with self.subTest(name):
                self.assertTrue(self.log_in(gateway, name).startswith(IN[name[:4]]))

    def reload(self, gateway, text=None, event="reloaded"):
        count = len(gateway.events(event))
        gateway.write(text or gateway.text)
        gateway.process.send_signal(signal.SIGHUP)
        return gateway.wait_event(event, count=count + 1)


class Killed(Machine):
    @staticmethod
    def kill_master(gateway):
        gateway.process.kill()
        gateway.process.wait()
        gateway.output.close()

    def under_load(self, gateway, wrong):
        """Threads that log in without end; set what they return to stop them."""
        stop = threading.Event()

        def load(name):
            while not stop.is_set():
                try:
                    said = self.log_in(gateway, name)
                    if said and not said.startswith(IN[name[:4]]):
                        wrong.append(said)  # a lost connection is no answer; a wrong one is
                except OSError:
                    time.sleep(0.05)
        threads = [threading.Thread(target=load, args=(name,), daemon=True) for name in ("imap", "imaps", "pop3s", "smtp")]
        for thread in threads:
            thread.start()

        def end():
            stop.set()
            for thread in threads:
                thread.join(harness.DEADLINE)
        self.addCleanup(end)
        return end

    def test_a_dead_masters_workers_finish_their_sessions_and_hold_no_port(self):
        wrong = []
        gateway = self.start(workers=2, top={"ssl_key_process": True})
        children = gateway.workers()
        end = self.under_load(gateway, wrong)
        victims = self.enter(Victims(gateway, names={"pop3": "pop3s"}))
        time.sleep(1)
        self.kill_master(gateway)
        with socket.socket() as probe:
            wait_for("the port to be free", lambda: probe.connect_ex(("127.0.0.1", gateway.port["imap"])) != 0)
        end()
        victims.check()
        again = harness.Gateway(None, text=gateway.text)  # at the very same ports, beside those sessions
        again.port = gateway.port
        self.enter(again)
        self.all_log_in(again)
        victims.check()
        victims.__exit__()  # the sessions leave
        wait_for("its processes to end", lambda: not [p for p in children if runs(p)])
        self.all_log_in(again)
        self.assertEqual(gateway.log().count('event="master is gone, leaving"'), 2)
        self.assertEqual(wrong, [])

    def test_a_dead_masters_workers_wait_no_longer_than_they_may(self):
        gateway = self.start(workers=2, top={"worker_shutdown_timeout": "1s"})
        children = gateway.workers()
        client = gateway.client("imap")
        self.addCleanup(client.close)
        log_in(client, "imap")
        self.kill_master(gateway)
        wait_for("its processes to end", lambda: not [p for p in children if runs(p)], 15)
        self.assertEqual(client.rest(), b"")

    def test_all_children_killed_at_once_under_load(self):
        wrong = []
        gateway = self.start(workers=2, top={"ssl_key_process": True})
        end = self.under_load(gateway, wrong)
        for _ in range(3):
            time.sleep(0.7)
            before = gateway.workers()
            self.assertEqual(len(before), 3)
            run(*as_root(), "kill", "-9", *before)
            wait_for("new ones", lambda: len(gateway.workers()) == 3 and not set(before) & set(gateway.workers()))
            wait_for("a login", lambda: self.logs_in(gateway, "imaps"))
        end()
        self.all_log_in(gateway)
        self.assertEqual(wrong, [])
        self.assertEqual(len(gateway.events("worker died, replacing it", how="signal 9")), 6)

    def logs_in(self, gateway, name):
        try:
            return self.log_in(gateway, name, deadline=10).startswith(IN[name[:4]])
        except OSError:
            return False


class NoDescriptors(Machine):
    def setUp(self):
        if has_sanitizer():
            self.skipTest("UBSan opens a pipe to judge an object's type, and takes it for a wrong one when it gets none")

    def test_sessions_go_on_and_others_wait(self):
        gateway = self.start(timeout="20s")
        worker = gateway.workers()[0]
        soft = limits(worker, "Max open files")[0]
        self.all_log_in(gateway)
        with Victims(gateway) as victims:
            level = Level(gateway)
            limit(worker, nofile=descriptors(worker) + 5)
            began, worked = time.monotonic(), cpu(worker)
            clients = [gateway.client("imap") for _ in range(30)]
            for client in clients:
                self.addCleanup(client.close)
            inside = [c for c in clients[:5] if c.line().startswith(b"* OK")]
            self.assertEqual(len(inside), 5)
            for client in inside[:2]:  # no descriptor is left for its upstream: not now, and not "wrong password"
                client.send(f'a1 LOGIN "{USER}" "{PASSWORD}"\r\n')
            said = [client.line().decode().rstrip() for client in inside[:2]]
            self.assertEqual(said[0], INTERNAL["imap"])
            time.sleep(3)
            victims.check()
            took = time.monotonic() - began
            self.assertLess(cpu(worker) - worked, took / 2)  # it does not spin
            refused = gateway.events("upstream failed")
            self.assertIn("Too many open files", str(refused[0]))
            self.assertLessEqual(len(refused), 2)
            lines = gateway.events("cannot accept, trying again")
            self.assertTrue(1 <= len(lines) <= 1 + took // 10, lines)
            self.assertIn("Too many open files", lines[0]["error"])
            limit(worker, nofile=soft)
            for client in clients[5:]:
                self.assertTrue(client.line().startswith(b"* OK"))
            victims.check()
            for client in clients:
                client.close()
            level.returned()
        self.all_log_in(gateway)

    def test_the_master_refuses_what_it_cannot_open_and_replaces_workers_later(self):
        gateway = self.start()
        master, worker = gateway.process.pid, gateway.workers()[0]
        soft = limits(master, "Max open files")[0]
        before = descriptors(master)
        with Victims(gateway) as victims:
            limit(master, nofile=before)
            gateway.process.send_signal(signal.SIGHUP)
            gateway.wait_event("reload refused, everything stays as it was")
            self.assertIn("Too many open files", gateway.log())
            victims.check()
            self.all_log_in(gateway)
        os.kill(worker, signal.SIGKILL)
        gateway.wait_event("cannot start a worker")
        time.sleep(2)
        self.assertLess(len(gateway.events("cannot start a worker")), 6)
        limit(master, nofile=soft)
        wait_for("a new worker", lambda: gateway.workers() and gateway.workers()[0] != worker)
        self.all_log_in(gateway)
        self.reload(gateway)
        self.assertLessEqual(descriptors(master), before + 2)


class NoMemory(Machine):
    def setUp(self):
        if has_sanitizer():
            self.skipTest("AddressSanitizer has an allocator of its own, which does not fail")

    def hold(self, gateway):
        """Sessions that are in, say nothing, and so need no memory; they must be there afterwards."""
        held = {name: gateway.client(name, tls=len(name) > 4) for name in ("imap", "imaps", "pop3", "smtps")}
        for name, client in held.items():
            self.addCleanup(client.close)
            self.assertTrue(log_in(client, name[:4]).startswith(IN[name[:4]]))
        return held

    def all_live(self, held, about):
        for name, client in held.items():
            say, wanted = Victims.WORDS[name[:4]]
            said = client.say(say)
            self.assertTrue(said.startswith(wanted), f"{about}: {name} was answered {said!r}")

    def attempt(self, gateway, name):
        try:
            return self.log_in(gateway, name, deadline=10)
        except (OSError, ssl.SSLError) as why:
            return repr(why)

    def test_whichever_allocation_fails_the_session_ends_alone(self):
        shim = Shim()
        gateway = self.start(shim=shim, mail={"ssl_session_cache": "shared:zone:1m"}, timeout="10s")
        worker = gateway.workers()[0]
        held = self.hold(gateway)
        for name, points in (("imap", 60), ("imaps", 120), ("pop3s", 40), ("smtp", 40)):
            for _ in range(2):
                self.assertTrue(self.attempt(gateway, name).startswith(IN[name[:4]]))
            shim.fail(worker, 1 << 40)
            self.attempt(gateway, name)
            time.sleep(0.2)
            total = (1 << 40) - shim.calm()[1]
            self.assertGreater(total, 50)
            failed = 0
            for at in range(points):
                after = at * total // points
                # nine: what is kept for such times has eight pieces; then there is memory for the line in the log
                shim.fail(worker, after, count=(1, 1000, 9, 100000)[at % 4])
                said = self.attempt(gateway, name)
                failed += not said.startswith(IN[name[:4]])
                count, _ = shim.calm()
                self.all_live(held, f"{name}, allocation {after} of {total}, {count} failed")
            self.assertGreater(failed, points // 10)
            self.assertTrue(self.attempt(gateway, name).startswith(IN[name[:4]]))
        self.assertEqual(gateway.workers(), [worker])
        self.assertEqual(gateway.events("worker died, replacing it"), [])
        self.assertIn("bad_alloc", gateway.log())

    def test_memory_that_is_used_up(self):
        gateway = self.start(timeout="20s")
        worker = gateway.workers()[0]
        held = self.hold(gateway)
        size = int(re.search(r"VmSize:\s+(\d+)", pathlib.Path(f"/proc/{worker}/status").read_text()).group(1))
        limit(worker, **{"as": (size + 256) * 1024})
        clients = []

        def come(name):
            try:
                client = gateway.client(name, tls=True, deadline=10)
                clients.append(client)
                client.line()
            except OSError:
                pass
        threads = [threading.Thread(target=come, args=("imaps",), daemon=True) for _ in range(400)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(harness.DEADLINE)
        for client in clients:
            client.close()
        wait_for("word of it", lambda: re.search("(?i)bad_alloc|memory", gateway.log()))
        if gateway.events("out of memory, this worker ends"):  # the reserve was not enough; it must be replaced in order
            gateway.wait_event("worker died, replacing it")
            wait_for("another worker", lambda: gateway.workers() and gateway.workers() != [worker])
        else:
            self.assertEqual(gateway.workers(), [worker])
            limit(worker, **{"as": None})
            self.all_live(held, "memory was used up")
        self.all_log_in(gateway)


class FullDisk(Machine):
    WHAT = "a log cannot be written, its lines are lost"

    def test_logs_that_take_nothing(self):
        folder = temp_folder()
        gateway = self.start(workers=2)
        full = gateway.text.replace("worker_processes", 'error_log = "/dev/full notice"\naccess_log = "/dev/full"\nworker_processes', 1)
        good = full.replace("/dev/full", f"{folder}/error", 1).replace("/dev/full", f"{folder}/access", 1)
        with Victims(gateway) as victims:
            gateway.write(full)
            gateway.process.send_signal(signal.SIGHUP)
            gateway.wait_event(self.WHAT, log="/dev/full")  # on standard error
            for _ in range(10):
                self.all_log_in(gateway)
            victims.check()
            lines = gateway.events(self.WHAT)
            self.assertLessEqual(len(lines), 3)  # one a process
            self.assertEqual({line["error"] for line in lines}, {"No space left on device"})
            gateway.write(good)
            gateway.process.send_signal(signal.SIGHUP)
            wait_for("the reload", lambda: "event=reloaded" in self.read(folder / "error"))
            for _ in range(10):
                self.all_log_in(gateway)
            victims.check()
        wait_for("all processes", lambda: self.lost(folder) >= 61)  # a login and an end of each session are a line

    @staticmethod
    def read(path):
        return path.read_text() if path.exists() else ""

    def lost(self, folder):
        return sum(int(n) for n in re.findall(r'is given up" log=/dev/full lines_lost=(\d+)', self.read(folder / "error")))

    def test_a_log_that_may_not_grow(self):
        file = temp_folder() / "access"
        file.write_bytes(b"\n" * 200000)  # larger than the error log, which has the same limit
        file.chmod(0o666)
        gateway = self.start(top={"access_log": str(file)})
        worker = gateway.workers()[0]
        self.all_log_in(gateway)
        limit(worker, fsize=file.stat().st_size + 100)
        for _ in range(2):
            self.all_log_in(gateway)
        line = gateway.wait_event(self.WHAT)
        self.assertEqual((line["log"], line["error"]), (str(file), "File too large"))
        limit(worker, fsize=None)
        self.all_log_in(gateway)
        gateway.wait_event("a log can be written again", log=str(file))
        self.assertEqual(gateway.workers(), [worker])
        self.assertTrue(all(part.startswith("time=") for part in file.read_text().strip("\n").split("\n")[:-1]))

    def test_a_disk_that_fills_and_is_emptied(self):
        folder = temp_folder() / "small"
        folder.mkdir()
        mounted = run(*as_root(), "mount", "-t", "tmpfs", "-o", "size=64k,mode=777", "tmpfs", folder, ok=None)
        if mounted.returncode != 0:
            self.skipTest(f"no small disk can be made here: {mounted.stderr.strip()}")
        self.addCleanup(lambda: run(*as_root(), "umount", "-l", folder))
        gateway = self.start()
        self.reload(gateway)
        gateway.write(gateway.text.replace("worker_processes", f'access_log = "{folder}/access"\nworker_processes', 1))
        gateway.process.send_signal(signal.SIGHUP)
        wait_for("the new log", lambda: (folder / "access").exists())
        filler = folder / "filler"
        filler.write_bytes(b"x" * 49152)
        with Victims(gateway) as victims:
            for _ in range(60):
                self.log_in(gateway, "pop3")
                if gateway.events(self.WHAT):
                    break
            line = gateway.wait_event(self.WHAT)
            self.assertEqual((line["log"], line["error"]), (f"{folder}/access", "No space left on device"))
            for _ in range(5):
                self.all_log_in(gateway)
            victims.check()
            filler.unlink()
            self.all_log_in(gateway)
            gateway.wait_event("a log can be written again", log=f"{folder}/access")
            victims.check()
        self.assertEqual(len(gateway.events(self.WHAT)), 1)
        text = (folder / "access").read_text()
        broken = [part for part in text.split("\n")[:-1] if not part.startswith("time=") or part.count("time=") != 1]
        self.assertEqual(broken, [])  # half a line at most, and that has a line of its own


class Clock(Machine):
    DAY = 86400

    def test_deadlines_do_not_care_what_time_it_is(self):
        shim = Shim()
        gateway = self.start(shim=shim, timeout="2s")
        with Victims(gateway, names={"smtp": "smtps"}) as victims:
            for step in (self.DAY * 400, -self.DAY * 400, 3600, 0):
                with self.subTest(step=step), gateway.client("imap") as client, gateway.client("imaps") as silent:
                    began = time.monotonic()
                    client.line()
                    time.sleep(0.3)
                    shim.set_clock(step)
                    self.assertTrue(client.say("c CAPABILITY").startswith("* CAPABILITY"))
                    self.assertEqual(silent.rest(), b"")  # who says nothing is let go, no sooner and no later
                    took = time.monotonic() - began
                    self.assertGreater(took, 1.5)
                    self.assertLess(took, 12)
                    victims.check()
            self.all_log_in(gateway)

    def test_the_relays_silence_is_measured_without_it(self):
        shim = Shim()
        gateway = self.start(shim=shim, proxy_timeout="2s")
        for step in (self.DAY, -self.DAY):
            with gateway.client("imap") as client:
                self.assertTrue(log_in(client, "imap").startswith("a1 OK"))
                began = time.monotonic()
                shim.set_clock(step)
                self.assertEqual(client.rest(), b"")
                self.assertGreater(time.monotonic() - began, 1.5)
                self.assertLess(time.monotonic() - began, 12)

    def test_a_resumed_session_survives_small_steps_and_large_ones_cost_a_handshake_at_most(self):
        shim = Shim()
        for cache, tickets in (("shared:zone:1m", True), ("shared:zone:1m", False), ("builtin", True), ("none", True)):
            gateway = self.start(shim=shim, mail={"ssl_session_cache": cache, "ssl_session_tickets": tickets,
                                                  "ssl_session_timeout": "1h"})
            for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
                with self.subTest(cache=cache, tickets=tickets, version=version):
                    shim.set_clock(0)
                    context = tls_context(maximum_version=version)

                    def visit(session=None):
                        with gateway.client("imaps", tls=True, context=context, session=session) as client:
                            self.assertTrue(client.line().startswith(b"* OK"))
                            return client.socket.session_reused, client.socket.session
                    session = visit()[1]
                    can_resume = visit(session)[0]
                    if cache != "none":
                        self.assertTrue(can_resume)
                    # a session of the future, or one whose client says that it is younger, may be refused, but never breaks
                    strict = harness.LIBRARY == "wolfssl" and version == ssl.TLSVersion.TLSv1_3
                    for step, survives in ((60, None if strict else True), (-60, None), (0, True), (1800, None if strict else True),
                                           (-1800, None), (7200, False), (-self.DAY * 30, None), (self.DAY * 400, False),
                                           (0, None)):
                        shim.set_clock(step)
                        resumed = visit(session)[0]
                        if can_resume and survives is not None:
                            self.assertEqual(resumed, survives, f"{step} s")
                        self.assertEqual(visit(visit()[1])[0], can_resume, f"a new one after {step} s")
            gateway.stop()


class Garbage(Machine):
    def test_certificate_files_full_of_garbage(self):
        pem, folder = certificates(), temp_folder()
        good = [(pem.folder / name).read_bytes() for name in ("ecdsa.pem", "ecdsa-key.pem")]
        files = folder / "c.pem", folder / "k.pem"

        def restore():
            for file, text in zip(files, good):
                if file.is_dir():
                    file.rmdir()
                file.write_bytes(text)
        restore()
        kinds = {"nothing": b"", "noise": os.urandom(3000), "half": good[0][:len(good[0]) // 2], "text": b"<html>404</html>\n" * 100,
                 "a-key": good[1], "huge": b"-----BEGIN CERTIFICATE-----\n" + b"A" * (4 << 20), "folder": None, "gone": Ellipsis,
                 "zeros": bytes(100000), "broken-base64": good[0].replace(b"M", b"\xff")}
        for key_process in (False, True):
            gateway = self.start(workers=2, top={"ssl_key_process": key_process, "ssl_certificate_watch": "200ms"},
                                 mail={"ssl_certificate": str(files[0]), "ssl_certificate_key": str(files[1])})
            children = gateway.workers()
            with Victims(gateway, names={"imap": "imaps"}) as victims:
                for name, text in kinds.items():
                    for file in files:
                        with self.subTest(kind=name, file=file.name, key_process=key_process):
                            file.unlink()
                            if text is None:
                                file.mkdir()
                            elif text is not Ellipsis:
                                file.write_bytes(good[0] if name == "a-key" and file is files[1] else text)
                            before = len(gateway.log())
                            self.reload(gateway, event="reload refused, everything stays as it was")
                            self.assertIn(file.name, gateway.log()[before:])
                            self.assertTrue(self.log_in(gateway, "imaps").startswith("a1 OK"))
                            restore()
                victims.check()
                count = len(gateway.events("certificate not renewed, the old one stays"))
                files[0].write_bytes(kinds["noise"])  # and without a reload
                told = gateway.wait_event("certificate not renewed, the old one stays", count=count + 1)
                self.assertEqual(told["file"], str(files[0]))
                self.assertTrue(self.log_in(gateway, "imaps").startswith("a1 OK"))
                restore()
                self.reload(gateway)
                self.all_log_in(gateway)
                victims.check()
            self.assertEqual(gateway.workers()[:1], children[:1])
            self.assertEqual(gateway.events("worker died, replacing it"), [])
            gateway.stop()


if __name__ == "__main__":
    harness.main()
