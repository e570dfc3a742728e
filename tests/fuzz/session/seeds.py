#!/usr/bin/env python3
"""seeds.py FOLDER: writes each conversation of tests/transcripts there as an input of fuzz_session (script.hpp)."""
import base64
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "system"))
import harness
from transcript import Transcript

GREETING = {"imap": b"* OK hi\r\n", "pop3": b"+OK hi\r\n", "smtp": b"220 mx ESMTP\r\n"}
EHLO = b"250-mx\r\n250-STARTTLS\r\n250-XCLIENT NAME ADDR PROTO HELO LOGIN\r\n250 AUTH PLAIN LOGIN\r\n"
BEFORE_LAST = {"imap": [b"+ \r\n", b"+ \r\n"], "pop3": [b"+OK\r\n"], "smtp": [EHLO, b"220 mx\r\n", EHLO]}
LOGIN = {"imap": b"a1 LOGIN alice secret\r\n", "pop3": b"USER alice\r\nPASS secret\r\n",
         "smtp": b"EHLO client.example.org\r\nAUTH PLAIN " + base64.b64encode(b"\0alice\0secret") + b"\r\n"}
ENVELOPE = b"MAIL FROM:<alice@example.org>\r\nRCPT TO:<bob@example.org>\r\n"
HELLO = {"envelope": b"EHLO client.example.org\r\n", "helo": b"HELO client.example.org\r\n", "silent": b""}
ROUTE = b"Auth-Status: OK\r\nAuth-Server: 192.0.2.9\r\nAuth-Port: 143\r\n"
LAST = {"imap": b"a1 OK in\r\n", "pop3": b"+OK in\r\n", "smtp": EHLO}
METHODS = {"plain": 1, "login": 2, "none": 4, "external": 8, "cram-md5": 16, "apop": 32}
BUFFERS = {1024: 0, 256: 1, 512: 2, 4096: 3}


def dials(script):
    """The bytes of read_settings() and read_script(), in their order."""
    said = {name: value.strip('"') for name, _, value in (line.partition(" = ") for line in script.config)}
    on = lambda name: said.get(name, "off") in ("on", "true")
    auth = said.get(f"{script.protocol}_auth", '["plain", "login"]' if script.protocol == "smtp" else '["plain"]')
    commands = {1: 1, 2: 2}.get(int(said.get("max_commands", 100)), 3 if "max_commands" in said else 0)
    numbers = [
        ["imap", "pop3", "smtp"].index(script.protocol), ["off", "on", "only"].index(said.get("starttls", "off")),
        sum(bit for word, bit in METHODS.items() if f'"{word}"' in auth),
        BUFFERS.get(int(said.get(f"{script.protocol}_client_buffer", 1024)), 1), 0,
        (int(said.get("max_errors", 4)) - 1) % 4, commands, 2,
        any(value.startswith(b"denied ") for word, value, _ in script.steps if word == "answer"),
        said.get("xclient", "on") == "off", on("proxy_smtp_auth"),
        ["off", "on", "starttls"].index(said.get("proxy_ssl", "off")), "smtp_greeting_delay" in said,
        ["off", "on", "optional", "optional_no_ca"].index(said.get("ssl_verify_client", "off")), 0, 0,
        next((3 if "stranger" in value else 1 for word, value, _ in script.steps
              if word == "T" and value != "handshake"), 0),
        2 if any(word == "T" and "stranger" in value for word, value, _ in script.steps) else 0,
        0, 0, 0, 0, 0, 0, 1, 6, 0]
    return bytes(ord("0") + int(n) for n in numbers)


def upstream(protocol, last):
    flights = [GREETING[protocol]] + BEFORE_LAST[protocol] + [last]
    return b"".join(b"\xf5" + (b"U" if i else b"V") + flight for i, flight in enumerate(flights))


def answer(protocol, value):
    word, _, words = value.partition(b" ")
    if word == b"unavailable":
        return b"\xf5L"
    if word == b"no":
        code, wait = b"", b"\r\nAuth-Wait: 3\r\n"
        if words.startswith(b"("):
            code, _, words = words[1:].partition(b") ")
            code = b"Auth-Error-Code: " + code + b"\r\n"
        return b"\xf5LAuth-Status: " + words.strip() + wait + code
    return b"\xf5L" + ROUTE + b"Auth-Pass: of-the-lookup\r\n" + upstream(protocol, words)


def of_client(script):
    out = b""
    for word, value, _ in script.steps:
        if word == "C":
            out += b"\xf5C" + value
        elif word == "answer":
            out += answer(script.protocol, value)
    return out


def of_upstream(script):
    name = script.path.name.split("-")[0]
    words = (HELLO[name] if name in HELLO and script.protocol == "smtp" else b"")
    words += ENVELOPE if "none" in "".join(script.config) else LOGIN[script.protocol]
    flights = [value for word, value, _ in script.steps if word == "S"]
    return b"\xf5C" + words + b"\xf5L" + ROUTE + b"".join(
        b"\xf5" + (b"U" if i else b"V") + flight for i, flight in enumerate(flights))


def of_hostile_lookup(protocol):
    """A lookup that changes name and password into what no command may hold."""
    more = b"Auth-User: a\rlice\x01 b\r\nAuth-Pass: of-the-\0lookup\r\r\n"
    return b"\xf5C" + LOGIN[protocol] + b"\xf5L" + ROUTE + more + upstream(protocol, LAST[protocol])


def of_upstream_that_repeats(protocol):
    """An upstream that says what it did not like."""
    words = {"imap": b"a1 NO not alice secret\r\n", "pop3": b"-ERR what is PASS secret?\r\n",
             "smtp": b"535 what is AUTH PLAIN " + base64.b64encode(b"\0alice\0secret") + b"?\r\n"}
    return b"\xf5C" + LOGIN[protocol] + b"\xf5L" + ROUTE + upstream(protocol, words[protocol])


def main():
    into = pathlib.Path(sys.argv[1])
    into.mkdir(parents=True, exist_ok=True)
    for number, protocol in enumerate(LAST):
        (into / f"{protocol}-hostile-lookup.seed").write_bytes(b"%d03" % number + of_hostile_lookup(protocol))
        (into / f"{protocol}-upstream-repeats.seed").write_bytes(
            b"%d0300000010100" % number + of_upstream_that_repeats(protocol))
    for path in sorted((harness.SOURCE / "tests/transcripts").rglob("*.txt")):
        script = Transcript(path)
        body = of_upstream(script) if "upstream" in path.parts else of_client(script)
        (into / ("-".join(path.parts[-3:]) if "upstream" in path.parts else "-".join(path.parts[-2:]))).with_suffix(
            ".seed").write_bytes(dials(script) + body)


main()
