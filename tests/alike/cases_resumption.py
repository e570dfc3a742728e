"""What can be resumed under each kind of cache, and what becomes of sessions and tickets that are not what they were."""
import tls_keys
from suite import script
from tls_hello import u16, v16, v8

CACHES = {"by default": {}, "off": {"ssl_session_cache": "off"}, "none": {"ssl_session_cache": "none"},
          "builtin": {"ssl_session_cache": "builtin:100"}, "shared": {"ssl_session_cache": "shared:alike:1m"},
          "builtin and shared": {"ssl_session_cache": "builtin:100 shared:alike2:1m"},
          "tickets off": {"ssl_session_tickets": "off"},
          "tickets off, shared": {"ssl_session_tickets": "off", "ssl_session_cache": "shared:alike4:1m"},
          "tickets off, no cache": {"ssl_session_tickets": "off", "ssl_session_cache": "off"}}
KINDS = {"id": ("TLSv1.2", None), "ticket": ("TLSv1.2", b""), "TLSv1.3": ("TLSv1.3", None)}


def first(peer, kind, **parts):
    """A connection whose session can be resumed, not noted."""
    version, ticket = KINDS[kind]
    it = peer.greeted(version, ticket=ticket, **parts)
    it.goodbye()
    peer.notes.clear()
    return it.session


for cache, settings in CACHES.items():
    for kind in KINDS:
        @script(f"resumption/{cache}, {kind}", **settings)
        def again(peer, kind=kind):
            version, ticket = KINDS[kind]
            it = peer.shake(versions=[version], ticket=ticket)
            for _ in range(2):
                if not it.session or not (it.session.get("ticket") or it.session.get("id")):
                    return peer.notes.append("(nothing to resume)")
                peer.notes.append("(again)")
                it = peer.shake(versions=[version], resume=it.session)


def resumes(name, *kinds, change=None, **parts):
    """Scripts that resume a session with other parts of a hello, or after `change` of the session."""
    for kind in kinds or KINDS:
        @script(f"resumption/{name}, {kind}", ssl_session_cache="shared:alike3:1m")
        def play(peer, kind=kind):
            session = first(peer, kind)
            if change:
                session = {**session, **change(session)}
            peer.shake(**{"versions": [session["version"]], "resume": session, **parts})


def flipped(data, at):
    at %= len(data)
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]


resumes("another name", server_name="other.example.org")
resumes("no name", server_name="")
resumes("another suite", "id", "ticket", suites=["ECDHE-ECDSA-AES256-GCM-SHA384"])
resumes("a suite of another hash", "TLSv1.3", suites=["TLS_AES_256_GCM_SHA384"])
resumes("a suite of the same hash", "TLSv1.3", suites=["TLS_CHACHA20_POLY1305_SHA256"])
resumes("another version", "id", "ticket", versions=["TLSv1.3", "TLSv1.2"])
resumes("without extended master secret", "id", "ticket", without=["extended_master_secret"])  # RFC 7627 section 5.3
resumes("another protocol", protocols=["imap"])
resumes("a ticket with its first bit changed", "ticket", "TLSv1.3", change=lambda s: {"ticket": flipped(s["ticket"], 0)})
resumes("a ticket with a bit of its middle changed", "ticket", "TLSv1.3", change=lambda s: {"ticket": flipped(s["ticket"], 20)})
resumes("a ticket with its last bit changed", "ticket", "TLSv1.3", change=lambda s: {"ticket": flipped(s["ticket"], -1)})
resumes("half a ticket", "ticket", "TLSv1.3", change=lambda s: {"ticket": s["ticket"][:len(s["ticket"]) // 2]})
resumes("a ticket and a half", "ticket", "TLSv1.3", change=lambda s: {"ticket": s["ticket"] + bytes(100)})
resumes("a ticket of one byte", "ticket", "TLSv1.3", change=lambda s: {"ticket": b"x"})
resumes("an id with a bit changed", "id", change=lambda s: {"id": flipped(s["id"], 5)})
resumes("a shorter id", "id", change=lambda s: {"id": s["id"][:16]})
resumes("a wrong secret", "TLSv1.3", change=lambda s: {"psk": flipped(s["psk"], 0)})
resumes("no key exchange", "TLSv1.3", more={"psk_key_exchange_modes": v8(b"\0")})
resumes("no key exchange, or one", "TLSv1.3", more={"psk_key_exchange_modes": v8(b"\0\1")})
resumes("no modes", "TLSv1.3", without=["psk_key_exchange_modes"])
resumes("unknown modes", "TLSv1.3", more={"psk_key_exchange_modes": v8(b"\x0b\x55")})
resumes("a group that needs a retry", "TLSv1.3", groups=["secp384r1"], keys={})


@script("resumption/a ticket used three times", ssl_session_cache="shared:alike3:1m")
def thrice(peer):
    session = first(peer, "TLSv1.3")
    for _ in range(3):
        peer.shake(versions=["TLSv1.3"], resume=session)


def crafted(name, change):
    @script(f"resumption/{name}", ssl_session_cache="shared:alike3:1m")
    def play(peer):
        it = peer.connect()
        said = it.prepare(versions=["TLSv1.3"], resume=first(peer, "TLSv1.3"))
        change(said)
        it.transcript = said.message()
        it.send(said.record())
        if it.answer() and it.version and not it.retried:
            it.finish().hear().goodbye()
        it.hang_up()


def psk_first(hello):
    hello.extensions.insert(0, hello.extensions.pop())


def psk(body):
    def change(hello):
        hello.extensions[-1] = (41, body)
    return change



crafted("the secret is not the last extension", psk_first)
crafted("a secret without a binder", psk(v16(v16(b"x" * 100) + bytes(4)) + v16(b"")))
crafted("two secrets and one binder", psk(v16((v16(b"x" * 100) + bytes(4)) * 2) + v16(v8(bytes(32)))))
crafted("a binder of one byte", psk(v16(v16(b"x" * 100) + bytes(4)) + v16(v8(b"\0"))))
crafted("an empty list of secrets", psk(v16(b"") + v16(b"")))
crafted("a list of secrets cut off", psk(u16(500) + b"x"))
crafted("a secret with an empty name", psk(v16(v16(b"") + bytes(4)) + v16(v8(bytes(32)))))
crafted("a thousand unknown secrets", psk(v16((v16(b"xyz") + bytes(4)) * 1000) + v16(v8(bytes(32)) * 1000)))


@script("resumption/early data", ssl_session_cache="shared:alike3:1m")
def early_data(peer):
    """Never offered by us, so a client that sends it anyway is heard without it (RFC 8446 section 4.2.10)."""
    session = first(peer, "TLSv1.3")
    it = peer.connect()
    said = it.prepare(versions=["TLSv1.3"], more={"early_data": b""}, resume=session)
    it.transcript = said.message()
    it.send(said.record())
    suite = session["suite"]
    secret = suite.derive(suite.extract(bytes(len(suite.digest(b""))), session["psk"]), b"c e traffic", suite.digest(said.message()))
    keys = tls_keys.Protection13(suite, secret)
    for _ in range(3):
        it.send(keys.seal(23, b"a NOOP\r\n"))
    if it.answer():
        it.finish().hear().goodbye()
    it.hang_up()


@script("resumption/early data beyond all measure", ssl_session_cache="shared:alike3:1m")
def much_early_data(peer):
    session = first(peer, "TLSv1.3")
    it = peer.connect()
    it.send(it.prepare(versions=["TLSv1.3"], more={"early_data": b""}, resume=session).record())
    for _ in range(40):
        it.send(b"\x17\3\3\x40\0" + bytes(16384))
    it.hang_up()
