"""The scripts of tests/nginx, whose README gives the format: read, played against a server, and written anew."""
import base64
import contextlib
import difflib
import hashlib
import hmac
import pathlib
import re
import time

import harness
from client_ca import authority
from harness import AuthHttp, Server
from transcript import unescape

WHO = ("nginx", "postern")
QUIET = 0.4  # seconds without a byte, when a script is recorded and nobody knows what is to come
CONFIG, PLAYED = ("server", "listen", "answer", "upstream"), ("C", "cram", "apop", "tls", "pause", "quiet")
CHALLENGE = rb"<\d+\.\d+@gw>"


def escape(line):
    """A line of the wire as text; one without its CRLF ends in a backslash, as in transcripts."""
    whole = line.endswith(b"\r\n")
    text = "".join(chr(c) if 32 <= c < 127 and c != 92 else "\\\\" if c == 92 else f"\\x{c:02x}"
                   for c in (line[:-2] if whole else line))
    text = re.sub(r" $", r"\\x20", text)
    return text if whole else text + "\\"


def lines_of(data):
    return [escape(line) for line in re.findall(rb"[^\n]*\n|[^\n]+$", data)]


def normal(data, found=None):
    """Without what is another one each time: challenges, which are added to `found`."""
    found = [] if found is None else found
    def in_base64(m):
        try:
            plain = base64.b64decode(m.group())
        except ValueError:
            return m.group()
        if not re.fullmatch(CHALLENGE, plain):
            return m.group()
        found.append(plain)
        return b"<challenge in base64>"
    found += re.findall(CHALLENGE, data)
    return re.sub(rb"PD[A-Za-z0-9+/]{10,}={0,2}", in_base64, re.sub(CHALLENGE, b"<challenge>", data))


def proof(word, password, challenge):
    """The digest by which somebody shows to know the password."""
    if word == "cram":
        return hmac.new(password.encode(), challenge, "md5").hexdigest()
    return hashlib.md5(challenge + password.encode()).hexdigest()


class Script:
    """`config`: its lines by word; `steps`: what is done, each with what is heard then; `told`: what service and upstream
    are told. What is heard or told is a list of (who or None, line), with the reason of each difference in `why`."""

    def __init__(self, path):
        self.path, self.protocol = path, path.parent.name
        self.name = f"{self.protocol}/{path.stem}"
        self.title, self.config, self.steps, self.told, self.why = [], {w: [] for w in CONFIG}, [], {}, {}
        self.steps.append(("begin", "", []))
        for number, line in enumerate(path.read_text().splitlines(), 1):
            self.take(line.strip(), f"{self.name}:{number}")

    def take(self, line, where):
        word, _, value = line.partition(":")
        value = value.removeprefix(" ")
        kind, _, who = word.partition(" ")
        place = self.steps[-1][2] if not self.told else list(self.told.values())[-1]
        if not line:
            return
        if line.startswith("#"):
            self.title.append(line)
        elif word in CONFIG:
            self.config[word].append(value)
        elif word in PLAYED:
            self.steps.append((word, value, []))
        elif kind in ("S", "end") and who in ("", *WHO):
            place.append((who or None, value if kind == "S" else "end"))
        elif kind in ("auth", "told") and who in ("", *WHO):
            self.told.setdefault(kind, []).append((who or None, value))
        elif word == "why":
            self.why[self.difference(place)] = value
        else:
            raise ValueError(f"{where}: not understood: {line}")

    @staticmethod
    def difference(place):
        """The last lines that are not for both."""
        last = []
        for who, line in reversed(place):
            if who is None:
                break
            last.insert(0, (who, line))
        return tuple(last)

    def proofs(self, challenge):
        """What the client may have proved to know, as arguments of proof()."""
        return [(word, (value.rpartition(" ")[2], challenge)) for word, value, _ in self.steps if word in ("cram", "apop")]

    def unexplained(self):
        for place in [heard for _, _, heard in self.steps] + list(self.told.values()):
            for at in range(len(place)):
                if place[at][0] and (at + 1 == len(place) or place[at + 1][0] is None):
                    block = self.difference(place[:at + 1])
                    if len(self.why.get(block, "?")) < 5:
                        yield block

    def expected(self, place, who):
        return [line for whose, line in place if whose in (None, who)]

    def server(self, ports, lookup):
        """The server block of nginx.conf."""
        listen = [word.replace("PORT", str(port)) for word, port in zip(self.config["listen"] or ["127.0.0.1:PORT"], ports)]
        lines = [f"listen {l};" for l in listen] + ["server_name gw;", f"protocol {self.protocol};", f"auth_http {lookup.address}/auth;"]
        lines += [re.sub(r"\bCLIENT_CA\b", lambda _: str(authority().file), line) for line in self.config["server"]]
        return "server {\n" + "".join(f"    {line}\n" for line in lines) + "}\n"

    def write(self, traces):
        """The file with what both were seen to say."""
        out = list(self.title)
        for word in CONFIG:
            out += [f"{word}: {value}" for value in self.config[word]]
        for n, (word, value, _) in enumerate(self.steps):
            if word != "begin":
                out.append(f"{word}: {value}".rstrip() if value else word + ":")
            out += self.merged("S", [trace.heard[n] for trace in traces])
        for kind in ("auth", "told"):
            out += self.merged(kind, [trace.told[kind] for trace in traces])
        self.path.write_text("\n".join(out) + "\n")

    def merged(self, kind, pair):
        out = []
        for tag, a0, a1, b0, b1 in difflib.SequenceMatcher(None, *pair, autojunk=False).get_opcodes():
            show = lambda line, who: ("end" if line == "end" else kind) + who + ("" if line == "end" else f": {line}".rstrip())
            if tag == "equal":
                out += [show(line, "") + (":" if line == "end" else "") for line in pair[0][a0:a1]]
                continue
            block = [(WHO[0], line) for line in pair[0][a0:a1]] + [(WHO[1], line) for line in pair[1][b0:b1]]
            out += [show(line, " " + who) + (":" if line == "end" else "") for who, line in block]
            out.append("why: " + self.why.get(tuple(block), "?"))
        return out


