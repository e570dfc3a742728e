"""Messages for the tests, each with a mark of its own to be found by."""
import hashlib
import random
import re
import uuid


def message(body=None, to="demo@example.org"):
    """(mark, message as bytes with CRLF). The body holds what careless relays spoil: dots, long lines, 8-bit bytes."""
    mark = "mark-" + uuid.uuid4().hex
    lines = body or b"\r\n".join([b".", b"..two dots", b".one dot", b"From the start of a line", b"x" * 900,
                                  "Grüße, 世界".encode(), b"a1 OK not the end", b"+OK neither", b"last line"]) + b"\r\n"
    head = (f"From: Sender <sender@example.org>\r\nTo: <{to}>\r\nSubject: {mark}\r\nMessage-ID: <{mark}@example.org>\r\n"
            "Date: Sun, 22 Nov 2026 12:00:00 +0000\r\nMIME-Version: 1.0\r\n"
            "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n")
    return mark, head.encode() + lines


def big_body(megabytes=20):
    """Lines of hard to compress text, as large as asked for."""
    source = random.Random(2026)
    block = b"".join(b"%076x\r\n" % source.getrandbits(304) for _ in range(1024))
    return block * (megabytes * 1024 * 1024 // len(block) + 1)


def digest(raw):
    """A checksum of a message's body that line ends do not change."""
    body = re.split(rb"\r?\n\r?\n", raw, maxsplit=1)[1]
    return hashlib.sha256(body.replace(b"\r\n", b"\n")).hexdigest()
