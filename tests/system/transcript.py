"""Reads the conversations of tests/transcripts, whose README gives the format, and plays them against the program."""
import base64
import pathlib
import re
import ssl
import urllib.parse

import harness
from client_ca import authority
from harness import AuthHttp, Server, free_port

LINES = {"C", "S", "rest", "answer"}  # CRLF is added, and neighbours are one
WORDS = LINES | {"T", "login", "envelope", "end", "result"}
EHLO = "250-upstream\r\n250-XCLIENT NAME ADDR LOGIN\r\n250 AUTH PLAIN LOGIN\r\n"
HERE, UNIT_TEST_CLIENT = "127.0.0.1", "192.0.2.7"


def unescape(text):
    out, at = bytearray(), 0
    raw = text.encode("utf-8", "surrogateescape")
    while at < len(raw):
        if raw[at:at + 1] != b"\\":
            out += raw[at:at + 1]
            at += 1
        elif at + 1 == len(raw):
            return bytes(out)
        elif raw[at + 1:at + 2] == b"x":
            out.append(int(raw[at + 2:at + 4], 16))
            at += 4
        else:
            out += raw[at + 1:at + 2]
            at += 2
    return bytes(out) + b"\r\n"


# <1.0@mail.example.org> and the next ones, or the same in base64: what stands for a challenge.
_written = [f"<{n}.0@mail.example.org>".encode() for n in range(1, 10)]
CHALLENGE = re.compile(b"|".join(re.escape(form) for one in _written for form in (one, base64.b64encode(one))))


def has_challenge(value):
    return CHALLENGE.search(value) is not None


class Transcript:
    def __init__(self, path):
        self.path, self.config, self.enter, self.steps, self.whole_only = path, [], None, [], False
        self.name = str(path.relative_to(harness.SOURCE / "tests/transcripts"))
        for number, line in enumerate(path.read_bytes().decode("utf-8", "surrogateescape").split("\n"), 1):
            line = line.lstrip(" ").rstrip("\n")
            if not line or line.startswith("#"):
                continue
            word, _, value = line.partition(":")
            value = value[1:] if value.startswith(" ") else value
            if word == "config":
                self.config.append(value)
            elif word == "enter":
                self.enter = unescape(value)[:-2].decode("utf-8", "surrogateescape")
            elif word == "pieces":
                assert value == "whole", f"{self.name}:{number}"
                self.whole_only = True
            elif word in WORDS:
                value = unescape(value)
                if word not in LINES:
                    value = value.removesuffix(b"\r\n").decode("utf-8", "surrogateescape")
                if word in LINES and self.steps and self.steps[-1][0] == word:
                    self.steps[-1] = (word, self.steps[-1][1] + value, self.steps[-1][2])
                else:
                    self.steps.append((word, value, number))
            else:
                raise ValueError(f"{self.name}:{number}: not understood: {line}")
        # Over a real connection the bytes behind STARTTLS, sent one at a time, may be met by the handshake instead.
        self.whole_only |= any((word, value) == ("end", "bytes_before_handshake") for word, value, _ in self.steps)

    @property
    def protocol(self):
        return self.path.parent.name

    def has(self, start):
        return any(word == "answer" and value.startswith(start) for word, value, _ in self.steps)

    def server(self, auth_http):
        """The table of [[mail.server]] as TOML text, and the port."""
        port = free_port()
        lines = [self.in_toml(line) for line in self.config]
        set_here = {line.split(" = ")[0] for line in lines}
        more = {"protocol": self.protocol, "listen": f"{HERE}:{port}", "server_name": "mail.example.org",
                "auth_http": auth_http, "max_login_failures": 100}
        if self.enter is None:
            more["proxy_pass_error_message"] = any(
                w == "answer" and v.startswith(b"denied ") and v != b"denied \r\n" for w, v, _ in self.steps)
            if self.protocol == "smtp" and any(w == "login" for w, _, _ in self.steps):
                more["proxy_smtp_auth"] = True
        if "ssl_verify_client" in set_here:
            more["ssl_client_certificate"] = authority().file
        if "proxy_ssl" in set_here:
            more |= {"proxy_ssl_trusted_certificate": harness.certificates().ca, "proxy_ssl_name": "localhost"}
        lines += [f"{k} = {harness.toml(v)}" for k, v in more.items() if k not in set_here]
        return "\n[[mail.server]]\n" + "\n".join(lines) + "\n", port

    @staticmethod
    def in_toml(line):
        # the unit tests count this one in milliseconds
        return re.sub(r"^(smtp_greeting_delay = )(\d+)$", r'\1"\2ms"', line)


