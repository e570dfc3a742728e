"""What must not change while something else goes wrong: sessions of others, and what the processes hold."""
import base64
import functools
import pathlib
import threading
import time

import harness
from harness import PASSWORD, USER, own_memory, wait_for


@functools.cache
def has_sanitizer():
    """Those keep freed memory on purpose, so what a process holds says nothing."""
    return b"__asan_init" in pathlib.Path(harness.POSTERN).read_bytes()


def descriptors(process):
    return len(list(pathlib.Path(f"/proc/{process}/fd").iterdir()))


class Level:
    """What a gateway's processes hold now. returned() fails when they do not come back to it."""

    def __init__(self, gateway):
        self.gateway = gateway
        self.before = self.now()

    def now(self):
        return {p: (descriptors(p), own_memory(p) // 1024) for p in (self.gateway.process.pid, *self.gateway.workers())}

    def returned(self, descriptors=0, kib=1024, deadline=harness.DEADLINE):
        """To no more descriptors than before (but for so many, kept on purpose), and no more memory than allocators keep."""
        def look():
            now = self.now()
            return now.keys() == self.before.keys() and all(
                now[p][0] <= self.before[p][0] + descriptors and (has_sanitizer() or now[p][1] <= self.before[p][1] + kib)
                for p in now)
        try:
            wait_for("the processes to hold no more than before", look, deadline)
        except AssertionError as why:
            raise AssertionError(f"{why}; {{process: (descriptors, KiB)}} was {self.before}, is {self.now()}") from None


class Victims:
    """A session of each protocol that is in and goes on: says something again and again, and must be answered. check()
    fails when one of them was harmed, or had to wait longer than `patience` for an answer."""

    WORDS = {"imap": ("x NOOP", "x OK done"), "pop3": ("NOOP", "+OK"), "smtp": ("NOOP", "250 2.0.0 OK")}

    def __init__(self, gateway, protocols=("imap", "pop3", "smtp"), names={}, patience=5):
        self.harmed, self.answers, self.patience, self.stopped = [], 0, patience, threading.Event()
        self.threads = []
        for protocol in protocols:
            name = names.get(protocol, protocol)
            client = gateway.client(name, tls=name.endswith("s"))
            log_in(client, protocol)
            self.threads.append(threading.Thread(target=self.go_on, args=(client, protocol), daemon=True))
            self.threads[-1].start()

    def go_on(self, client, protocol):
        say, wanted = self.WORDS[protocol]
        with client:
            try:
                while not self.stopped.wait(0.1):
                    began = time.monotonic()
                    said = client.say(say)
                    took = time.monotonic() - began
                    if not said.lower().startswith(wanted.lower()) or took > self.patience:
                        raise AssertionError(f"{say} was answered {said!r} after {took:.1f} s")
                    self.answers += 1
            except Exception as why:  # for check() to tell
                self.harmed.append(f"{protocol}: {why!r}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stopped.set()
        for thread in self.threads:
            thread.join(harness.DEADLINE)

    def check(self):
        before = self.answers
        wait_for("answers to the sessions that go on", lambda: self.harmed or self.answers >= before + len(self.threads))
        if self.harmed:
            raise AssertionError("sessions of others were harmed: " + "; ".join(self.harmed))


def log_in(client, protocol, user=USER, password=PASSWORD):
    """Says a login from the greeting on; answers the last reply's first line."""
    client.reply()
    for line in words_of_login(protocol, user, password):
        said = client.reply(line)[0]
    return said


def words_of_login(protocol, user, password):
    word = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
    quoted = password.replace("\\", "\\\\")
    return {"imap": [f'a1 LOGIN "{user}" "{quoted}"'], "pop3": [f"AUTH PLAIN {word}"],
            "smtp": ["EHLO me.example", f"AUTH PLAIN {word}"]}[protocol]


# What a client hears when nobody said no and it cannot be done: never that its password is wrong.
INTERNAL = {"imap": "* BAD internal server error", "pop3": "-ERR internal server error",
            "smtp": "451 4.3.2 Internal server error"}
