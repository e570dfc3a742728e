#!/usr/bin/env python3
"""A demo mailbox server: IMAP, POP3 and SMTP over one store in memory, on loopback.

What SMTP is sent lands in the INBOX of the user it names (or of the first user), where IMAP and POP3 find it. It is the
upstream of cmake/demo and of the system tests that need a mailbox but no Dovecot. It knows the commands that curl and
Python's imaplib, poplib and smtplib send, takes passwords in plain text, forgets everything when it ends, and must never
face a network: it listens on 127.0.0.1 only.
"""
import argparse
import asyncio
import base64
import datetime
import email
import email.policy
import email.utils
import re
import signal
import sys

MOST_LINE = 64 * 1024
MOST_MESSAGE = 64 * 1024 * 1024
MOST_KEPT = 512 * 1024 * 1024
IDLE_SECONDS = 30 * 60


class Message:
    def __init__(self, uid, raw, flags=(), when=None):
        self.uid, self.raw, self.flags = uid, raw, set(flags)
        self.when = when or datetime.datetime.now(datetime.timezone.utc)

    def header(self):
        end = self.raw.find(b"\r\n\r\n")
        return self.raw if end < 0 else self.raw[: end + 4]

    def text(self):
        return self.raw[len(self.header()):]

    def parsed(self):
        return email.message_from_bytes(self.header(), policy=email.policy.compat32)


class Folder:
    def __init__(self):
        self.messages, self.uidnext, self.watchers = [], 1, set()
        self.uidvalidity = int(datetime.datetime.now().timestamp())

    def add(self, raw, flags=(), when=None):
        message = Message(self.uidnext, raw, flags, when)
        self.uidnext += 1
        self.messages.append(message)
        for wake in list(self.watchers):
            wake.set()
        return message


class Store:
    def __init__(self, users):
        self.passwords = dict(users)
        self.folders = {name: {"INBOX": Folder(), "Sent": Folder()} for name in self.passwords}
        self.sessions = []  # (protocol, what the gateway said of the client), for tests

    def check(self, user, password):
        return self.passwords.get(user) == password

    def size(self):
        return sum(len(m.raw) for box in self.folders.values() for f in box.values() for m in f.messages)

    def deliver(self, recipient, raw):
        local = recipient.split("@")[0]
        name = next((u for u in (recipient, local) if u in self.folders), next(iter(self.folders)))
        self.folders[name]["INBOX"].add(raw)


class Gone(Exception):
    """The client left, or said something that ends the session."""


class Talk:
    """One connection: lines in, lines out."""

    def __init__(self, store, reader, writer):
        self.store, self.reader, self.writer = store, reader, writer

    async def line(self):
        try:
            text = await asyncio.wait_for(self.reader.readuntil(b"\n"), IDLE_SECONDS)
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.TimeoutError, OSError) as why:
            raise Gone() from why
        return text.rstrip(b"\r\n")

    async def exactly(self, count):
        if count > MOST_MESSAGE or self.store.size() + count > MOST_KEPT:
            raise Gone()
        try:
            return await asyncio.wait_for(self.reader.readexactly(count), IDLE_SECONDS)
        except (asyncio.IncompleteReadError, asyncio.TimeoutError, OSError) as why:
            raise Gone() from why

    async def say(self, *parts):
        for part in parts:
            self.writer.write(part if isinstance(part, bytes) else part.encode("utf-8", "surrogateescape"))
        self.writer.write(b"\r\n")
        try:
            await self.writer.drain()
        except OSError as why:
            raise Gone() from why


def dotted(raw):
    """A message as POP3 sends it: dots doubled, the last line ended."""
    if not raw.endswith(b"\r\n"):
        raw += b"\r\n"
    return re.sub(rb"(?m)^\.", b"..", raw)


def plain(response):
    """(user, password) of a SASL PLAIN response, or None."""
    try:
        parts = base64.b64decode(response, validate=True).decode("utf-8", "surrogateescape").split("\0")
    except ValueError:
        return None
    return (parts[1], parts[2]) if len(parts) == 3 else None