class Lookup(AuthHttp):
    """Answers as the script says: "yes", "no TEXT", "no(SECONDS) TEXT", "silent", or headers with ";" between them."""

    def __init__(self, script, upstream):
        self.script, self.upstream = script, upstream
        super().__init__(self.reply)

    def reply(self, _, number):
        answers = self.script.config["answer"] or ["yes"]
        words = answers[min(number, len(answers)) - 1]
        if words == "silent":
            return None
        found = {"Auth-Status": "OK", "Auth-Server": "127.0.0.1", "Auth-Port": str(self.upstream.port)}
        if m := re.fullmatch(r"no(?:\((\d+)\))? ?(.*)", words):
            found = {"Auth-Status": m.group(2)} | ({"Auth-Wait": m.group(1)} if m.group(1) else {})
        elif words != "yes":
            more = dict(part.strip().split(": ", 1) for part in words.removeprefix("yes ").split(";"))
            found = found | more if words.startswith("yes ") else more
        # nginx ends a response at the empty line, whatever its length is said to be
        return ("HTTP/1.0 200 OK\r\n" + "".join(f"{k}: {v}\r\n" for k, v in found.items()) + "\r\n").encode()

    def told(self):
        """Every request as lines. The version of HTTP is left out, since nginx speaks 1.0 and postern keeps connections; and so
        are which suite of TLS a library likes best, and the numbers of certificates, made for this run."""
        out = []
        for line, headers in list(self.requests):
            out.append(line.rpartition(" ")[0])
            salt = dict(headers).get("Auth-Salt", "").encode("latin-1")
            known = {proof(word, *said): f"<{word} of {said[0]}>" for word, said in self.script.proofs(salt)}
            out += [f"{k}: {known.get(v, v) if k == 'Auth-Pass' else v}" for k, v in headers if k != "Connection"]
        text = [re.sub(r"(?<=^Auth-SSL-Cipher: )[\w-]+$", "<suite>", line) for line in out]
        text = [re.sub(r"(?<=^Auth-SSL-)(Serial|Fingerprint): [0-9A-Fa-f]+$", r"\1: <number>", line) for line in text]
        return [escape(normal(line.encode("latin-1")) + b"\r\n") for line in text]


