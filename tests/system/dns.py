"""A DNS server of the tests on loopback, over UDP and TCP, that answers whatever a test wants: also what no server would."""
import contextlib
import ipaddress
import socket
import struct
import threading

A, CNAME, PTR, AAAA = 1, 5, 12, 28
NXDOMAIN, SERVFAIL, REFUSED = 3, 2, 5


def wire(labels):
    """A name's bytes: a string, or a list of labels of any bytes."""
    if isinstance(labels, str):
        labels = [part.encode() for part in labels.split(".") if part]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def record(owner, kind, data, ttl=60):
    return wire(owner) + struct.pack("!HHIH", kind, 1, ttl, len(data)) + data


class Query:
    def __init__(self, packet, transport):
        self.transport = transport
        self.id, _, _, _, _, _ = struct.unpack("!6H", packet[:12])
        labels, at = [], 12
        while packet[at]:
            labels.append(packet[at + 1:at + 1 + packet[at]])
            at += 1 + packet[at]
        self.name = b".".join(labels).decode("latin-1").lower()
        self.question = packet[12:at + 5]
        self.kind = struct.unpack("!H", packet[at + 1:at + 3])[0]

    def reply(self, *records, code=0, truncated=False, id=None, question=None, count=None):
        flags = 0x8180 | code | (0x0200 if truncated else 0)
        count = len(records) if count is None else count
        head = struct.pack("!6H", self.id if id is None else id, flags, 1, count, 0, 0)
        return head + (self.question if question is None else question) + b"".join(records)

    def name_is(self, name, ttl=60):
        return self.reply(record(self.name, PTR, wire(name), ttl))

    def has(self, *addresses, ttl=60):
        wanted = [ipaddress.ip_address(a) for a in addresses]
        return self.reply(*(record(self.name, AAAA if a.version == 6 else A, a.packed, ttl) for a in wanted))


def address_of(name):
    """The address that a reverse name is about, or None."""
    parts = name.split(".")
    if name.endswith(".in-addr.arpa"):
        return ".".join(reversed(parts[:4]))
    if name.endswith(".ip6.arpa"):
        return str(ipaddress.ip_address(int("".join(reversed(parts[:32])), 16)))
    return None


class Dns:
    """`answer(query)` gives one packet, a list of them (over TCP in one stream), or None for silence. `asked` has
    (name, kind, transport) of each question."""

    def __init__(self, answer, host="127.0.0.1"):
        self.answer, self.asked, self.problems = answer, [], []
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        for _ in range(20):
            self.tcp = socket.create_server((host, 0), family=family)
            self.port = self.tcp.getsockname()[1]
            self.udp = socket.socket(family, socket.SOCK_DGRAM)
            with contextlib.suppress(OSError):
                self.udp.bind((host, self.port))
                break
            self.tcp.close()
        self.address = f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"

    def __enter__(self):
        threading.Thread(target=self.serve_udp, daemon=True).start()
        threading.Thread(target=self.serve_tcp, daemon=True).start()
        return self

    def __exit__(self, *_):
        for one in (self.udp, self.tcp):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def packets(self, bytes_, transport):
        query = Query(bytes_, transport)
        self.asked.append((query.name, query.kind, transport))
        try:
            said = self.answer(query)
        except Exception as why:  # for the test to see
            self.problems.append(why)
            return []
        return [] if said is None else said if isinstance(said, list) else [said]

    def serve_udp(self):
        while True:
            try:
                got, peer = self.udp.recvfrom(4096)
                if not got:  # closed
                    return
                for packet in self.packets(got, "udp"):
                    self.udp.sendto(packet, peer)
            except OSError:
                return

    def serve_tcp(self):
        while True:
            try:
                connection, _ = self.tcp.accept()
            except OSError:
                return
            threading.Thread(target=self.serve_connection, args=(connection,), daemon=True).start()

    def serve_connection(self, connection):
        connection.settimeout(30)
        with connection, contextlib.suppress(OSError):
            while head := connection.recv(2, socket.MSG_WAITALL):
                got = connection.recv(int.from_bytes(head, "big"), socket.MSG_WAITALL)
                said = self.packets(got, "tcp")
                for packet in said:
                    connection.sendall(len(packet).to_bytes(2, "big") + packet)
                if not said:
                    return
