"""Where messages go: several targets, levels, servers with their own, and collectors of syslog."""
import base64
import os
import re
import shutil
import signal
import socket
import subprocess
import time
import unittest

import harness
from harness import USER, Mailbox, free_port, temp_folder, wait_for
from servers import Nginx

HEAD = re.compile(r"<(?P<priority>\d+)>(?P<time>[A-Z][a-z]{2} [ 1-3]\d \d\d:\d\d:\d\d) (?:(?P<host>\S+) )?(?P<tag>\w+): (?P<text>.*)", re.S)
LOST, FOUND = "a log cannot be written, its lines are lost", "a log can be written again"


class Collector:
    """Receives datagrams, at a Unix socket or a UDP port."""

    def __init__(self, path=None, port=0, mode=0o666):
        self.socket = socket.socket(socket.AF_UNIX if path else socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(str(path) if path else ("127.0.0.1", port))
        self.socket.setblocking(False)
        if path:
            os.chmod(path, mode)
        self.port = 0 if path else self.socket.getsockname()[1]
        self.lines = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def take(self):
        try:
            while True:
                self.lines.append(self.socket.recv(65536).decode())
        except BlockingIOError:
            return self.lines

    def has(self, wanted):
        return [line for line in self.take() if wanted in line]

    def wait(self, wanted):
        return wait_for(f"{wanted!r} at the collector", lambda: self.has(wanted))


class Case(harness.Test):
    @classmethod
    def setUpClass(cls):
        cls.box = Mailbox(f"{USER}:x").__enter__()
        cls.addClassCleanup(cls.box.__exit__)

    def setUp(self):
        self.folder = temp_folder()
        self.folder.chmod(0o755)

    def server(self, protocol, **more):
        return {"protocol": protocol, "listen": [protocol], "upstream": self.box.address(protocol), "starttls": "off", **more}

    def start(self, *servers, mail=None, **top):
        gateway = harness.Gateway(servers, mail=mail, top={"access_log": "off", **top})
        return self.enter(gateway)

    def reload(self, gateway, before=None, after=None):
        if before:
            self.assertIn(before, gateway.text)
            gateway.text = gateway.text.replace(before, after)
            gateway.write(gateway.text)
        count = len(gateway.events("reloaded"))
        gateway.process.send_signal(signal.SIGHUP)
        gateway.wait_event("reloaded", count=count + 1)

    def refuse(self, gateway, protocol="imap", user="mallory"):
        """A login that is refused: a notice."""
        with gateway.client(protocol) as client:
            client.line()
            if protocol == "imap":
                self.assertRegex(client.say(f"a LOGIN {user} wrong"), "^a NO")
            else:
                client.say(f"USER {user}")
                self.assertRegex(client.say("PASS wrong"), "^-ERR")

    def text(self, name):
        path = self.folder / name
        return path.read_text() if path.exists() else ""

    def wait_text(self, name, wanted):
        return wait_for(f"{wanted!r} in {name}", lambda: wanted in self.text(name))


class Files(Case):
    def test_each_server_tells_where_it_says_and_nowhere_else(self):
        at = self.folder
        gateway = self.start(
            self.server("imap", error_log=[f"{at}/imap error", f"{at}/imap.notice notice"]), self.server("pop3"),
            mail={"error_log": f"{at}/mail notice"}, error_log=["stderr notice", f"{at}/top error"], worker_processes=2)
        for n in range(4):
            self.refuse(gateway, "imap", f"imap{n}")
            self.refuse(gateway, "pop3", f"pop{n}")
        for n in range(4):
            self.wait_text("imap.notice", f"user=imap{n} ")
            self.wait_text("mail", f"user=pop{n} ")
        self.assertEqual(self.text("imap"), "")  # nothing was as grave
        self.assertEqual(self.text("top"), "")
        self.assertNotIn("pop", self.text("imap.notice"))
        self.assertNotIn("user=imap", self.text("mail"))
        self.assertNotIn("user=", gateway.log())  # the program's own, and only that
        self.assertIn("event=listening", gateway.log())
        self.assertEqual(sorted(p.stat().st_mode & 0o777 for p in at.iterdir()), [0o640] * 4)

    def test_one_level_for_each_target(self):
        at = self.folder
        gateway = self.start(self.server("imap", upstream="127.0.0.1:1"), self.server("pop3"),
                             error_log=["stderr notice", f"{at}/debug debug", f"{at}/error", f"{at}/crit crit"])
        self.refuse(gateway, "pop3", "eve")
        with gateway.client("imap") as client:  # nobody is there: an error
            client.line()
            client.say("a LOGIN eve x")
        for name in ("debug", "error", "crit"):
            self.wait_text(name, "level=error")
        self.assertEqual({harness.fields(line)["event"] for line in self.text("error").splitlines()}, {"upstream failed"})
        self.assertEqual(self.text("error"), self.text("crit"))  # the very same line
        self.assertIn(self.text("error"), self.text("debug"))
        self.assertIn(self.text("error"), gateway.log())
        self.assertIn("event=\"login refused\"", self.text("debug"))

    def test_usr1_opens_all_of_them_anew_once_each(self):
        at = self.folder
        for workers in (2, 0):
            with self.subTest(workers=workers):
                gateway = self.start(
                    self.server("imap", error_log=[f"{at}/own notice", f"{at}/both notice"]),
                    self.server("pop3", error_log=f"{at}/both notice"), error_log=["stderr notice", f"{at}/both notice"],
                    access_log=f"{at}/both", worker_processes=workers)
                if workers:
                    opened = [os.readlink(f"/proc/{gateway.process.pid}/fd/{fd}") for fd in os.listdir(f"/proc/{gateway.process.pid}/fd")]
                    self.assertEqual(opened.count(f"{at}/both"), 1)
                self.refuse(gateway, user="before")
                self.wait_text("own", "user=before")
                for name in ("own", "both"):
                    os.rename(at / name, at / f"{name}.1")
                gateway.process.send_signal(signal.SIGUSR1)
                self.wait_text("both", 'event="logs reopened"')
                for name in ("imap", "pop3"):
                    self.refuse(gateway, name, f"after-{name}")
                self.wait_text("own", "user=after-imap")
                self.wait_text("both", "user=after-pop3")
                self.wait_text("both", "event=end")
                self.assertNotIn("after", self.text("own.1") + self.text("both.1"))
                gateway.stop()
                shutil.rmtree(at)
                at.mkdir(mode=0o755)

    def test_usr1_that_fails_changes_nothing(self):
        at = self.folder / "gone"
        at.mkdir()
        gateway = self.start(self.server("imap", error_log=f"{at}/own notice"), error_log="stderr notice")
        os.rename(at, self.folder / "moved")
        gateway.process.send_signal(signal.SIGUSR1)
        line = gateway.wait_event("cannot reopen a log")
        self.assertIn(f"{at}/own", line["why"])
        self.refuse(gateway)
        self.wait_text("moved/own", "user=mallory")

    def test_a_reload_changes_targets_and_levels(self):
        at = self.folder
        gateway = self.start(self.server("imap", error_log=[f"{at}/one notice", f"{at}/stays notice"]), self.server("pop3"),
                             error_log="stderr notice")
        old = self.enter(gateway.client("imap"))
        old.line()
        self.reload(gateway, f"{at}/one notice", f"{at}/two error")
        self.refuse(gateway, user="new")
        self.assertRegex(old.say("a LOGIN old wrong"), "^a NO")  # its level is what it was
        self.wait_text("stays", "user=new")
        self.wait_text("stays", "user=old")
        self.assertEqual((self.text("one"), self.text("two")), ("", ""))
        # Where nothing is left of a session's targets, it tells the program's.
        self.reload(gateway, f'["{at}/two error", "{at}/stays notice"]', f'"{at}/three notice"')
        self.refuse(gateway, user="third")
        self.wait_text("three", "user=third")
        self.assertRegex(old.say("b LOGIN older wrong"), "^b NO")
        gateway.wait_event("login refused", user="older")
        self.assertNotIn("older", self.text("stays") + self.text("three"))
        # Without one it has the program's again.
        self.reload(gateway, f'error_log = "{at}/three notice"', "")
        self.refuse(gateway, user="fourth")
        gateway.wait_event("login refused", user="fourth")

    def test_what_cannot_be_opened_is_named_by_its_line(self):
        gateway = self.start(self.server("imap"), error_log="stderr notice")
        good = gateway.text
        gateway.write(good + f'error_log = ["stderr", "{self.folder}/missing/x"]\n')
        gateway.process.send_signal(signal.SIGHUP)
        gateway.wait_event("reload refused, everything stays as it was")
        self.assertRegex(gateway.log(), rf'postern\.toml:\d+:\d+: error: error_log: cannot write "{self.folder}/missing/x"')
        gateway.write(good + 'error_log = "syslog:server=no-such-host.invalid"\n')
        gateway.process.send_signal(signal.SIGHUP)
        gateway.wait_event("reload refused, everything stays as it was", count=2)
        self.assertIn('error: error_log: cannot find the address of no-such-host.invalid: ', gateway.log())
        self.refuse(gateway)
        gateway.wait_event("login refused")

    def test_a_target_that_is_full_leaves_the_others_alone(self):
        gateway = self.start(self.server("imap", error_log=["/dev/full notice", f"{self.folder}/good notice"]), error_log="stderr notice")
        for n in range(3):
            self.refuse(gateway, user=f"user{n}")
        self.wait_text("good", "user=user2")
        self.assertEqual(self.text("good").count(LOST), 1)
        self.assertIn("log=/dev/full error=\"No space left on device\"", self.text("good"))
        self.reload(gateway, '"/dev/full notice", ', "")
        self.refuse(gateway)


class Syslog(Case):
    def parts(self, line):
        found = HEAD.fullmatch(line)
        self.assertTrue(found, line)
        return found

    def test_a_collector_at_a_udp_port(self):
        with Collector() as at:
            gateway = self.start(
                self.server("imap"), error_log=["stderr notice", f"syslog:server=127.0.0.1:{at.port},facility=mail notice"],
                access_log=f"syslog:server=localhost:{at.port},tag=visits,severity=debug,nohostname")
            self.refuse(gateway)
            told = self.parts(at.wait("login refused")[0])
            self.assertEqual((told["priority"], told["tag"], told["host"]), (str(2 * 8 + 5), "postern", socket.gethostname()))
            self.assertLess(abs(time.time() - time.mktime(time.strptime(f"{time.gmtime().tm_year} {told['time']}", "%Y %b %d %H:%M:%S"))), 100)
            self.assertEqual(told["text"] + "\n", next(l for l in gateway.log().splitlines(True) if "login refused" in l))
            visit = self.parts(at.wait("event=end")[0])
            self.assertEqual((visit["priority"], visit["tag"], visit["host"]), (str(23 * 8 + 7), "visits", None))
            self.assertNotIn("\n", "".join(at.lines))

    def test_nothing_from_outside_breaks_a_message(self):
        for style in ("text", "json"):
            with self.subTest(style), Collector(self.folder / style) as at:
                target = f"syslog:server=unix:{self.folder}/{style}"
                gateway = self.start(self.server("smtp", proxy_smtp_auth=True, error_log=f"{target} debug"),
                                     error_log="stderr notice", access_log=target, log_format=style)
                names = (b"a\r\n<0>evil: x", b"\x1b[2J", b"\xff" * 2000, "\u2028".encode() * 300, b'"', b"\\")
                for name in names:
                    with gateway.client("smtp") as client:
                        client.reply()
                        client.reply("EHLO me")
                        client.reply("AUTH PLAIN " + base64.b64encode(b"\0" + name + b"\0wrong").decode())
                        client.reply("QUIT")
                    at.take()
                end = '"event":"end"' if style == "json" else "event=end"
                wait_for("all ends", lambda: len(at.has(end)) == len(names))
                self.assertGreaterEqual(len(at.has("user")), len(names))
                for line in at.lines:
                    self.parts(line)
                    self.assertFalse(re.search(r"[\x00-\x1f\x7f]", line), line)
                    self.assertLess(len(line), 4300)

    def test_a_collector_that_comes_dies_and_comes_back(self):
        path = self.folder / "socket"
        for workers in (2, 0):
            with self.subTest(workers=workers):
                gateway = self.start(
                    self.server("imap", error_log=[f"syslog:server=unix:{path} notice", f"{self.folder}/other notice"]),
                    error_log="stderr notice", worker_processes=workers)  # nobody is there yet
                self.refuse(gateway, user="lost0")
                self.wait_text("other", LOST)
                with Collector(path) as at:
                    self.refuse(gateway, user="first")
                    at.wait("user=first")
                self.refuse(gateway, user="lost1")  # the socket is there, its owner is not
                path.unlink()
                self.refuse(gateway, user="lost2")
                self.wait_text("other", "user=lost2")
                with Collector(path) as at:
                    self.refuse(gateway, user="second")
                    at.wait("user=second")
                    def found():
                        self.refuse(gateway, user="again")
                        return at.has(FOUND)  # and so there is room for more
                    wait_for("word of it", found)
                    self.wait_text("other", FOUND)
                    self.assertNotIn("lost1", "".join(at.lines))
                    self.assertFalse(gateway.events("worker died, replacing it"))
                    path.unlink()
                gateway.stop()
                (self.folder / "other").unlink()

    def test_a_udp_collector_that_dies_and_comes_back(self):
        with Collector() as at:
            gateway = self.start(self.server("imap"), error_log=["stderr notice", f"syslog:server=127.0.0.1:{at.port} notice"])
            self.refuse(gateway, user="first")
            at.wait("user=first")
        for n in range(20):
            self.refuse(gateway, user=f"lost{n}")
        line = gateway.wait_event(LOST)
        self.assertEqual((line["log"], line["error"]), (f"syslog:server=127.0.0.1:{at.port}", "Connection refused"))
        with Collector(port=at.port) as again:
            def found():
                self.refuse(gateway, user="second")
                return gateway.events(FOUND)
            self.assertGreaterEqual(int(wait_for("word of it", found)[0]["lines_lost"]), 10)
            again.wait("user=second")
        self.assertLessEqual(len(gateway.events(LOST)), 3)  # once a process, and time has passed

    def test_a_collector_that_does_not_read_holds_up_nobody(self):
        path = self.folder / "socket"
        with Collector(path):
            gateway = self.start(self.server("imap", error_log=f"syslog:server=unix:{path} debug"), error_log="stderr notice")
            began = time.monotonic()
            for n in range(60):  # more than a queue of Unix datagrams holds
                self.refuse(gateway, user=f"user{n}")
            self.assertLess(time.monotonic() - began, 25)
            line = gateway.wait_event(LOST)
            self.assertEqual(line["error"], "Resource temporarily unavailable")

    @unittest.skipUnless(os.geteuid() == 0, "only root becomes somebody else")
    def test_a_socket_that_only_the_master_may_open(self):
        folder = self.folder / "private"
        folder.mkdir(mode=0o700)
        with Collector(folder / "socket", mode=0o600) as at:
            gateway = self.start(self.server("imap", error_log=f"syslog:server=unix:{folder}/socket notice"), error_log="stderr notice",
                                 user="nobody")
            self.refuse(gateway)
            at.wait("user=mallory")
        (folder / "socket").unlink()
        with Collector(folder / "socket", mode=0o600) as at:
            self.refuse(gateway, user="lost")
            gateway.process.send_signal(signal.SIGUSR1)
            gateway.wait_event("logs reopened")
            def found():
                self.refuse(gateway, user="second")
                return at.has("user=second")
            wait_for("the new socket", found)
            self.assertFalse(at.has("user=lost"))


class Rsyslog(Case):
    """A real collector, beside nginx, which sends to it as well."""

    def collect(self):
        if not shutil.which("rsyslogd", path=os.environ["PATH"] + ":/usr/sbin"):
            raise AssertionError("rsyslogd is missing: cmake/packages-test lists rsyslog")
        self.port, self.out = free_port(), self.folder / "out"
        file = self.folder / "rsyslog.conf"
        file.write_text(
            f'global(workDirectory="{self.folder}")\nmodule(load="imudp")\nmodule(load="imuxsock" SysSock.Use="off")\n'
            f'input(type="imudp" port="{self.port}" address="127.0.0.1")\n'
            f'input(type="imuxsock" Socket="{self.folder}/socket" UseSysTimeStamp="off")\n'
            'template(name="parts" type="string" '
            'string="%syslogfacility-text%|%syslogseverity-text%|%hostname%|%programname%|%syslogtag%|%msg%\\n")\n'
            f'action(type="omfile" file="{self.out}" template="parts")\n')
        program = shutil.which("rsyslogd", path=os.environ["PATH"] + ":/usr/sbin")
        daemon = subprocess.Popen([program, "-n", "-f", file, "-i", self.folder / "pid"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        def end():
            daemon.terminate()
            daemon.wait(30)
        self.addCleanup(end)
        wait_for("rsyslogd", (self.folder / "socket").exists)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            def is_up():
                probe.sendto(b"<13>Jan  1 00:00:00 probe probe: hello", ("127.0.0.1", self.port))
                return self.collected("probe")
            wait_for("rsyslogd's port", is_up)

    def collected(self, program):
        lines = self.out.read_text().splitlines() if self.out.exists() else []
        return [parts for line in lines if (parts := line.split("|", 5))[3] == program]

    def test_it_understands_what_is_sent(self):
        self.collect()
        name = socket.gethostname()
        gateway = self.start(
            self.server("imap", error_log=[f"syslog:server=127.0.0.1:{self.port} notice",
                                           f"syslog:server=unix:{self.folder}/socket,tag=local,facility=mail,nohostname notice"]),
            error_log="stderr notice")
        self.refuse(gateway)
        for tag, facility in (("postern", "local7"), ("local", "mail")):
            found = wait_for(tag, lambda: self.collected(tag))[0]
            self.assertEqual(found[:2] + found[3:5], [facility, "notice", tag, f"{tag}:"])
            self.assertIn(found[2], (name, name.split(".")[0]))
            self.assertRegex(found[5], r'^ time=\S+ level=notice event="login refused" .*user=mallory')

    @unittest.skipUnless(harness.has_importer(), "this build of postern has no importer")
    def test_it_understands_nginx_and_postern_alike(self):
        """The same configuration for both programs."""
        self.collect()
        port = free_port()
        mail = f"error_log syslog:server=127.0.0.1:{self.port},facility=mail info;\nauth_http 127.0.0.1:1;\n" \
               f"server {{ listen 127.0.0.1:{port}; protocol imap; }}\n"
        nginx = self.enter(Nginx(mail))
        with harness.Client(port) as client:
            client.line()
        theirs = wait_for("nginx's line", lambda: self.collected("nginx"))[0]
        nginx.__exit__()
        nginx.log_file.unlink()
        gateway = harness.Gateway([], text="x")
        gateway.words, gateway.log_file = ["run", "--nginx", str(nginx.file)], nginx.log_file
        self.enter(gateway)
        with harness.Client(port) as client:
            client.line()
            client.say("a LOGIN mallory wrong")
        def ours():
            return [line for line in self.collected("nginx") if "lookup failed" in line[5]]
        found = wait_for("ours", ours)[0]
        self.assertEqual(found[:1] + found[2:5], theirs[:1] + theirs[2:5])
        self.assertEqual((theirs[1], found[1]), ("info", "err"))


if __name__ == "__main__":
    harness.main()
