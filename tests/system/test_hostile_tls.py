"""TLS records that are cut, empty, too many, or none that a mail client sends: at every byte, before and after the login."""
import os
import socket
import ssl
import subprocess
import sys
import time

import harness
from harness import PASSWORD, SOURCE, USER, tls_context
from unharmed import Hostile

sys.path.insert(0, str(SOURCE / "tests/alike"))
import tls_client
from tls_hello import ALERT, APPLICATION, HANDSHAKE, alert, message, record

LOGIN = f'a LOGIN {USER} "{PASSWORD}"\r\n'.encode()
VERSIONS = ("TLSv1.2", "TLSv1.3")


class Cutter:
    """A TLS client whose bytes can be held back: what it wants to send waits in .out."""

    def __init__(self, port, version):
        context = tls_context()
        context.minimum_version = context.maximum_version = getattr(ssl.TLSVersion, version.replace(".", "_"))
        self.socket = socket.create_connection(("127.0.0.1", port), harness.DEADLINE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.into, self.out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.into, self.out, server_hostname="localhost")
        self.flights = []  # what was sent, to know where it can be cut

    def until(self, step):
        """Repeats a step of the engine; sends and receives in between."""
        while True:
            try:
                return step()
            except ssl.SSLWantReadError:
                pass
            self.send()
            got = self.socket.recv(65536)
            if not got:
                raise ConnectionError("the gateway left")
            self.into.write(got)

    def send(self):
        """All that waits, in the pieces that this client was told: see Cut."""
        flight = self.out.read()
        if flight:
            self.flights.append(flight)
            self.pass_on(flight)

    def pass_on(self, flight):
        self.socket.sendall(flight)

    def log_in(self):
        self.until(self.tls.do_handshake)
        self.send()
        greeting = self.until(lambda: self.tls.read(4096))
        self.tls.write(LOGIN)
        self.send()
        answer = self.until(lambda: self.tls.read(4096))
        return greeting, answer

    def close(self):
        self.socket.close()


class InPieces(Cutter):
    """Each flight in two pieces, cut behind its byte `at`."""

    def __init__(self, port, version, at, pause=0.0):
        super().__init__(port, version)
        self.at, self.pause = at, pause

    def pass_on(self, flight):
        self.socket.sendall(flight[:self.at])
        if self.at < len(flight):
            time.sleep(self.pause)
            self.socket.sendall(flight[self.at:])


class Ending(Cutter):
    """Ends behind the byte `at` of its n-th flight, in good order or by a reset."""

    def __init__(self, port, version, n, at, reset):
        super().__init__(port, version)
        self.n, self.at, self.reset = n, at, reset

    def pass_on(self, flight):
        if len(self.flights) < self.n:
            return self.socket.sendall(flight)
        self.socket.sendall(flight[:self.at])
        if self.reset:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            self.socket.close()
        else:
            self.socket.shutdown(socket.SHUT_WR)
        raise ConnectionError("this is the end")


class Cut(Hostile):
    more = {"timeout": "60s"}

    def flights(self, version):
        it = Cutter(self.gateway.port["imaps"], version)
        it.log_in()
        it.close()
        return it.flights

    def test_every_flight_may_come_in_two_pieces(self):
        """ClientHello, Finished, the first record of text: cut behind each of their bytes, in one connection each."""
        for version in VERSIONS:
            longest = max(map(len, self.flights(version)))
            for at in range(1, longest):
                it = InPieces(self.gateway.port["imaps"], version, at, pause=0.001)
                try:
                    greeting, answer = it.log_in()
                except (OSError, ssl.SSLError) as why:
                    self.fail(f"{version}, cut behind byte {at}: {why}")
                finally:
                    it.close()
                self.assertTrue(greeting.startswith(b"* OK"), f"{version}, cut behind byte {at}")
                self.assertTrue(answer.startswith(b"a OK"), f"{version}, cut behind byte {at}")

    def test_byte_by_byte(self):
        for version in VERSIONS:
            it = Cutter(self.gateway.port["imaps"], version)
            it.pass_on = lambda flight: [it.socket.sendall(flight[n:n + 1]) for n in range(len(flight))]
            self.assertTrue(it.log_in()[1].startswith(b"a OK"))
            it.close()

    def test_every_flight_may_be_the_last_at_any_byte(self):
        """The client ends there, or resets; tearDown looks that nothing of it is left."""
        for version in VERSIONS:
            flights = self.flights(version)
            before, count = self.ends(), 0
            for n, flight in enumerate(flights, 1):
                for at in range(0, len(flight), 1 if n > 1 else 5):
                    it = Ending(self.gateway.port["imaps"], version, n, at, reset=at % 2 == 1)
                    with self.assertRaises(ConnectionError):
                        it.log_in()
                    it.close()
                    count += 1
                self.victim.goes_on()
            harness.wait_for("the ends of the sessions", lambda: self.ends() >= before + count)
            for end in self.gateway.events("end")[before + 1:]:
                self.assertEqual(end["ended_by"], "client", end)


