"""worker_rlimit_nofile, and postern in the background (daemon)."""
import os
import pathlib
import resource
import signal
import subprocess

import harness

SERVER = [{"listen": ["imap"], "protocol": "imap", "upstream": "127.0.0.1"}]
IS_ROOT = os.getuid() == 0
STATUS = dict(line.split(":", 1) for line in pathlib.Path("/proc/self/status").read_text().splitlines())
MAY_REACH = bool(int(STATUS["CapEff"], 16) >> 24 & 1)  # CAP_SYS_RESOURCE


def descriptors(pid):
    """The soft and the hard limit of a process."""
    for line in pathlib.Path(f"/proc/{pid}/limits").read_text().splitlines():
        if line.startswith("Max open files"):
            return tuple(int(word) for word in line.split()[3:5])
    raise AssertionError("no such line")


class Descriptors(harness.Test):
    def test_workers_have_as_many_as_the_directive_says(self):
        for workers in (2, 0):
            with self.subTest(workers=workers), harness.Gateway(
                    SERVER, top={"worker_processes": workers, "worker_rlimit_nofile": 300}) as gateway:
                for pid in gateway.workers() or [gateway.process.pid]:
                    self.assertEqual(descriptors(pid), (300, 300))

    def test_a_reload_changes_workers_that_run(self):
        with harness.Gateway(SERVER, top={"worker_rlimit_nofile": 300}) as gateway:
            before = gateway.workers()
            master = descriptors(gateway.process.pid)
            gateway.write(gateway.text.replace("worker_rlimit_nofile = 300", "worker_rlimit_nofile = 400"))
            gateway.process.send_signal(signal.SIGHUP)
            gateway.wait_event("reloaded")
            self.assertEqual(gateway.workers(), before)
            # Another user's process takes CAP_SYS_RESOURCE; the log says so where it is missing.
            self.assertEqual(descriptors(before[0]), (400, 400) if MAY_REACH else (300, 300))
            self.assertEqual(len(gateway.events("cannot set worker_rlimit_nofile")), 0 if MAY_REACH else 1)
            gateway.write(gateway.text.replace("worker_rlimit_nofile = 300", "worker_rlimit_nofile = 200"))
            gateway.process.send_signal(signal.SIGHUP)
            gateway.wait_event("reloaded", 2)
            self.assertEqual(descriptors(before[0]), (200, 200) if MAY_REACH else (300, 300))
            self.assertEqual(descriptors(gateway.process.pid), master)

    def test_sessions_end_where_descriptors_do(self):
        with harness.Gateway(SERVER, top={"worker_rlimit_nofile": 100}) as gateway:
            clients = [gateway.client("imap") for _ in range(30)]  # 17 have room
            gateway.wait_event("worker_connections reached", limit=(100 - 1 - 64) // 2)
            for client in clients:
                client.close()

    def test_more_than_this_process_may_have(self):
        gateway = harness.Gateway(SERVER, top={"worker_rlimit_nofile": 3000, "user": "nobody", "error_log": "stderr"})

        def few():
            resource.setrlimit(resource.RLIMIT_NOFILE, (2000, 2000))
            if IS_ROOT:
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)

        pem = gateway.folder / "key"
        pem.write_bytes((harness.certificates().folder / "ecdsa-key.pem").read_bytes())
        pem.chmod(0o644)
        gateway.write(gateway.text.replace(str(harness.certificates().folder / "ecdsa-key.pem"), str(pem)))
        done = subprocess.run([harness.POSTERN, "run", "-c", gateway.file], preexec_fn=few, capture_output=True, text=True,
                              timeout=harness.DEADLINE)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("worker_rlimit_nofile: 3000 is more than the 2000 that this process may have", done.stderr)


class Daemon(harness.Test):
    def start(self, **more):
        """What `postern run` answers, and the gateway's folder."""
        folder = harness.temp_folder()
        gateway = harness.Gateway(SERVER, top={"daemon": True, "pid": str(folder / "pid"), **more})
        done = harness.run(harness.POSTERN, "run", "-c", gateway.file, ok=None, deadline=harness.DEADLINE)
        return gateway, folder, done

    def end(self, pid):
        os.kill(pid, signal.SIGTERM)
        harness.wait_for("the daemon to end", lambda: not pathlib.Path(f"/proc/{pid}").exists())

    def test_it_returns_when_clients_may_come(self):
        for workers in (1, 0):
            with self.subTest(workers=workers):
                log = harness.temp_folder() / "log"
                gateway, folder, done = self.start(worker_processes=workers, error_log=f"{log} info", access_log=str(log))
                self.assertEqual((done.returncode, done.stdout), (0, ""))
                pid = int((folder / "pid").read_text())
                try:
                    with gateway.client("imap") as client:
                        self.assertEqual(client.line(), b"* OK IMAP4 ready\r\n")
                    self.assertIn("event=ready", log.read_text())
                    self.assertEqual(os.getsid(pid), pid)
                    self.assertEqual({os.readlink(f"/proc/{pid}/fd/{n}") for n in range(3)}, {"/dev/null"})
                finally:
                    self.end(pid)
                self.assertFalse((folder / "pid").exists())

    def test_a_reload_and_standard_error_that_is_a_log(self):
        folder = harness.temp_folder()
        gateway = harness.Gateway(SERVER, top={"daemon": True, "pid": str(folder / "pid")})
        with open(gateway.log_file, "ab") as log:
            done = subprocess.run([harness.POSTERN, "run", "-c", gateway.file], stderr=log, timeout=harness.DEADLINE)
        self.assertEqual(done.returncode, 0, gateway.log())
        pid = int((folder / "pid").read_text())
        try:
            os.kill(pid, signal.SIGHUP)
            gateway.wait_event("reloaded")
        finally:
            self.end(pid)
        gateway.check_sanitizers()

    def test_a_failure_is_said_and_answered(self):
        with harness.socket.socket() as taken:
            gateway = harness.Gateway(SERVER, top={"daemon": True})
            taken.bind(("127.0.0.1", gateway.port["imap"]))
            taken.listen()
            done = harness.run(harness.POSTERN, "run", "-c", gateway.file, ok=1, deadline=harness.DEADLINE)
            self.assertIn(f"cannot listen on 127.0.0.1:{gateway.port['imap']}", done.stderr)


if __name__ == "__main__":
    harness.main()