class Pop3(Talk):
    async def run(self):
        await self.say("+OK demo mailbox")
        user, box, gone = None, None, set()
        while True:
            verb, _, rest = (await self.line()).decode("utf-8", "surrogateescape").partition(" ")
            verb = verb.upper()
            if verb == "QUIT":
                if box:
                    box.messages = [m for m in box.messages if m not in gone]
                return await self.say("+OK bye")
            if verb == "CAPA":
                await self.say("+OK\r\nUSER\r\nTOP\r\nUIDL\r\nPIPELINING\r\n.")
            elif verb == "NOOP":
                await self.say("+OK")
            elif verb == "USER" and not box:
                user = rest
                await self.say("+OK")
            elif verb == "PASS" and user is not None and not box:
                if not self.store.check(user, rest):
                    await self.say("-ERR [AUTH] wrong user or password")
                    user = None
                    continue
                box = self.store.folders[user]["INBOX"]
                seen = list(box.messages)
                await self.say(f"+OK {len(seen)} messages")
            elif not box:
                await self.say("-ERR not now")
            else:
                await self.transact(verb, rest, seen, gone)

    async def transact(self, verb, rest, seen, gone):
        def listed(value):
            return [f"{n} {value(m)}" for n, m in enumerate(seen, 1) if m not in gone]

        words = rest.split()
        number = int(words[0]) if words and words[0].isdigit() and len(words[0]) < 9 else 0
        message = seen[number - 1] if 0 < number <= len(seen) and seen[number - 1] not in gone else None
        values = {"LIST": lambda m: len(m.raw), "UIDL": lambda m: f"uid{m.uid}"}
        if verb == "STAT":
            kept = [m for m in seen if m not in gone]
            await self.say(f"+OK {len(kept)} {sum(len(m.raw) for m in kept)}")
        elif verb in values and not words:
            await self.say("\r\n".join(["+OK"] + listed(values[verb]) + ["."]))
        elif verb == "RSET":
            gone.clear()
            await self.say("+OK")
        elif not message:
            await self.say("-ERR no such message or command")
        elif verb in values:
            await self.say(f"+OK {number} {values[verb](message)}")
        elif verb == "DELE":
            gone.add(message)
            await self.say("+OK")
        elif verb == "RETR":
            await self.say(f"+OK {len(message.raw)} octets\r\n", dotted(message.raw), ".")
        elif verb == "TOP" and len(words) == 2 and words[1].isdigit():
            lines = message.text().splitlines(True)[: int(words[1])]
            await self.say("+OK\r\n", dotted(message.header() + b"".join(lines)), ".")
        else:
            await self.say("-ERR no such command")


class Smtp(Talk):
    async def run(self):
        await self.say("220 demo.mailbox ESMTP")
        sender, recipients = None, []
        while True:
            line = (await self.line()).decode("utf-8", "surrogateescape")
            verb, _, rest = line.partition(" ")
            verb = verb.upper()
            if verb == "QUIT":
                return await self.say("221 2.0.0 bye")
            if verb == "EHLO":
                await self.say(f"250-demo.mailbox\r\n250-SIZE {MOST_MESSAGE}\r\n250-8BITMIME\r\n250-PIPELINING\r\n"
                               "250-AUTH PLAIN\r\n250 XCLIENT NAME ADDR LOGIN")
            elif verb == "HELO":
                await self.say("250 demo.mailbox")
            elif verb == "XCLIENT":
                self.store.sessions.append(("smtp", line))
                await self.say("220 demo.mailbox ESMTP")
            elif verb == "AUTH":
                await self.auth(rest)
            elif verb in ("RSET", "NOOP"):
                if verb == "RSET":
                    sender, recipients = None, []
                await self.say("250 2.0.0 OK")
            elif verb == "MAIL" and sender is None:
                sender = rest
                await self.say("250 2.1.0 OK")
            elif verb == "RCPT" and sender is not None and re.match(r"(?i)to:\s*<[^>]+>", rest):
                recipients.append(re.match(r"(?i)to:\s*<([^>]+)>", rest).group(1))
                await self.say("250 2.1.5 OK")
            elif verb == "DATA" and recipients:
                await self.say("354 go ahead")
                raw = await self.data()
                for recipient in recipients:
                    self.store.deliver(recipient, raw)
                sender, recipients = None, []
                await self.say("250 2.0.0 kept")
            else:
                await self.say("503 5.5.1 not now")

    async def auth(self, rest):
        mechanism, _, initial = rest.partition(" ")
        if mechanism.upper() != "PLAIN":
            return await self.say("504 5.5.4 only PLAIN")
        if not initial:
            await self.say("334 ")
            initial = (await self.line()).decode("ascii", "replace")
        who = plain(initial)
        good = who and self.store.check(*who)
        await self.say("235 2.7.0 welcome" if good else "535 5.7.8 wrong user or password")

    async def data(self):
        lines, size = [], 0
        while (line := await self.line()) != b".":
            size += len(line) + 2
            if size > MOST_MESSAGE or self.store.size() + size > MOST_KEPT:
                raise Gone()
            lines.append(line[1:] if line.startswith(b".") else line)
        return b"\r\n".join(lines) + b"\r\n"