def percent_decoded(text):
    return urllib.parse.unquote_to_bytes(text)


class Upstream(Server):
    """A mail server that takes one login a connection and answers it with the next of `answers`; afterwards it keeps what
    it is sent in `rest`."""

    def __init__(self, protocol):
        self.answers, self.rest = [], b""
        super().__init__({"imap": self.imap, "pop3": self.pop3, "smtp": self.smtp}[protocol])

    def answer(self, peer):
        line, goes_on = self.answers.pop(0)
        peer.send(line)
        while goes_on and (peer.buffer or peer.more()):
            self.rest += peer.buffer
            peer.buffer = b""

    def imap(self, peer):
        peer.send("* OK ready\r\n")
        line = peer.line()
        while size := re.search(rb"\{(\d+)\}\r\n$", line):  # a name or a password that cannot be quoted
            peer.send("+ go on\r\n")
            while len(peer.buffer) < int(size.group(1)):
                assert peer.more()
            peer.buffer = peer.buffer[int(size.group(1)):]
            line = peer.line()
        self.answer(peer)

    def pop3(self, peer):
        peer.send("+OK ready\r\n")
        assert peer.line().startswith(b"USER ")
        peer.send("+OK\r\n")
        assert peer.line().startswith(b"PASS ")
        self.answer(peer)

    def smtp(self, peer):
        peer.send("220 upstream ESMTP\r\n")
        while line := peer.line():
            verb = line[:4].upper()
            denied = not self.answers[0][1]  # a denied envelope is one whose sender is refused
            if verb == b"AUTH" or verb == b"RCPT" or (verb == b"MAIL" and denied):
                return self.answer(peer)
            peer.send({b"XCLI": "220 upstream ESMTP\r\n", b"EHLO": EHLO}.get(verb, "250 ok\r\n"))


