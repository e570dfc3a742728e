"""What a session takes: thousands are parked, logged in or at any step before, and the memory of all processes is counted."""
import re
import socket
import sys

import harness
from harness import Gateway, tls_context
from parking import Backend, first_flight, many_descriptors, parked
from unharmed import SANITIZED, Level, descriptors, pss

COUNT = 400 if SANITIZED else 2000  # sanitizers keep what was freed, so there memory is not compared
KIB = 1024


def library():
    """"BoringSSL" or "wolfSSL", and the numbers of its version."""
    name, version = re.search(r"\((\w+) (?:API )?([\d.]+)", harness.postern("version").stdout).groups()
    return name, [int(n) for n in version.split(".")]


def budget():
    """Bytes an idle session over TLS may take, as the README has it."""
    name, version = library()
    if name == "BoringSSL":
        return 6 * KIB
    return 20 * KIB if version >= [5, 9] else 57 * KIB  # Debian's: a WOLFSSL_SESSION has 37.5 KB, a WOLFSSL 10.9


def before_login(about):
    """Bytes that a client may take which stops there, as the README has it."""
    handshake = 13 if library()[0] == "BoringSSL" else 66
    return KIB * {"silent before TLS": 6, "in the middle of a ClientHello": 6, "in the middle of a handshake": handshake,
                  "silent after the greeting": 7, "in the middle of a line": 11, "in the middle of a literal": 14}[about]


class Parked(harness.Test):
    @classmethod
    def setUpClass(cls):
        many_descriptors()

    def start(self, **more):
        self.box = self.enter(Backend())
        server = {"protocol": "imap", "listen": ["imaps ssl", "imap"], "starttls": "on", "upstream": self.box.address,
                  "timeout": "10m", **more}
        return self.enter(Gateway([server], top={"worker_connections": 12000}))

    def measure(self, about, gateway, make, most, look=lambda held: None, again=True):
        """Parks COUNT of what make() gives, behind some that are not counted: what the first ones bring is not theirs
        alone. Fails above `most` bytes each. `again`: when they have gone, as many once more must not need more than they did."""
        level = Level(gateway)
        held = self.hold(gateway, make, 50)
        before = pss(gateway)
        held += self.hold(gateway, make, COUNT)
        first = pss(gateway)
        each = (first - before) / COUNT
        print(f"{about}: {each / KIB:.1f} KiB each", file=sys.stderr)
        if not SANITIZED:
            self.assertLessEqual(each, most, about)
        look(held)
        self.let_go(level, held)
        if not again:
            return
        held = self.hold(gateway, make, 50 + COUNT)
        if not SANITIZED:
            self.assertLess(pss(gateway), first + COUNT * KIB, f"{about}, for the second time")
        self.let_go(level, held)

    def hold(self, gateway, make, count):
        """So many more, when the worker is at rest again."""
        descriptors_then = descriptors(gateway)
        held = []
        for _ in range(count):
            held.append(make(gateway))
            self.addCleanup(held[-1].close)
        harness.wait_for("the worker to have them all", lambda: descriptors(gateway) >= descriptors_then + count)
        last = []

        def at_rest():
            last.append(pss(gateway))
            return last[-1] == last[-2] if len(last) > 1 else None
        harness.wait_for("the worker to be at rest", at_rest)
        return held

    def let_go(self, level, held):
        for one in held:
            one.close()
        level.come_back(spare=COUNT * 8 * KIB)

    def test_sessions_that_are_logged_in(self):
        gateway = self.start()
        context = tls_context()

        def look(held):
            for one in held[::97]:  # nothing was lost
                one.sendall(b"b NOOP\r\n")
                self.assertEqual(one.recv(4096), b"b OK done\r\n")
        self.measure("logged in", gateway, lambda g: parked(g, "imaps", context), budget() * 4 / 3, look)

    def said(self, gateway, name, *texts, answers=0):
        """A client that has said this, heard so many lines, and falls silent."""
        one = socket.create_connection(("127.0.0.1", gateway.port[name]), harness.DEADLINE)
        for n, text in enumerate(texts):
            if n < answers:
                one.recv(4096)
            one.sendall(text)
        return one

    def test_clients_that_never_get_to_their_login(self):
        """The figures are the README's: what the gateway keeps, and what the library takes for a handshake."""
        hello = first_flight(tls_context())
        for about, make in (
                ("silent before TLS", lambda g: self.said(g, "imaps")),
                ("in the middle of a ClientHello", lambda g: self.said(g, "imaps", hello[:-20])),
                ("in the middle of a handshake", lambda g: self.said(g, "imaps", hello)),
                ("silent after the greeting", lambda g: self.said(g, "imap", b"", answers=1)),
                ("in the middle of a line", lambda g: self.said(g, "imap", b"a LOGIN " + b"x" * 4000, answers=1)),
                ("in the middle of a literal", lambda g: self.said(
                    g, "imap", b"a LOGIN {4000}\r\n", b"x" * 3900, answers=2))):
            with self.subTest(about):
                gateway = self.start()  # what one flood leaves behind would make the next one look cheap
                self.measure(about, gateway, make, before_login(about) * 4 / 3,
                             again="handshake" in about or "literal" in about)
                gateway.stop()


if __name__ == "__main__":
    harness.main()
