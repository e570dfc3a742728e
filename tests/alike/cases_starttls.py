"""From plain text to TLS, in each protocol's words."""
from suite import script
from tls_hello import APPLICATION, alert, record

WORDS = {"imap": ("a STARTTLS\r\n", "a OK", "b CAPABILITY\r\n", "b OK"), "pop3": ("STLS\r\n", "+OK", "CAPA\r\n", "\r\n."),
         "smtp": ("STARTTLS\r\n", "220", "EHLO me\r\n", "250 ")}


def line(it, end=b"\r\n"):
    """The next line in clear, its first word noted."""
    while end not in it.raw:
        if not it.fill():
            return b""
    text, _, it.raw = it.raw.partition(end)
    it.note("plain: " + " ".join(text.decode("latin-1").split()[:2]))
    return text


def ask(it, protocol):
    line(it)
    if protocol == "smtp":
        it.send(b"EHLO me\r\n")
        while not it.gone and not line(it).startswith(b"250 "):
            pass
        del it.notes[:]
    it.send(WORDS[protocol][0].encode())
    line(it)


def secured(it, protocol, **parts):
    it.hello(**parts)
    if it.answer():
        it.finish()
        it.say(WORDS[protocol][2].encode()).hear(WORDS[protocol][3].encode())


for protocol in WORDS:
    for version in ("TLSv1.2", "TLSv1.3"):
        @script(f"starttls/{protocol}, {version}", starttls=True, protocol=protocol)
        def well(peer, protocol=protocol, version=version):
            it = peer.connect()
            ask(it, protocol)
            secured(it, protocol, versions=[version])
            it.goodbye()

    def after(name, talk, protocol=protocol):
        @script(f"starttls/{protocol}, {name}", starttls=True, protocol=protocol)
        def play(peer):
            it = peer.connect()
            ask(it, protocol)
            talk(it)
            it.hang_up()

    def instead(name, data, protocol=protocol):
        @script(f"starttls/{protocol}, {name}", starttls=True, protocol=protocol)
        def play(peer):
            it = peer.connect()
            line(it)
            if protocol == "smtp":
                it.send(b"EHLO me\r\n")
                while not it.gone and not line(it).startswith(b"250 "):
                    pass
            it.send(data)
            for _ in range(3):
                if not it.gone:
                    line(it)
            it.hang_up()

    after("the client leaves", lambda it: None)
    after("no version in common", lambda it: it.hello(versions=["TLSv1.1"], suites=["ECDHE-ECDSA-AES128-SHA"]).answer())
    after("another protocol by ALPN", lambda it: it.hello(protocols=["h2"]).answer())
    after("plain text instead of a hello", lambda it: it.send(b"a NOOP\r\n"))
    after("an alert instead of a hello", lambda it: it.send(alert(2, 40)))
    after("text in a record instead of a hello", lambda it: it.send(record(APPLICATION, b"a NOOP\r\n")))
    after("hello byte by byte", lambda it: it.trickle(it.prepare(versions=["TLSv1.3"]).record()) or it.answer())
    instead("text behind the command", WORDS[protocol][0].encode() + WORDS[protocol][2].encode())
    instead("a hello behind the command", WORDS[protocol][0].encode() + record(22, b"\1\0\0\0"))

    @script(f"starttls/{protocol}, twice", starttls=True, protocol=protocol)
    def twice(peer, protocol=protocol):
        it = peer.connect()
        ask(it, protocol)
        it.hello(versions=["TLSv1.3"]).answer()
        it.finish()
        if protocol == "smtp":
            it.say(b"EHLO me\r\n").hear(b"250 ")
        it.say(WORDS[protocol][0].encode()).hear().goodbye()

    @script(f"starttls/{protocol}, the hello without the command", starttls=True, protocol=protocol)
    def without(peer, protocol=protocol):
        it = peer.connect()
        line(it)
        it.send(it.prepare(versions=["TLSv1.3"], random=b"r" * 32, session_id=b"s" * 32, keys={"x25519": b"k" * 32}).record())
        if not it.gone:
            line(it)
        it.hang_up()