class Play:
    """One transcript of a client with the gateway, ready to be played against a running program."""

    def __init__(self, script):
        self.script = script
        self.asked, self.answers = [], []
        without = re.compile(rb"EXTERNAL|CRAM-MD5|APOP")  # a password that the upstream could be told
        needed = any(word == "C" and without.search(value) for word, value, _ in script.steps)
        self.password = {"Auth-Pass": "given"} if needed else {}
        self.lookup = AuthHttp(self.look_up)
        self.upstream = Upstream(script.protocol)
        self.closed = free_port()
        self.text, self.port = script.server(self.lookup.url)

    def close(self):
        self.lookup.close()
        self.upstream.close()

    def look_up(self, headers, _):
        if headers.get("Auth-Method") == "none":
            who = " | ".join(headers.get(f"Auth-SMTP-{n}", "") for n in ("Helo", "From", "To")).encode("latin-1")
        else:
            who = percent_decoded(headers["Auth-User"])
            if headers["Auth-Pass"]:
                who += b" " + percent_decoded(headers["Auth-Pass"])
        self.asked.append(who)
        return self.answers.pop(0) if self.answers else None  # None: the script ends here, unanswered

    def prepare(self):
        """Lookup and upstream learn what they will answer, and where, in the order of the script."""
        self.asked.clear()
        self.challenges = []
        self.answers.clear()
        self.upstream.answers.clear()
        self.upstream.rest = b""
        for at, (word, value, _) in enumerate(self.script.steps):
            if word != "answer":
                continue
            kind, _, words = value.rstrip(b"\r\n").partition(b" ")
            found = {"Auth-Status": "OK", "Auth-Server": HERE, "Auth-Port": str(self.upstream.port), **self.password}
            if kind == b"no":
                m = re.fullmatch(rb"(?:\((.*?)\) )?(.*)", words, re.S)
                found = {"Auth-Status": m.group(2).decode("latin-1"), "Auth-Wait": "1"}
                if m.group(1):
                    found["Auth-Error-Code"] = m.group(1).decode("latin-1")
            elif kind == b"unavailable":
                found["Auth-Port"] = str(self.closed)
            elif kind == b"denied":
                # Without words the client hears the gateway's own, and the upstream may say the same.
                line = words + b"\r\n" if words else self.script.steps[at + 1][1].split(b"\r\n")[0] + b"\r\n"
                self.upstream.answers.append((line, False))
            else:
                self.upstream.answers.append((value[len(b"yes "):], True))
            self.answers.append(found)

    def run(self, piece):
        """Plays it, `piece` bytes at a time (0: at once). Answers what was not as written, or "". """
        self.prepare()
        logins = 0
        with harness.Client(self.port) as client:
            for word, value, number in self.script.steps:
                at = f"{self.script.name}:{number}: "
                if word == "C":
                    self.send(client, value, piece)
                elif word == "S" and has_challenge(value):
                    while client.buffer.count(b"\n") < value.count(b"\n") and client.more():
                        pass
                    got, client.buffer = client.buffer, b""
                    if not self.is_fresh(value, got):
                        return at + f"wanted {value!r} with a fresh challenge, got {got!r}"
                elif word == "S":
                    while len(client.buffer) < len(value) and client.more():
                        pass
                    got, client.buffer = client.buffer[:len(value)], client.buffer[len(value):]
                    if got != value:
                        return at + f"wanted {value!r}, got {got + client.buffer!r}"
                elif word == "T":
                    who = value.partition(" ")[2]
                    client.start_tls(authority().context(who) if who else None)
                elif word in ("login", "envelope"):
                    logins += 1
                    wanted = value.encode("utf-8", "surrogateescape")
                    harness.wait_for(at + "the lookup", lambda: len(self.asked) >= logins)
                    if self.asked[logins - 1] != wanted:
                        return at + f"the lookup was asked for {self.asked[logins - 1]!r}"
                elif word == "rest":
                    harness.wait_for(at + "the rest", lambda: len(self.upstream.rest) >= len(value))
                    if self.upstream.rest != value:
                        return at + f"the upstream got {self.upstream.rest!r}"
                elif word == "end" and value != "closed":
                    rest = client.rest()
                    if rest:
                        return at + f"said before it closed: {rest!r}"
        if len(self.asked) != logins:
            return f"{self.script.name}: asked the lookup {len(self.asked)} times, not {logins}"
        return "".join(f"{self.script.name}: {p!r}" for p in self.lookup.problems + self.upstream.problems)

    def is_fresh(self, wanted, got):
        """Whether that was said, with a challenge in place of each that is written, and none of them ever heard before."""
        parts = CHALLENGE.split(wanted)
        match = re.fullmatch(rb"(<[^ ]+>|[A-Za-z0-9+/=]+)".join(map(re.escape, parts)), got, re.S)
        for one in match.groups() if match else ():
            text = one if one.startswith(b"<") else base64.b64decode(one, validate=True)
            if not re.fullmatch(rb"<[0-9]{20,}\.[0-9]{10}@mail\.example\.org>", text) or text in self.challenges:
                return False
            self.challenges.append(text)
        return bool(match)

    @staticmethod
    def send(client, value, piece):
        try:
            for at in range(0, len(value), piece or len(value)):
                client.send(value[at:at + (piece or len(value))])
        except OSError:
            pass  # the gateway may leave before it has heard everything: what it said is compared next


INTERNAL = {"imap": "* BAD internal server error", "pop3": "-ERR internal server error",
            "smtp": "451 4.3.2 Internal server error"}


