"""What comes instead of a ClientHello, or as one that is broken, in pieces, or far too much."""
import tls_keys
from suite import script
from tls_hello import ALERT, APPLICATION, CHANGE_CIPHER_SPEC, HANDSHAKE, alert, message, record, u24, v16, v8


def says(name, data):
    """One script: bytes instead of a hello, then the end of the stream."""
    @script(f"hostile/{name}")
    def play(peer):
        it = peer.connect()
        it.send(data)
        it.hang_up()


says("nothing", b"")
says("plain IMAP", b"a LOGIN user secret\r\n")
says("plain IMAP without an end", b"a LOGIN user secret")
says("plain HTTP", b"GET / HTTP/1.0\r\n\r\n")
says("plain SMTP", b"EHLO me\r\n")
says("one letter", b"a")
says("a blank line", b"\r\n")
says("SSH", b"SSH-2.0-OpenSSH_9.2\r\n")
says("a PROXY header", b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n")
says("a PROXY header in binary", b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c" + bytes(12))
says("zeros", bytes(100))
says("high bytes", b"\xff" * 100)
says("half a record header", b"\x16\3\1")
says("a record header alone", record(HANDSHAKE, bytes(200))[:5])
says("an empty record", record(HANDSHAKE, b""))
says("a hundred empty records", record(HANDSHAKE, b"") * 100)
says("a record of 2^14 + 1 bytes", record(HANDSHAKE, message(1, bytes(16381))))
says("a record of 65535 bytes", record(HANDSHAKE, bytes(65535)))
says("a record of an unknown type", record(99, b"hello"))
says("a record of another major version", record(HANDSHAKE, message(1, bytes(100)), version=0x0403))
says("an alert", alert(2, 40))
says("a goodbye", alert(1, 0))
says("an alert cut off", record(ALERT, b"\2"))
says("ChangeCipherSpec", record(CHANGE_CIPHER_SPEC, b"\1"))
says("text in a record", record(APPLICATION, b"a LOGIN user secret\r\n"))
says("a heartbeat", record(24, b"\1\x40\0" + bytes(19)))
says("another message than a hello", record(HANDSHAKE, message(16, bytes(33))))
says("a message of 64 KB and more announced", record(HANDSHAKE, b"\1" + u24(70000) + bytes(16000)))
says("a message of 16 MB announced", record(HANDSHAKE, b"\1\xff\xff\xff" + bytes(16000)))


def hello(name, change, ends=False, **parts):
    """Scripts that change the bytes of a good hello's message. `ends`: the client hangs up behind it."""
    for version in ("TLSv1.2", "TLSv1.3"):
        @script(f"hello/{version}, {name}")
        def play(peer, version=version):
            it = peer.connect()
            whole = it.prepare(versions=[version], **parts).message()
            data = change(whole)
            it.transcript = whole
            it.send(data)
            if ends:
                return it.hang_up()
            if it.answer() and it.version:
                it.finish().hear().goodbye()
            it.hang_up()


def records(message_bytes, size):
    return b"".join(record(HANDSHAKE, message_bytes[n:n + size], 0x0301) for n in range(0, len(message_bytes), size))


def body(change):
    return lambda m: record(HANDSHAKE, message(1, change(m[4:])))


hello("in records of one byte", lambda m: records(m, 1))
hello("in records of 64 bytes", lambda m: records(m, 64))
hello("with an empty record between", lambda m: record(HANDSHAKE, m[:50]) + record(HANDSHAKE, b"") + record(HANDSHAKE, m[50:]))
hello("with an alert between", lambda m: record(HANDSHAKE, m[:50]) + alert(1, 90) + record(HANDSHAKE, m[50:]))
hello("in records of two versions", lambda m: record(HANDSHAKE, m[:50], 0x0301) + record(HANDSHAKE, m[50:], 0x0303))
hello("twice in one record", lambda m: record(HANDSHAKE, m + m))
hello("with bytes behind it in its record", lambda m: record(HANDSHAKE, m + b"abc"))
hello("its length one too large", lambda m: record(HANDSHAKE, m[:1] + u24(len(m) - 3) + m[4:]), ends=True)
hello("its length one too small", lambda m: record(HANDSHAKE, m[:1] + u24(len(m) - 5) + m[4:]))
hello("empty", lambda m: record(HANDSHAKE, message(1, b"")))
hello("cut off behind its version", body(lambda b: b[:2]))
hello("cut off in its random", body(lambda b: b[:20]))
hello("cut off in its suites", body(lambda b: b[:70 if b[34] else 38]))
hello("cut off in its extensions", body(lambda b: b[:-3]))
hello("a byte behind its extensions", body(lambda b: b + b"\0"))
hello("a session id of 33 bytes", body(lambda b: b[:34] + v8(bytes(33)) + b[35 + b[34]:]))
hello("a session id of 255 bytes", body(lambda b: b[:34] + v8(bytes(255)) + b[35 + b[34]:]))
hello("an odd length of suites", body(lambda b: b[:35 + b[34]] + v16(b"\x13\1\xc0") + b"\1\0"))
hello("no compression at all", lambda m: record(HANDSHAKE, m), compression=b"")
hello("compression wanted", lambda m: record(HANDSHAKE, m), compression=b"\1\0")
hello("compression alone", lambda m: record(HANDSHAKE, m), compression=b"\1")
hello("a session id of its own", lambda m: record(HANDSHAKE, m), session_id=b"x" * 20)
hello("50 KB of it", lambda m: records(m, 16384), more={0x7777: bytes(50000)})


@script("hello/byte by byte")
def byte_by_byte(peer):
    it = peer.connect()
    said = it.prepare(versions=["TLSv1.3"])
    it.transcript = said.message()
    it.trickle(said.record())
    it.answer()
    it.finish().hear().goodbye()


@script("hello/the second one of TLSv1.3")
def second(peer):
    """A retry as it should be: the same hello with the key share that was asked for."""
    it = peer.connect()
    first = it.prepare(versions=["TLSv1.3"], groups=["secp521r1", "secp384r1"], keys={})
    it.transcript = first.message()
    it.send(first.record())
    it.answer()
    again = it.prepare(versions=["TLSv1.3"], groups=["secp521r1", "secp384r1"], random=first.random,
                       keys={"secp384r1": tls_keys.public_bytes("secp384r1")}, session_id=first.session_id)
    it.transcript += again.message()
    it.send(again.record(0x0303))
    it.answer()
    it.finish().hear().goodbye()


@script("hello/the second one of TLSv1.3 without the key share")
def second_without(peer):
    it = peer.connect()
    first = it.prepare(versions=["TLSv1.3"], groups=["secp384r1"], keys={})
    it.send(first.record())
    it.answer()
    it.send(first.record(0x0303))
    it.hang_up()


@script("hello/the second one of TLSv1.3 wants TLSv1.2")
def second_older(peer):
    it = peer.connect()
    first = it.prepare(versions=["TLSv1.3"], groups=["secp384r1"], keys={})
    it.send(first.record())
    it.answer()
    it.send(it.prepare(versions=["TLSv1.2"]).record(0x0303))
    it.hang_up()
