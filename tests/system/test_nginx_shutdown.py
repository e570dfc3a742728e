"""QUIT, TERM and HUP while sessions are open, before nginx and before postern with the same file: what becomes of a session that
idles, of a client that has not logged in, and of one whose login is being looked up. Where the two differ the reason is
here."""
import os
import re
import signal
import threading

import harness
from harness import AuthHttp, Client, Server, free_port, wait_for
from servers import Nginx, listening
from test_nginx_scripts import Postern

LIMIT = "worker_shutdown_timeout 4s;\n"


class Stage:
    """A server with three clients: `idle` has logged in, `early` was greeted, `asking` waits for the service."""

    def __init__(self, test, who, limit):
        self.answer = threading.Event()
        upstream = test.enter(Server(self.echo))
        lookup = test.enter(AuthHttp(lambda headers, _: self.look_up(headers, upstream.port)))
        self.port = free_port()
        nginx = Nginx(f"server {{ listen 127.0.0.1:{self.port}; protocol imap; imap_capabilities ONE;\n"
                      f"auth_http {lookup.address}/auth; }}\n")
        self.file = nginx.file
        self.rewrite("master_process off;", "master_process on;\nworker_processes 1;\n" + limit)
        self.who, self.server = who, nginx if who == "nginx" else Postern(nginx)
        test.addCleanup(self.answer.set)
        test.enter(self.server)
        self.idle, self.early, self.asking = (test.enter(self.greeted()) for _ in range(3))
        test.assertEqual(self.idle.say("a LOGIN joe secret"), "a OK in")
        self.asking.send("a LOGIN slow secret\r\n")
        wait_for("the service to be asked", lambda: len(lookup.requests) == 2)

    def rewrite(self, old, new):
        text = self.file.read_text()
        assert old in text, text
        self.file.write_text(text.replace(old, new))

    def look_up(self, headers, port):
        if headers["Auth-User"] == "slow":
            self.answer.wait(harness.DEADLINE)
        return {"Auth-Status": "OK", "Auth-Server": "127.0.0.1", "Auth-Port": str(port)}

    @staticmethod
    def echo(peer):
        peer.send("* OK hi\r\n")
        while size := re.search(rb"\{(\d+)\}\r\n$", peer.line()):
            peer.send("+ go on\r\n")
        peer.send("a OK in\r\n")
        while line := peer.line():
            peer.send(b"* " + line)

    def greeted(self):
        client = Client(self.port)
        assert client.line() == b"* OK IMAP4 ready\r\n"
        return client

    def signal(self, number):
        pid = self.server.process.pid if self.who == "postern" else int((self.server.folder / "pid").read_text())
        os.kill(pid, number)

    def ended(self):
        return self.server.process.poll() is not None


def before_both(limit=""):
    def of(play):
        def test(self):
            for who in ("nginx", "postern"):
                with self.subTest(who):
                    play(self, Stage(self, who, limit))
        return test
    return of


class Shutdown(harness.Test):
    def lives(self, client):
        self.assertEqual(client.say("x NOOP"), "* x NOOP")

    def all_live(self, s):
        """And go on as before: who has not logged in may do so still."""
        self.lives(s.idle)
        self.assertEqual(s.early.say("b CAPABILITY"), "* CAPABILITY ONE AUTH=PLAIN")
        self.assertEqual(s.early.line(), b"b OK completed\r\n")
        self.assertEqual(s.early.say("a LOGIN joe secret"), "a OK in")
        s.answer.set()
        self.assertEqual(s.asking.line(), b"a OK in\r\n")
        for client in (s.idle, s.early, s.asking):
            self.lives(client)

    def is_over(self, client):
        """Closed without a word."""
        self.assertEqual(client.rest(), b"")

    @before_both()
    def test_quit_waits(self, s):
        s.signal(signal.SIGQUIT)
        wait_for("nobody to be let in", lambda: not listening(s.port))
        self.all_live(s)
        self.assertFalse(s.ended())
        for client in (s.idle, s.early, s.asking):
            client.close()
        wait_for("the end", s.ended)
        self.assertEqual(s.server.process.returncode, 0)

    @before_both(LIMIT)
    def test_quit_waits_no_longer_than_worker_shutdown_timeout(self, s):
        s.signal(signal.SIGQUIT)
        wait_for("nobody to be let in", lambda: not listening(s.port))
        self.lives(s.idle)
        self.is_over(s.idle)
        # nginx ends only what it relays then: who has not logged in keeps the worker until `timeout`, which is what the
        # directive is to prevent.
        if s.who == "nginx":
            self.assertEqual(s.early.say("b NOOP"), "b OK completed")
            self.assertFalse(s.ended())
            s.early.close()
            s.answer.set()
        else:
            self.is_over(s.early)
        self.is_over(s.asking)
        wait_for("the end", s.ended)
        said = "shutdown timeout while proxying" if s.who == "nginx" else 'reason="shutting down"'
        self.assertIn(said, s.server.log())

    @before_both()
    def test_term(self, s):
        s.signal(signal.SIGTERM)
        for client in (s.idle, s.early, s.asking):
            self.is_over(client)
        wait_for("the end", s.ended)
        self.assertEqual(s.server.process.returncode, 0)

    def new_capabilities(self, s):
        with s.greeted() as client:
            return client.say("a CAPABILITY").split()[2] == "TWO"

    @before_both()
    def test_a_reload_ends_nobody(self, s):
        s.rewrite("imap_capabilities ONE", "imap_capabilities TWO")
        s.signal(signal.SIGHUP)
        wait_for("the new settings", lambda: self.new_capabilities(s))
        self.all_live(s)

    @before_both(LIMIT)
    def test_a_reload_and_worker_shutdown_timeout(self, s):
        s.rewrite("imap_capabilities ONE", "imap_capabilities TWO")
        s.signal(signal.SIGHUP)
        wait_for("the new settings", lambda: self.new_capabilities(s))
        # nginx has an old process to get rid of; here the same one goes on, and nobody need be cut off
        if s.who == "nginx":
            self.is_over(s.idle)
        else:
            with self.assertRaises(TimeoutError):
                s.idle.socket.settimeout(6)
                s.idle.more()
            s.idle.socket.settimeout(harness.DEADLINE)
            self.all_live(s)


if __name__ == "__main__":
    harness.main()