class Upstream(Server):
    """Lets everybody in, or says what the script has after `upstream:`. In .told are its lines; a LOGIN of IMAP is told as its
    words, since nginx always sends literals."""

    def __init__(self, script):
        self.told, self.script = [], script
        super().__init__({"imap": self.imap, "pop3": self.pop3, "smtp": self.smtp}[script.protocol])

    def note(self, line):
        if line:
            self.told.append(escape(re.sub(rb"(?<= PORT=)\d+", b"<port>", line)))
        return line

    def said(self, word, otherwise):
        """What it says at that point."""
        for line in self.script.config["upstream"]:
            if line == word:
                return b""
            if line.startswith(word + " "):
                return b"".join(unescape(part) for part in line.removeprefix(word + " ").split("|"))
        return otherwise

    def rest(self, peer):
        peer.send(self.said("then", b""))
        with contextlib.suppress(OSError):  # the gateway has left
            for line in self.said("slowly", b"").splitlines(keepends=True):
                time.sleep(3)
                peer.send(line)
        while peer.buffer or peer.more():
            self.note(peer.line())
        self.note(b"(end)\r\n")

    def imap(self, peer):
        peer.send(self.said("greeting", b"* OK hi\r\n"))
        line, words = peer.line(), []
        while size := re.search(rb"\{(\d+)\}\r\n$", line):
            peer.send("+ go on\r\n")
            while len(peer.buffer) < int(size.group(1)) and peer.more():
                pass
            words += line[:size.start()].split() + [peer.buffer[:int(size.group(1))]]
            peer.buffer = peer.buffer[int(size.group(1)):]
            line = peer.line()
        words += [re.sub(rb"\\(.)", rb"\1", quoted) or word for quoted, word in re.findall(rb'"((?:[^"\\]|\\.)*)"|(\S+)', line)]
        if not words:
            return
        self.note(b" ".join(words) + b"\r\n")
        peer.send(self.said("login", b"TAG OK in\r\n").replace(b"TAG", words[0]))
        self.rest(peer)

    def pop3(self, peer):
        peer.send(self.said("greeting", b"+OK hi\r\n"))
        for word in ("user", "pass"):
            if not self.note(peer.line()):
                return
            peer.send(self.said(word, b"+OK\r\n"))
        self.rest(peer)

    def smtp(self, peer):
        peer.send(self.said("greeting", b"220 up ESMTP\r\n"))
        ready = b"250-up\r\n250-XCLIENT NAME ADDR LOGIN\r\n250 AUTH PLAIN LOGIN\r\n"
        usual = {"ehlo": ready, "helo": b"250 up\r\n", "xclient": b"220 up ESMTP\r\n", "auth": b"235 2.7.0 in\r\n",
                 "quit": b"221 2.0.0 bye\r\n"}
        while line := self.note(peer.line()):
            verb = line.split()[0].decode("latin-1").lower() if line.split() else ""
            peer.send(self.said(verb, usual.get(verb, b"250 2.0.0 up\r\n")))
            if verb == "quit":
                return
        self.note(b"(end)\r\n")


class Trace:
    """What a script's client heard of one server at each step, and what the others were told."""

    def __init__(self):
        self.heard, self.told = [], {}


class Play:
    def __init__(self, script, who):
        self.script, self.who = script, who
        self.upstream = Upstream(script)
        self.lookup = Lookup(script, self.upstream)
        self.challenges = []

    def close(self):
        self.lookup.close()
        self.upstream.close()

    def run(self, port, recording):
        """Plays the script; of a recorded one only what differs from it takes long."""
        trace, client = Trace(), harness.Client(port)
        try:
            for word, value, heard in self.script.steps:
                if word == "C":
                    self.say(client, unescape(value))
                elif word in ("cram", "apop"):
                    self.prove(client, word, *value.split(" "))
                elif word == "tls":
                    self.shake_hands(client, value)
                elif word == "pause":
                    time.sleep(float(value))
                early = word == "quiet" and self.spoke_within(client, float(value))
                now = self.hear(client, None if recording else self.script.expected(heard, self.who))
                trace.heard.append(["(too early)"] * early + now)
        finally:
            client.close()
        wanted = {kind: self.script.expected(self.script.told.get(kind, []), self.who) for kind in ("auth", "told")}
        wait_a_while(lambda: not recording and self.told() == wanted, 2.0 if recording else harness.DEADLINE)
        trace.told = self.told()
        return trace

    def told(self):
        return {"auth": self.lookup.told(), "told": list(self.upstream.told)}

    @staticmethod
    def say(client, data):
        try:
            client.send(data)
        except OSError:
            pass  # it has closed; what was heard tells

    def prove(self, client, word, user, password):
        digest = proof(word, password, self.challenges[-1])
        said = base64.b64encode(f"{user} {digest}".encode()) if word == "cram" else f"APOP {user} {digest}".encode()
        self.say(client, said + b"\r\n")

    @staticmethod
    def shake_hands(client, name):
        """With that one of client_ca.py's certificates, if any."""
        with contextlib.suppress(OSError):  # it has closed; what is heard tells
            client.start_tls(authority().context(name) if name else None)

    @staticmethod
    def spoke_within(client, seconds):
        client.socket.settimeout(seconds)
        try:
            client.more()
            return True
        except TimeoutError:
            return False

    def hear(self, client, wanted):
        """Lines until they are those that are wanted, or for a while. "end" when the server has closed."""
        data = client.buffer
        client.buffer = b""
        end = time.monotonic() + harness.DEADLINE
        over = client.socket.fileno() < 0
        while not over:
            now = lines_of(normal(data))
            if wanted is not None and (now == wanted or time.monotonic() > end):
                break
            client.socket.settimeout(QUIET)
            try:
                over = not client.more()
            except TimeoutError:
                if wanted is None or now != wanted[:len(now)]:
                    break  # no more can make it right
            data += client.buffer
            client.buffer = b""
        return lines_of(normal(data, self.challenges)) + (["end"] if over else [])


def wait_a_while(condition, seconds):
    """Waits as long as that for something that may never be."""
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)


def scripts():
    return [Script(path) for path in sorted(pathlib.Path(harness.SOURCE, "tests/nginx").glob("*/*.txt"))]
