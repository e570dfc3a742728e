"""What a client may do wrong between its hello and its Finished, and afterwards, with keys that are right."""
from suite import script
from tls_hello import ALERT, APPLICATION, CHANGE_CIPHER_SPEC, HANDSHAKE, alert, message, record, u8, v8, v16

VERSIONS = ("TLSv1.2", "TLSv1.3")
CCS = record(CHANGE_CIPHER_SPEC, b"\1")


def midway(name, *versions):
    """Scripts that begin when the server waits for the client's half of the handshake; what led there is not noted. The
    function says or does something, and then the end is awaited."""
    def keep(talk):
        for version in versions or VERSIONS:
            @script(f"handshake/{version}, {name}")
            def play(peer, version=version):
                it = peer.connect()
                it.hello(versions=[version]).answer()
                peer.notes.clear()
                if version == "TLSv1.3":
                    it.protect()
                talk(it)
                it.hang_up()
        return talk
    return keep


def afterwards(name, *versions, logged=False):
    """The same behind the greeting. `logged`: what the log says of the end is noted, too."""
    def keep(talk):
        for version in versions or VERSIONS:
            @script(f"afterwards/{version}, {name}")
            def play(peer, version=version):
                it = peer.greeted(version)
                talk(it)
                it.hang_up()
                if logged:
                    peer.logged(it)
        return talk
    return keep


midway("the client leaves")(lambda it: None)
midway("the client says goodbye")(lambda it: it.record(ALERT, b"\1\0"))
midway("the client refuses the certificate")(lambda it: it.record(ALERT, bytes([2, 48])))
midway("a plain alert", "TLSv1.3")(lambda it: it.send(alert(2, 48)))
midway("a plain warning", "TLSv1.3")(lambda it: it.send(alert(1, 90)) or it.finish().hear())
midway("a warning of the client")(lambda it: it.record(ALERT, bytes([1, 90])) or it.finish().hear())
midway("an alert of one byte")(lambda it: it.record(ALERT, b"\2"))
midway("an alert of an unknown level")(lambda it: it.record(ALERT, bytes([3, 40])))
midway("an empty alert")(lambda it: it.record(ALERT, b""))
midway("a wrong Finished")(lambda it: it.finish(wrong=True))
midway("a Finished without what comes before", "TLSv1.2")(lambda it: it.record(HANDSHAKE, message(20, bytes(12))))
midway("ChangeCipherSpec too early", "TLSv1.2")(lambda it: it.send(CCS))  # CVE-2014-0224
midway("ChangeCipherSpec, as older routers like it", "TLSv1.3")(lambda it: it.send(CCS) or it.finish().hear())
midway("ChangeCipherSpec twice")(lambda it: it.finish(before=lambda: it.send(CCS)).hear())
midway("a ChangeCipherSpec of two bytes")(lambda it: it.send(record(CHANGE_CIPHER_SPEC, b"\1\1")))
midway("a ChangeCipherSpec of another value")(lambda it: it.send(record(CHANGE_CIPHER_SPEC, b"\2")))
midway("text instead of Finished")(lambda it: it.record(APPLICATION, b"a NOOP\r\n"))
midway("text before Finished", "TLSv1.3")(lambda it: it.finish(before=lambda: it.record(APPLICATION, b"a NOOP\r\n")))
midway("a plain record instead of Finished", "TLSv1.3")(lambda it: it.send(record(HANDSHAKE, message(20, bytes(32)))))
midway("another hello")(lambda it: it.send(it.prepare(versions=["TLSv1.2"]).record()))
midway("an unknown message")(lambda it: it.record(HANDSHAKE, message(99, b"abc")))
midway("a message that only servers send")(lambda it: it.record(HANDSHAKE, message(14, b"")))
midway("a certificate that nobody asked for")(lambda it: it.record(HANDSHAKE, message(11, bytes(3))))
midway("a record of an unknown type")(lambda it: it.send(record(25, b"abc")))
midway("a heartbeat")(lambda it: it.send(record(24, b"\1\x40\0" + bytes(19))))  # CVE-2014-0160
midway("an empty record")(lambda it: it.send(record(HANDSHAKE, b"")))
midway("a record of 2^14 + 257 bytes")(lambda it: it.send(record(HANDSHAKE, bytes(16384 + 257))))
midway("a record of 65535 bytes")(lambda it: it.send(record(HANDSHAKE, bytes(65535))))
midway("a message of 16 MB announced")(lambda it: it.record(HANDSHAKE, b"\x10\xff\xff\xff" + bytes(100)))
midway("a record of SSLv2's version")(lambda it: it.send(record(HANDSHAKE, message(16, b"\0"), version=0x0200)))
midway("a key off the curve", "TLSv1.2")(lambda it: it.message(16, v8(bytes(32))))
midway("a key too short", "TLSv1.2")(lambda it: it.message(16, v8(b"\4\1")))
midway("a key with bytes behind it", "TLSv1.2")(lambda it: it.message(16, v8(bytes(range(32))) + b"x"))
midway("an empty key", "TLSv1.2")(lambda it: it.message(16, b""))
midway("an empty record before Finished")(lambda it: it.finish(before=lambda: it.record(HANDSHAKE, b"")).hear())
midway("the end of early data that there was none of", "TLSv1.3")(
    lambda it: it.finish(before=lambda: it.record(HANDSHAKE, message(5, b""))))