class Wrong(Hostile):
    more = {"proxy_timeout": "60s"}

    def connected(self, version, logged_in):
        it = tls_client.Connection(self.gateway.port["imaps"], [], {})
        self.addCleanup(it.socket.close)
        it.hello(versions=[version]).answer()
        it.finish().hear(b"* OK")
        if logged_in:
            it.say(LOGIN).hear(b"a OK")
            self.assertIn("a OK", it.notes[-1])
        return it

    def alive(self, it):
        it.text = b""
        it.say(b"b NOOP\r\n").answer(lambda: b"\r\n" in it.text)
        return it.text.startswith(b"b OK")

    def each(self, versions=VERSIONS):
        """A connection of each version, before and behind the login."""
        for version in versions:
            for logged_in in (False, True):
                it = self.connected(version, logged_in)
                it.about = f"{version}, logged in: {logged_in}"
                yield it
                it.socket.close()

    def dies(self, do, versions=VERSIONS, reason="^TLS failed"):
        """The session ends, and the reason is TLS's."""
        for it in self.each(versions):
            with self.ends_with(reason):
                do(it)
                self.assertFalse(self.alive(it), (it.about, it.notes))
                it.socket.close()

    def test_floods_of_key_updates(self):
        self.dies(lambda it: [it.key_update(n % 2) for n in range(200)], ["TLSv1.3"])

    def test_key_updates_between_text_are_no_flood(self):
        for it in self.each(["TLSv1.3"]):
            for n in range(40):
                it.key_update(1)
                self.assertTrue(self.alive(it), (n, it.notes[-3:]))

    def test_floods_of_empty_records(self):
        self.dies(lambda it: [it.say(b"") for _ in range(5000)])

    def test_floods_of_records_of_padding_alone(self):
        self.dies(lambda it: [it.record(APPLICATION, b"", 200) for _ in range(2000)], ["TLSv1.3"])

    def test_floods_of_warnings(self):
        self.dies(lambda it: [it.record(ALERT, bytes([1, 90])) for _ in range(500)])

    def test_floods_of_plain_alerts_before_the_hello(self):
        with self.ends_with(".", event="tls failed"):
            it = tls_client.Connection(self.gateway.port["imaps"], [], {})
            for _ in range(500):
                it.send(alert(1, 90))
            it.hang_up()

    def test_floods_of_empty_records_before_the_hello(self):
        with self.ends_with(".", event="tls failed"):
            it = tls_client.Connection(self.gateway.port["imaps"], [], {})
            for _ in range(100):
                it.send(record(HANDSHAKE, b"") * 200)
            it.hang_up()

    def test_floods_of_empty_records_in_the_handshake(self):
        for version in VERSIONS:
            with self.subTest(version), self.ends_with(".", event="tls failed"):
                it = tls_client.Connection(self.gateway.port["imaps"], [], {})
                it.hello(versions=[version]).answer()
                for _ in range(100):
                    it.send(record(HANDSHAKE, b"") * 200)
                it.hang_up()

    def test_a_renegotiation_is_refused(self):
        self.dies(lambda it: it.record(HANDSHAKE, it.prepare(versions=["TLSv1.2"]).message()))

    def test_a_renegotiation_that_openssl_asks_for(self):
        for logged_in in (False, True):
            with self.subTest(logged_in=logged_in), self.ends_with("^TLS failed"):
                process = subprocess.Popen(
                    ["openssl", "s_client", "-connect", f"127.0.0.1:{self.gateway.port['imaps']}", "-tls1_2", "-crlf",
                     "-servername", "localhost", "-verify_quiet"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
                said = b""
                def until(wanted):
                    nonlocal said
                    while wanted not in said:
                        got = os.read(process.stdout.fileno(), 65536)
                        self.assertTrue(got, said)
                        said += got
                until(b"* OK")
                if logged_in:
                    process.stdin.write(LOGIN.replace(b"\r\n", b"\n"))
                    process.stdin.flush()
                    until(b"a OK")
                process.stdin.write(b"R\n")
                process.stdin.flush()
                rest = process.communicate(timeout=harness.DEADLINE)[0]
                self.assertIn(b"RENEGOTIATING", rest)
                self.assertNotIn(b"b OK", rest)

    def test_a_record_that_does_not_open(self):
        self.dies(lambda it: it.send(record(APPLICATION, bytes(64))))

    def test_a_record_that_is_too_large(self):
        self.dies(lambda it: it.send(record(APPLICATION, bytes(16384 + 2049))))

    def test_clear_text_in_place_of_a_record(self):
        self.dies(lambda it: it.send(b"b LOGOUT\r\nb LOGOUT\r\n"))

    def test_half_a_record_and_silence_keeps_nobody_else(self):
        for it in self.each():
            it.send(record(APPLICATION, bytes(16000))[:9000])
            self.victim.goes_on()


if __name__ == "__main__":
    harness.main()
