"""One connection's records, in clear and under keys, and the notes of what came: in words that two libraries can be compared
by, with no random bytes and no lengths that vary."""
import datetime
import socket
import struct

from tls_hello import ALERT, CHANGE_CIPHER_SPEC, record
from tls_numbers import ALERTS, VERSIONS, name_of

PATIENCE = 20.0  # seconds until a server that says nothing counts as silent: a failure, never the usual end


class Records:
    """`notes` grows by what is seen. `inbound` and `outbound` are the keys' Protection, once there are any."""

    def __init__(self, port, notes):
        self.notes = notes
        self.socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # as the log has them
        self.address = "%s:%d" % self.socket.getsockname()
        self.began = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
        self.raw, self.gone, self.version = b"", False, None
        self.inbound = self.outbound = None

    def send(self, data):
        try:
            self.socket.sendall(data)
        except OSError:
            pass  # the notes will say how the server has gone

    def trickle(self, data):
        """One byte a segment."""
        for n in range(len(data)):
            Records.send(self, data[n:n + 1])

    def record(self, kind, body, padding=0):
        self.send(self.outbound.seal(kind, body, padding) if self.outbound else record(kind, body))

    def note(self, words):
        self.notes.append(words)

    def end(self, words):
        self.note(words)
        self.gone = True
        self.socket.close()

    def fill(self):
        """Reads what has come; False when the server is gone."""
        try:
            got = self.socket.recv(65536)
        except ConnectionResetError:
            return self.end("reset")
        except TimeoutError:
            return self.end("silent")
        self.raw += got
        if not got:
            self.end(f"closed, with {len(self.raw)} odd bytes: {self.raw[:20]!r}" if self.raw else "closed")
        return bool(got)

    def next_record(self):
        """(kind, body) in clear, or None when there is no more to come."""
        while not self.gone:
            if len(self.raw) >= 5:
                kind, version, size = struct.unpack(">BHH", self.raw[:5])
                if len(self.raw) >= 5 + size:
                    body, self.raw = self.raw[5:5 + size], self.raw[5 + size:]
                    return self.opened(kind, version, body)  # None: it does not open
            self.fill()
        return None

    def opened(self, kind, version, body):
        if version != 0x0303 and not (kind == ALERT and not self.version):
            self.note(f"record version {name_of(VERSIONS, version)}")
        if not self.inbound or (kind == CHANGE_CIPHER_SPEC and self.version == "TLSv1.3"):
            return kind, body
        if self.version == "TLSv1.3" and kind == ALERT:
            self.note("unprotected:")
            return kind, body
        found = self.inbound.open(kind, version, body)
        if found is None:
            self.end("a record that does not open")
        return found

    def take_alert(self, body):
        level = {1: "warning", 2: "fatal"}.get(body[0] if body else None, "malformed")
        self.note(f"alert {level} {ALERTS.get(body[1] if len(body) > 1 else None, body)}")

    def hang_up(self):
        """The end of the stream, without close_notify."""
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        return self.drain()