midway("a padded Finished", "TLSv1.3")(lambda it: it.finish(padding=1000).hear().goodbye())


@midway("everything byte by byte")
def slowly(it):
    it.send = it.trickle
    it.finish().hear().goodbye()


@midway("a record that does not open")
def broken(it):
    if it.version == "TLSv1.3":
        return it.send(record(APPLICATION, bytes(53)))
    it.exchange_keys()
    it.send(CCS)
    it.send(record(HANDSHAKE, bytes(40)))


afterwards("the client leaves without a goodbye", logged=True)(lambda it: None)  # truncation
afterwards("a goodbye", logged=True)(lambda it: it.goodbye())
afterwards("a goodbye and text behind it")(lambda it: it.record(ALERT, b"\1\0") or it.say(b"a NOOP\r\n"))
afterwards("text")(lambda it: it.say(b"a NOOP\r\n").hear().goodbye())
afterwards("an unknown command")(lambda it: it.say(b"a NONSENSE\r\n").hear().goodbye())
afterwards("a fatal alert", logged=True)(lambda it: it.record(ALERT, bytes([2, 80])))
afterwards("a warning")(lambda it: it.record(ALERT, bytes([1, 90])) or it.say(b"a NOOP\r\n").hear())
afterwards("an alert cut off")(lambda it: it.record(ALERT, b"\2"))
afterwards("an empty record of text")(lambda it: it.say(b"").say(b"a NOOP\r\n").hear())
afterwards("a hundred empty records of text")(lambda it: [it.say(b"") for _ in range(100)] and it.say(b"a NOOP\r\n").hear())
afterwards("an empty record of another kind")(lambda it: it.record(HANDSHAKE, b""))
afterwards("a record of an unknown type")(lambda it: it.record(25, b"abc"))
afterwards("a heartbeat")(lambda it: it.record(24, b"\1\x40\0" + bytes(19)))
afterwards("a record that does not open", logged=True)(lambda it: it.send(record(APPLICATION, bytes(40))))
afterwards("a plain alert")(lambda it: it.send(alert(2, 40)))
afterwards("ChangeCipherSpec")(lambda it: it.send(CCS))
afterwards("the largest record there may be")(lambda it: it.say((b"a NOOP " + b"x" * 247 + b"\r\n") * 64).hear().goodbye())
afterwards("a record one byte too large")(lambda it: it.say(bytes(16385)))
afterwards("a record of 2^14 + 2049 bytes of cipher text")(lambda it: it.send(record(APPLICATION, bytes(16384 + 2049))))
afterwards("a message of an unknown kind")(lambda it: it.record(HANDSHAKE, message(99, b"")))
afterwards("a request to begin anew")(lambda it: it.record(HANDSHAKE, message(0, b"")))
afterwards("a certificate that nobody asked for")(lambda it: it.record(HANDSHAKE, message(11, b"\0" + bytes(3))))
afterwards("a ticket from the client")(lambda it: it.record(HANDSHAKE, message(4, bytes(8) + v8(b"") + v16(b"x") + v16(b""))))


@afterwards("renegotiation")
def renegotiate(it):
    it.record(HANDSHAKE, it.prepare(versions=["TLSv1.2"]).message())
    it.say(b"a NOOP\r\n").hear()


@afterwards("renegotiation with the right proof", "TLSv1.2")
def renegotiate_well(it):
    it.record(HANDSHAKE, it.prepare(versions=["TLSv1.2"], more={"renegotiation_info": v8(bytes(12))}).message())
    it.say(b"a NOOP\r\n").hear()


@afterwards("text byte by byte")
def slow_text(it):
    it.trickle(it.outbound.seal(APPLICATION, b"a NOOP\r\n"))
    it.hear().goodbye()


for asks in (0, 1):
    afterwards(f"a key update that asks for {asks}", "TLSv1.3")(
        lambda it, asks=asks: it.key_update(asks) or it.say(b"a NOOP\r\n").hear().goodbye())
afterwards("five key updates, each answered", "TLSv1.3")(
    lambda it: [it.key_update(1) or it.say(b"a NOOP\r\n").hear() for _ in range(5)] and it.goodbye())
afterwards("a hundred key updates at once", "TLSv1.3")(lambda it: [it.key_update(1) for _ in range(100)])
afterwards("a key update of another value", "TLSv1.3")(lambda it: it.record(HANDSHAKE, message(24, u8(2))))
afterwards("an empty key update", "TLSv1.3")(lambda it: it.record(HANDSHAKE, message(24, b"")))
afterwards("a key update with another message in its record", "TLSv1.3")(
    lambda it: it.record(HANDSHAKE, message(24, u8(0)) + message(24, u8(0))))
afterwards("a key update cut off by text", "TLSv1.3")(lambda it: it.record(HANDSHAKE, b"\x18\0\0") or it.say(b"a NOOP\r\n"))
afterwards("a record of padding alone", "TLSv1.3")(lambda it: it.record(0, b"", 50))
afterwards("a padded record", "TLSv1.3")(lambda it: it.record(APPLICATION, b"a NOOP\r\n", 500) or it.hear().goodbye())
