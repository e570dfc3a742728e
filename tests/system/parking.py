"""Thousands of sessions at once, at little cost for the test: an upstream of one process, and clients that wait."""
import os
import resource
import selectors
import signal
import socket
import ssl

import harness

def many_descriptors(wanted=20000):
    """Raises this process's limit, which what it starts inherits."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))
    if most < 12000:
        raise AssertionError(f"this test needs 12000 descriptors: raise the hard limit of {hard} (ulimit -Hn)")


class Backend:
    """An IMAP server that lets everybody in and says OK to everything, in a process of its own."""

    def __enter__(self):
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=4096)
        self.address = f"127.0.0.1:{self.socket.getsockname()[1]}"
        self.process = os.fork()
        if self.process == 0:
            try:
                self.serve()
            finally:
                os._exit(1)
        self.socket.close()
        return self

    def __exit__(self, *_):
        os.kill(self.process, signal.SIGKILL)
        os.waitpid(self.process, 0)

    def serve(self):
        wait = selectors.DefaultSelector()
        self.socket.setblocking(False)
        wait.register(self.socket, selectors.EVENT_READ, None)
        while True:
            for key, _ in wait.select():
                if key.data is None:
                    self.greet(wait)
                elif not self.answer(key.fileobj, key.data):
                    wait.unregister(key.fileobj)
                    key.fileobj.close()

    def greet(self, wait):
        try:
            peer, _ = self.socket.accept()
        except BlockingIOError:
            return
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        peer.sendall(b"* OK ready\r\n")
        wait.register(peer, selectors.EVENT_READ, bytearray())

    @staticmethod
    def answer(peer, state):
        try:
            got = peer.recv(65536)
        except OSError:
            return False
        state += got
        while (end := state.find(b"\n") + 1) > 0:
            line = bytes(state[:end]).rstrip(b"\r\n")
            del state[:end]
            if line.endswith(b"}"):
                peer.sendall(b"+ OK\r\n")
            elif b" " in line and not line.startswith(b"d"):
                peer.sendall(line.split(b" ")[0] + b" OK done\r\n")
            elif line.endswith(b"secret"):  # the last literal of a LOGIN
                peer.sendall(b"a OK in\r\n")
        return bool(got)


def parked(gateway, name, context):
    """A session that is logged in and waits. Without a buffer of its own, since there are thousands."""
    with_tls = context.wrap_socket(socket.create_connection(("127.0.0.1", gateway.port[name]), harness.DEADLINE),
                                   server_hostname="localhost")
    with_tls.recv(4096)
    with_tls.sendall(b"a LOGIN demo secret\r\n")
    said = with_tls.recv(4096)
    assert said.startswith(b"a OK"), said
    return with_tls


def first_flight(context):
    """A ClientHello, and the engine that would go on."""
    into, out = ssl.MemoryBIO(), ssl.MemoryBIO()
    engine = context.wrap_bio(into, out, server_hostname="localhost")
    try:
        engine.do_handshake()
    except ssl.SSLWantReadError:
        pass
    return out.read()