def tokens(text):
    """An IMAP command's arguments as nested lists of bytes; literals were put in by Imap.command()."""
    out, stack, at = [], [], 0
    while at < len(text):
        c = text[at:at + 1]
        if c == b" ":
            at += 1
        elif c == b"(":
            stack.append(out)
            out = []
            at += 1
        elif c == b")":
            if not stack:
                raise ValueError("parentheses")
            stack[-1].append(out)
            out = stack.pop()
            at += 1
        elif c == b'"':
            m = re.compile(rb'"((?:\\.|[^"\\])*)"').match(text, at)
            if not m:
                raise ValueError("quotes")
            out.append(re.sub(rb"\\(.)", rb"\1", m.group(1)))
            at = m.end()
        elif m := re.compile(rb"\{(\d+)\+?\}\r\n").match(text, at):
            end = m.end() + int(m.group(1))
            out.append(text[m.end():end])
            at = end
        else:
            m = re.compile(rb"(?:[^ ()\[\"]|\[[^\]]*\])+").match(text, at)
            if not m:
                raise ValueError("syntax")
            out.append(m.group(0))
            at = m.end()
    if stack:
        raise ValueError("parentheses")
    return out


def quoted(value):
    if value is None:
        return "NIL"
    text = str(value).replace("\r", "").replace("\n", " ")
    if not text.isascii():
        text = text.encode("ascii", "replace").decode()
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def addresses(values):
    found = [a for a in email.utils.getaddresses([str(v) for v in values]) if a[1]]
    if not found:
        return "NIL"
    def one(name, address):
        local, _, domain = address.partition("@")
        return f"({quoted(name or None)} NIL {quoted(local)} {quoted(domain)})"
    return "(" + "".join(one(n, a) for n, a in found) + ")"


def envelope(message):
    h = message.parsed()
    sender = h.get_all("From", [])
    people = [h.get_all(n, sender if n in ("Sender", "Reply-To") else [])
              for n in ("From", "Sender", "Reply-To", "To", "Cc", "Bcc")]
    return "({} {} {} {} {})".format(quoted(h["Date"]), quoted(h["Subject"]), " ".join(map(addresses, people)),
                                     quoted(h["In-Reply-To"]), quoted(h["Message-ID"]))