def beginning(script):
    """What the client says so that the gateway logs in upstream; for SMTP by the first word of the file's name."""
    user, _, password = (script.enter or "alice secret").partition(" ")
    if script.protocol == "imap":
        return [f"a1 LOGIN {{{len(user)}+}}\r\n{user} {{{len(password)}+}}\r\n{password}"]
    said = "AUTH PLAIN " + base64.b64encode(f"\0{user}\0{password}".encode("utf-8", "surrogateescape")).decode()
    hello, mail = "HELO client.example.org", "MAIL FROM:<alice@example.org>"
    if script.protocol == "pop3":
        return [said]
    return {"login": [hello.replace("HELO", "EHLO"), said], "silent": [said],
            "envelope": [hello.replace("HELO", "EHLO"), mail + " SIZE=100", "RCPT TO:<bob@example.org>"],
            "helo": [hello, mail, "RCPT TO:<bob@example.org>"]}[re.split("[-.]", script.path.name)[0]]


class UpstreamPlay:
    """One transcript of the gateway's login at a mail server: `S:` is that server, `C:` is the gateway."""

    def __init__(self, script):
        self.script, self.wrong = script, ""
        self.upstream = Server(self.talk)
        self.lookup = AuthHttp(lambda *_: {"Auth-Status": "OK", "Auth-Server": HERE, "Auth-Port": str(self.upstream.port)})
        self.text, self.port = script.server(self.lookup.url)
        self.begin = beginning(script)

    def close(self):
        self.lookup.close()
        self.upstream.close()

    def talk(self, peer):
        for word, value, number in self.script.steps:
            at = f"{self.script.name}:{number}: "
            if word == "S":
                peer.send(value)
            elif word == "T":
                pem = harness.certificates().folder
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(pem / "ecdsa.pem", pem / "ecdsa-key.pem")
                peer.socket = context.wrap_socket(peer.socket, server_side=True)
            elif word == "C":
                value = value.replace(UNIT_TEST_CLIENT.encode(), HERE.encode())
                while len(peer.buffer) < len(value) and peer.more():
                    pass
                got, peer.buffer = peer.buffer[:len(value)], peer.buffer[len(value):]
                if got != value:
                    self.wrong = at + f"the gateway should say {value!r}, and said {got + peer.buffer!r}"
                    return
        result = self.script.steps[-1]
        if result[:2] == ("result", "closed"):
            return
        peer.more()  # until the gateway leaves, or the client does

    def run(self):
        """Answers what was not as written, or ""."""
        with harness.Client(self.port) as client:
            client.reply()
            for line in self.begin[:-1]:
                client.reply(line)
            said = client.reply(self.begin[-1])
            wrong = self.judge(said, client)
        return self.wrong or wrong

    def judge(self, said, client):
        kind, value, number = self.script.steps[-1]
        at = f"{self.script.name}:{number}: "
        assert kind == "result", at
        outcome, _, words = value.partition(" ")
        by_login = self.script.protocol == "smtp" and any("AUTH" in line for line in self.begin)
        if outcome == "accepted":
            wanted = ["235 2.0.0 OK"] if by_login else words.split(" | ")
            while len(said) < len(wanted):
                said.append(client.line().decode("utf-8", "surrogateescape").rstrip("\r\n"))
            return "" if said == wanted else at + f"the client was told {said!r}"
        if outcome == "denied":
            no = {"imap": "a1 NO ", "pop3": "-ERR ", "smtp": "5"}[self.script.protocol]
            return "" if said[0].startswith(no) and said[0] != INTERNAL[self.script.protocol] else at + f"told {said!r}"
        if outcome == "deferred":
            no = {"imap": "a1 NO [UNAVAILABLE]", "pop3": "-ERR [SYS/TEMP]", "smtp": "45"}[self.script.protocol]
            return "" if said[0].startswith(no) and said[0] != INTERNAL[self.script.protocol] else at + f"told {said!r}"
        rest = client.rest()
        return "" if (said, rest) == ([INTERNAL[self.script.protocol]], b"") else at + f"the client was told {said!r} {rest!r}"


def all_in(folder):
    found = sorted((harness.SOURCE / "tests/transcripts" / folder).glob("*.txt"))
    assert found, f"no transcripts in {folder}"
    return [Transcript(path) for path in found]
