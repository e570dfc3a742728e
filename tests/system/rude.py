"""What rude servers do with a connection."""
import socket


def flood(peer, bytes):
    try:
        while True:
            peer.send(bytes * (65536 // len(bytes)))
    except OSError:
        pass  # the gateway has had enough


def reset(peer):
    peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    peer.socket.close()


def hold(peer):
    while peer.more():
        peer.buffer = b""