class Imap(Talk):
    def __init__(self, *args):
        super().__init__(*args)
        self.user, self.folder, self.known, self.writable = None, None, [], False

    async def run(self):
        await self.say("* OK demo mailbox")
        while True:
            tag, verb, args = await self.command()
            if verb == "LOGOUT":
                await self.say("* BYE see you")
                return await self.say(f"{tag} OK done")
            answer = await self.obey(tag, verb, args)
            if answer:
                await self.say(f"{tag} {answer}")

    async def command(self):
        text = b""
        while True:
            text += await self.line()
            m = re.search(rb"\{(\d{1,9})(\+?)\}$", text)
            if not m:
                break
            if not m.group(2):
                await self.say("+ go on")
            text += b"\r\n" + await self.exactly(int(m.group(1)))
        tag, _, rest = text.partition(b" ")
        verb, _, rest = rest.partition(b" ")
        verb = verb.decode("ascii", "replace").upper()
        if verb == "UID":
            sub, _, rest = rest.partition(b" ")
            verb = "UID " + sub.decode("ascii", "replace").upper()
        try:
            return tag.decode("ascii", "replace"), verb, tokens(rest)
        except ValueError as why:
            return tag.decode("ascii", "replace"), "?", [str(why).encode()]

    async def obey(self, tag, verb, args):
        args_text = [a.decode("utf-8", "surrogateescape") if isinstance(a, bytes) else a for a in args]
        try:
            if verb in ("CAPABILITY", "NOOP", "ID", "LOGIN", "AUTHENTICATE"):
                return await self.anyone(verb, args_text)
            if not self.user:
                return "NO log in first"
            if verb in ("SELECT", "EXAMINE", "LIST", "LSUB", "STATUS", "CREATE", "DELETE", "NAMESPACE", "APPEND",
                        "SUBSCRIBE", "UNSUBSCRIBE"):
                return await self.mailboxes(verb, args, args_text)
            if not self.folder:
                return "NO select a mailbox first"
            return await self.selected(tag, verb, args, args_text)
        except (ValueError, IndexError, KeyError, TypeError, AttributeError):
            return "BAD not understood"

    async def anyone(self, verb, args):
        if verb == "CAPABILITY":
            await self.say("* CAPABILITY IMAP4rev1 IDLE UIDPLUS LITERAL+ NAMESPACE UNSELECT ID AUTH=PLAIN SASL-IR")
        elif verb == "ID":
            await self.say("* ID NIL")
        elif verb == "NOOP":
            await self.news()
        else:
            if verb == "LOGIN":
                who = (args[0], args[1])
            else:
                if args[0].upper() != "PLAIN":
                    return "NO only PLAIN"
                if len(args) == 1:
                    await self.say("+ ")
                    args.append((await self.line()).decode("ascii", "replace"))
                who = plain(args[1])
            if self.user or not who or not self.store.check(*who):
                return "NO [AUTHENTICATIONFAILED] wrong user or password"
            self.user = who[0]
            return "OK [CAPABILITY IMAP4rev1 IDLE UIDPLUS LITERAL+ NAMESPACE UNSELECT ID] welcome"
        return "OK done"

    async def mailboxes(self, verb, raw, args):
        boxes = self.store.folders[self.user]
        name = args[0] if args else ""
        name = "INBOX" if isinstance(name, str) and name.upper() == "INBOX" else name
        if verb == "NAMESPACE":
            await self.say('* NAMESPACE (("" "/")) NIL NIL')
        elif verb in ("LIST", "LSUB"):
            pattern = "".join(".*" if c in "*%" else re.escape(c) for c in args[0] + args[1])
            if not args[1]:
                await self.say(f'* {verb} (\\Noselect) "/" ""')
            for box in boxes:
                if args[1] and re.fullmatch(pattern, box, re.I if box == "INBOX" else 0):
                    await self.say(f'* {verb} (\\HasNoChildren) "/" {quoted(box)}')
        elif verb == "CREATE":
            if name in boxes or len(boxes) > 100:
                return "NO there is one"
            boxes[name] = Folder()
        elif verb in ("SUBSCRIBE", "UNSUBSCRIBE"):
            pass
        elif name not in boxes:
            return "NO [TRYCREATE] no such mailbox"
        elif verb == "DELETE":
            if name == "INBOX":
                return "NO not that one"
            del boxes[name]
        elif verb == "STATUS":
            await self.status(name, boxes[name], raw[1])
        elif verb == "APPEND":
            flags = next((a for a in raw[1:-1] if isinstance(a, list)), [])
            message = boxes[name].add(raw[-1], {f.decode() for f in flags})
            if boxes[name] is self.folder:
                await self.news()
            return f"OK [APPENDUID {boxes[name].uidvalidity} {message.uid}] kept"
        else:
            self.folder, self.writable = boxes[name], verb == "SELECT"
            self.known = list(self.folder.messages)
            await self.say("* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)")
            await self.say(f"* {len(self.known)} EXISTS\r\n* 0 RECENT")
            await self.say(f"* OK [UIDVALIDITY {self.folder.uidvalidity}] .\r\n* OK [UIDNEXT {self.folder.uidnext}] .")
            await self.say("* OK [PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft \\*)] .")
            return "OK [READ-WRITE] done" if self.writable else "OK [READ-ONLY] done"
        return "OK done"

    async def status(self, name, box, wanted):
        facts = {"MESSAGES": len(box.messages), "RECENT": 0, "UIDNEXT": box.uidnext, "UIDVALIDITY": box.uidvalidity,
                 "UNSEEN": sum("\\Seen" not in m.flags for m in box.messages)}
        items = [w.decode().upper() for w in wanted]
        await self.say("* STATUS {} ({})".format(quoted(name), " ".join(f"{i} {facts[i]}" for i in items)))

    async def news(self):
        """Tells what changed in the selected mailbox since the client last heard."""
        if not self.folder:
            return
        for number in range(len(self.known), 0, -1):
            if self.known[number - 1] not in self.folder.messages:
                del self.known[number - 1]
                await self.say(f"* {number} EXPUNGE")
        if len(self.known) != len(self.folder.messages):
            self.known = list(self.folder.messages)
            await self.say(f"* {len(self.known)} EXISTS")

    async def idle(self):
        wake = asyncio.Event()
        self.folder.watchers.add(wake)
        await self.say("+ idling")
        done = asyncio.ensure_future(self.line())
        try:
            while not done.done():
                woken = asyncio.ensure_future(wake.wait())
                await asyncio.wait({done, woken}, return_when=asyncio.FIRST_COMPLETED)
                woken.cancel()
                wake.clear()
                await self.news()
            return "OK done" if done.result().upper() == b"DONE" else "BAD not DONE"
        finally:
            self.folder.watchers.discard(wake)
            done.cancel()

    def chosen(self, text, by_uid):
        """[(number, message)] of a sequence set."""
        every = list(enumerate(self.known, 1))
        top = (max((m.uid for m in self.known), default=0)) if by_uid else len(self.known)
        ranges = []
        for part in text.split(","):
            ends = [top if e == "*" else int(e) for e in part.split(":")]
            ranges.append((min(ends), max(ends)))
        return [(n, m) for n, m in every if any(a <= (m.uid if by_uid else n) <= b for a, b in ranges)]

    async def selected(self, tag, verb, raw, args):
        by_uid = verb.startswith("UID ")
        verb = verb[4:] if by_uid else verb
        if verb == "IDLE":
            return await self.idle()
        if verb == "FETCH":
            items = raw[1] if isinstance(raw[1], list) else [raw[1]]
            for number, message in self.chosen(args[0], by_uid):
                await self.fetch(number, message, items, by_uid)
        elif verb == "SEARCH":
            rows = [(n, m) for n, m in enumerate(self.known, 1)]
            terms = args[2:] if args and args[0].upper() == "CHARSET" else list(args)
            while terms:
                keep = self.term(terms)
                rows = [row for row in rows if keep(row)]
            await self.say("* SEARCH" + "".join(f" {m.uid if by_uid else n}" for n, m in rows))
        elif verb == "STORE" and self.writable:
            await self.store_flags(args, raw[2], by_uid)
        elif verb == "COPY":
            target = self.store.folders[self.user][args[1]]
            for _, message in self.chosen(args[0], by_uid):
                target.add(message.raw, message.flags, message.when)
        elif verb in ("EXPUNGE", "CLOSE") and self.writable:
            self.folder.messages = [m for m in self.folder.messages if "\\Deleted" not in m.flags]
            if verb == "CLOSE":
                self.folder = None
            await self.news()
        elif verb in ("CLOSE", "UNSELECT"):
            self.folder = None
        elif verb == "CHECK":
            await self.news()
        else:
            return "BAD no such command"
        return "OK done"

    def term(self, terms):
        word = terms.pop(0)
        flags = {"SEEN": "\\Seen", "DELETED": "\\Deleted", "FLAGGED": "\\Flagged", "ANSWERED": "\\Answered"}
        key = word.upper()
        if key == "ALL":
            return lambda row: True
        if key == "NOT":
            inner = self.term(terms)
            return lambda row: not inner(row)
        if key in flags:
            return lambda row: flags[key] in row[1].flags
        if key.startswith("UN") and key[2:] in flags:
            return lambda row: flags[key[2:]] not in row[1].flags
        if key in ("SUBJECT", "FROM", "TO"):
            value = terms.pop(0).lower()
            return lambda row: value in str(row[1].parsed()[key] or "").lower()
        if key in ("TEXT", "BODY"):
            value = terms.pop(0).lower().encode()
            return lambda row: value in (row[1].raw if key == "TEXT" else row[1].text()).lower()
        by_uid = key == "UID"
        rows = self.chosen(terms.pop(0) if by_uid else word, by_uid)
        return lambda row: row in rows

    async def store_flags(self, args, values, by_uid):
        flags = {f.decode() for f in (values if isinstance(values, list) else [values])}
        kind = args[1].upper()
        for number, message in self.chosen(args[0], by_uid):
            if kind.startswith("+"):
                message.flags |= flags
            elif kind.startswith("-"):
                message.flags -= flags
            else:
                message.flags = set(flags)
            if not kind.endswith(".SILENT"):
                await self.fetch(number, message, [b"FLAGS"], by_uid)

    async def fetch(self, number, message, items, by_uid):
        macros = {b"FAST": [b"FLAGS", b"INTERNALDATE", b"RFC822.SIZE"]}
        macros[b"ALL"] = macros[b"FAST"] + [b"ENVELOPE"]
        if len(items) == 1:
            items = macros.get(items[0].upper(), items)
        joined = []
        for item in items:  # "BODY[HEADER.FIELDS (…)]" is one token, since tokens() keeps brackets whole
            joined.append(item if isinstance(item, bytes) else b"(" + b" ".join(item) + b")")
        if by_uid and b"UID" not in [i.upper() for i in joined]:
            joined.insert(0, b"UID")
        parts = [self.piece(message, item) for item in joined]
        await self.say(f"* {number} FETCH (".encode(), b" ".join(parts), b")")

    def piece(self, message, item):
        name = item.decode("ascii", "replace").upper()
        if name == "UID":
            return f"UID {message.uid}".encode()
        if name == "FLAGS":
            return "FLAGS ({})".format(" ".join(sorted(message.flags))).encode()
        if name == "INTERNALDATE":
            return message.when.strftime('INTERNALDATE "%d-%b-%Y %H:%M:%S +0000"').encode()
        if name == "RFC822.SIZE":
            return f"RFC822.SIZE {len(message.raw)}".encode()
        if name == "ENVELOPE":
            return f"ENVELOPE {envelope(message)}".encode()
        if name in ("BODY", "BODYSTRUCTURE"):
            lines = message.text().count(b"\n")
            return (f'{name} ("TEXT" "PLAIN" ("CHARSET" "UTF-8") NIL NIL "8BIT" {len(message.text())} {lines})'
                    .encode())
        whole = {"RFC822": "BODY[]", "RFC822.HEADER": "BODY.PEEK[HEADER]", "RFC822.TEXT": "BODY[TEXT]"}
        m = re.fullmatch(r"BODY(\.PEEK)?\[(.*)\](?:<(\d+)\.(\d+)>)?", whole.get(name, name))
        if not m:
            raise ValueError(name)
        section, label = m.group(2), name if name in whole else f"BODY[{m.group(2)}]"
        if not m.group(1):
            message.flags.add("\\Seen")
        body = self.section(message, section)
        if m.group(3):
            start = int(m.group(3))
            body = body[start:start + int(m.group(4))]
            label += f"<{start}>"
        return f"{label} {{{len(body)}}}\r\n".encode() + body

    @staticmethod
    def section(message, section):
        if section == "":
            return message.raw
        if section in ("HEADER", "1.MIME"):
            return message.header()
        if section in ("TEXT", "1"):
            return message.text()
        m = re.fullmatch(r"HEADER\.FIELDS(\.NOT)? \(([^)]*)\)", section)
        if not m:
            raise ValueError(section)
        names = {n.strip('"').lower() for n in m.group(2).split()}
        fields = re.findall(rb"[^\r\n:]+:[^\n]*\n(?:[ \t][^\n]*\n)*", message.header())
        wanted = [f for f in fields if (f.split(b":")[0].decode("ascii", "replace").lower() in names) != bool(m.group(1))]
        return b"".join(wanted) + b"\r\n"


