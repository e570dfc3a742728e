"""What a hostile peer must not do: harm another session, or leave anything behind. And how its own session has to end."""
import contextlib
import os
import pathlib
import re
import time

import harness
from harness import PASSWORD, USER, Mailbox, own_memory, three_servers

SANITIZED = b"__asan_init" in pathlib.Path(harness.POSTERN).read_bytes() if harness.POSTERN else False


def pss(gateway):
    """Bytes of memory of master and workers, what several share counted once."""
    return sum(map(own_memory, [gateway.process.pid, *gateway.workers()]))


def descriptors(gateway):
    return sum(len(os.listdir(f"/proc/{process}/fd")) for process in gateway.workers())


class Level:
    """What the gateway's processes have now; come_back() waits until they have no more than that."""

    def __init__(self, gateway):
        self.gateway, self.descriptors, self.memory = gateway, descriptors(gateway), pss(gateway)

    def come_back(self, spare, deadline=harness.DEADLINE):
        """`spare`: bytes that allocators and pools may keep for later: a page for each small thing that stays, such as what
        Asio has for a socket. That a second flood needs no more, test_memory.py looks at. Sanitizers keep what was freed, so there only
        descriptors count; what was lost they say themselves."""
        harness.wait_for(f"the descriptors to be closed, of which there were {self.descriptors}",
                         lambda: descriptors(self.gateway) <= self.descriptors, deadline)
        if not SANITIZED:
            harness.wait_for(f"memory to be {self.memory} bytes again, not {pss(self.gateway)}",
                             lambda: pss(self.gateway) <= self.memory + spare, 10)


class Victim:
    """A session of somebody who does nothing wrong, on the worker that is attacked."""

    def __init__(self, gateway):
        self.client = gateway.client("imaps", tls=True)
        self.client.line()
        said = self.client.say(f'v LOGIN {USER} "{PASSWORD}"')
        assert said.startswith("v OK"), said
        self.asked = 0

    def goes_on(self):
        self.asked += 1
        said = self.client.say(f"v{self.asked} NOOP")
        assert said.startswith(f"v{self.asked} OK"), said


class Hostile(harness.Test):
    """Tests before one gateway, whose servers have `more` and which has `top`. After each test the victim goes on, and
    descriptors and memory are what they were."""
    more, top = {}, {}
    spare = 3 * 1024 * 1024  # bytes

    @classmethod
    def setUpClass(cls):
        cls.box = Mailbox().__enter__()
        cls.addClassCleanup(cls.box.__exit__)
        cls.gateway = harness.Gateway(three_servers(cls.box, **{"starttls": "on", **cls.more}), top=cls.top).start()
        cls.addClassCleanup(cls.gateway.stop)
        cls.victim = Victim(cls.gateway)
        cls.addClassCleanup(cls.victim.client.close)

    def setUp(self):
        self.level = Level(self.gateway)

    def tearDown(self):
        self.victim.goes_on()
        self.level.come_back(self.spare)

    @staticmethod
    def pester(client, pieces, pause):
        """Says one piece after the other, with a pause behind each, until the gateway ends it. Answers what that said."""
        for piece in pieces:
            with contextlib.suppress(OSError):
                client.send(piece)
            client.socket.settimeout(pause)
            start = time.monotonic()
            while (left := pause - (time.monotonic() - start)) > 0:
                client.socket.settimeout(left)
                try:
                    if not client.more():
                        return client.buffer
                except TimeoutError:
                    break
        client.socket.settimeout(harness.DEADLINE)
        return client.buffer + client.rest()

    def ends(self):
        return len(self.gateway.events("end"))

    @contextlib.contextmanager
    def ends_with(self, reason, count=1, event="end"):
        """What is done in here ends `count` sessions, and the log gives this reason (a pattern) for each."""
        before = len(self.gateway.events(event))
        yield
        found = harness.wait_for(f"{count} x {event} in the log\n", lambda: (
            lambda now: now if len(now) >= count else None)(self.gateway.events(event)[before:]))
        for one in found:
            self.assertRegex(one["reason"], re.compile(reason))