async def serve(store, kind, port):
    async def session(reader, writer):
        try:
            await kind(store, reader, writer).run()
        except (Gone, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(session, "127.0.0.1", port, limit=MOST_LINE)
    return server, server.sockets[0].getsockname()[1]


async def main():
    parse = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for name in ("imap", "pop3", "smtp"):
        parse.add_argument(f"--{name}", type=int, default=0, metavar="PORT", help="0: any free port")
    parse.add_argument("--user", action="append", metavar="NAME:PASSWORD", help="default demo@example.org:demo")
    options = parse.parse_args()
    users = [u.rsplit(":", 1) for u in options.user or ["demo@example.org:demo"]]
    store = Store(users)
    for name, _ in users:
        store.deliver(name, (f"From: Postern <postern@example.org>\r\nTo: <{name}>\r\nSubject: It works\r\n"
                             f"Date: {email.utils.formatdate()}\r\nMessage-ID: <first@example.org>\r\n\r\n"
                             "You are reading this through the gateway.\r\n").encode())
    kinds = [("imap", Imap, options.imap), ("pop3", Pop3, options.pop3), ("smtp", Smtp, options.smtp)]
    ports = {name: (await serve(store, kind, port))[1] for name, kind, port in kinds}
    print("mailbox ready " + " ".join(f"{n}={p}" for n, p in ports.items()), flush=True)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
    for number in (signal.SIGTERM, signal.SIGINT):  # a second one must not disturb leaving
        asyncio.get_running_loop().remove_signal_handler(number)
        signal.signal(number, signal.SIG_IGN)


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except OSError as why:
        sys.exit(f"mailbox: {why}")
