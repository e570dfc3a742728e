"""A TLS client that does what a script says, right or wrong, and notes what comes of it."""
import struct

from cryptography import x509

import tls_keys
from tls_hello import (ALERT, APPLICATION, CERTIFICATE, CERTIFICATE_VERIFY, CHANGE_CIPHER_SPEC, CLIENT_KEY_EXCHANGE, FINISHED,
                       HANDSHAKE, KEY_UPDATE, Hello, message, record, u8, u16, v8, v16, v24)
from tls_numbers import EXTENSIONS, GROUPS, MESSAGES, SIGNATURES, SUITES, VERSIONS, name_of
from tls_records import Records

HELLO_RETRY = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
DOWNGRADE = {b"DOWNGRD\1": "TLSv1.2", b"DOWNGRD\0": "TLSv1.1"}  # RFC 8446 section 4.1.3


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, size):
        self.at += size
        return self.data[self.at - size:self.at]

    def number(self, size):
        return int.from_bytes(self.take(size), "big")

    def counted(self, size):
        return self.take(self.number(size))

    def more(self):
        return self.at < len(self.data)


class Connection(Records):
    """`certificates`: {DER bytes: name}. answer() says whether the server waits for this client, or is gone."""

    def __init__(self, port, notes, certificates):
        super().__init__(port, notes)
        self.known = certificates
        self.messages, self.transcript, self.text = b"", b"", b""
        self.next_inbound = self.suite = self.leaf = self.offered = self.resume = self.request = None
        self.session = None  # what could be resumed later
        self.tickets = []
        self.group = None  # of a ServerKeyExchange
        self.finished = self.resumed = self.retried = False

    # -- saying

    def message(self, kind, body):
        self.transcript += message(kind, body)
        self.record(HANDSHAKE, message(kind, body))

    def prepare(self, resume=None, groups=("x25519", "secp256r1", "secp384r1"), **parts):
        """The hello that would be sent; for those who change its bytes."""
        self.resume = resume
        shares = {groups[0]: tls_keys.public_bytes(groups[0])} if groups and groups[0] in tls_keys.GROUPS else {}
        parts.setdefault("keys", shares)
        if resume and resume["version"] != "TLSv1.3":
            parts.setdefault("versions", [resume["version"]])
            parts.setdefault("ticket", resume["ticket"])
            parts.setdefault("session_id", resume["id"] or bytes(32))
        hello = Hello(groups=groups, **parts)
        if resume and resume["version"] == "TLSv1.3":
            self.add_psk(hello, resume)
        self.offered = hello
        return hello

    def add_psk(self, hello, resume):
        """RFC 8446 section 4.2.11"""
        suite = resume["suite"]
        size = len(suite.digest(b""))
        identities = v16(v16(resume["ticket"]) + struct.pack(">I", resume["age_add"]))
        hello.extensions = [e for e in hello.extensions if e[0] != EXTENSIONS["pre_shared_key"]]
        hello.extensions.append((EXTENSIONS["pre_shared_key"], identities + v16(v8(bytes(size)))))
        head = self.transcript + hello.message()[:-(size + 3)]
        early = suite.extract(bytes(size), resume["psk"])
        key = suite.expand(suite.derive(early, b"res binder", suite.digest(b"")), b"finished", b"", size)
        hello.extensions[-1] = (EXTENSIONS["pre_shared_key"], identities + v16(v8(suite.mac(key, suite.digest(head)))))

    def hello(self, **parts):
        said = self.prepare(**parts)
        self.transcript += said.message()
        self.send(said.record())
        return self

    def answer(self, until=lambda: False):
        """Takes what comes until the server waits for this client, `until()`, or the server is gone. True if it is not."""
        while not self.gone and not until():
            got = self.next_record()
            if got is None:
                break
            kind, body = got
            if kind == ALERT:
                self.take_alert(body)
            elif kind == CHANGE_CIPHER_SPEC:
                self.note("ChangeCipherSpec")
                if self.version != "TLSv1.3":
                    self.inbound = self.next_inbound
            elif kind == APPLICATION:
                self.text += body
            elif kind == HANDSHAKE:
                self.messages += body
                if self.take_messages():
                    return True
            else:
                self.note(f"record of type {kind}")
        return not self.gone

    def take_messages(self):
        while len(self.messages) >= 4:
            size = 4 + int.from_bytes(self.messages[1:4], "big")
            if len(self.messages) < size:
                break
            whole, self.messages = self.messages[:size], self.messages[size:]
            name = MESSAGES.get(whole[0], f"message {whole[0]}")
            before, self.transcript = self.transcript, self.transcript + (b"" if name == "HelloRequest" else whole)
            waits = getattr(self, "on_" + name, self.on_other)(whole[4:], before, name)
            if waits:
                return True
        return False

    def on_other(self, body, before, name):
        self.note(name)

    def extensions(self, at, ours=False):
        """[words] for a block of extensions, in order of their names."""
        out, block = [], Reader(at.counted(2)) if at.more() else Reader(b"")
        found = {}
        while block.more():
            kind = block.number(2)
            found[name_of(EXTENSIONS, kind)] = block.counted(2)
        for name, value in sorted(found.items()):
            if name == "alpn":
                name += "=" + value[3:].decode("latin-1")
            elif name == "key_share":
                name += "=" + name_of(GROUPS, int.from_bytes(value[:2], "big"))
            elif name == "supported_groups":
                name += "=" + ",".join(name_of(GROUPS, n) for n in struct.unpack(f">{len(value) // 2 - 1}H", value[2:]))
            elif name == "renegotiation_info" and value != b"\0":
                name += " of a renegotiation"
            out.append(name)
        return found, out

    # -- the handshake

    def on_ServerHello(self, body, before, name):
        at = Reader(body)
        legacy, random, session_id = at.number(2), at.take(32), at.counted(1)
        suite, compression = name_of(SUITES, at.number(2)), at.number(1)
        found, words = self.extensions(at)
        version = int.from_bytes(found["supported_versions"], "big") if "supported_versions" in found else legacy
        self.version, self.suite = name_of(VERSIONS, version), tls_keys.Suite(suite)
        self.random, self.offered_id = random, self.offered.session_id
        self.resumed = bool(self.resume) and (
            "pre_shared_key" in found if self.version == "TLSv1.3" else bool(session_id) and session_id == self.offered_id)
        retry = random == HELLO_RETRY
        self.note(f"{'HelloRetryRequest' if retry else name} {self.version} {suite}{' resumed' if self.resumed else ''}")
        if self.version == "TLSv1.3":
            words.append("session id " + ("echoed" if session_id == self.offered_id else "other"))
        else:
            words.append("session id " + ("none" if not session_id else "echoed" if session_id == self.offered_id else "new"))
        if compression:
            words.append(f"compression {compression}")
        if random[-8:] in DOWNGRADE:
            words.append(f"downgrade sentinel of {DOWNGRADE[random[-8:]]}")
        for word in words:
            self.note(f"  {word}")
        if retry:
            self.retried = True
            self.transcript = message(254, self.suite.digest(before)) + message(2, body)
            return True
        if self.version == "TLSv1.3":
            if "key_share" not in found:
                return self.end("  (without a key exchange, which is more than this client can)")
            self.start13(found)
        else:
            self.extended = "extended_master_secret" in found
            self.session = {"version": self.version, "suite": self.suite, "id": session_id, "ticket": None, "secret": None}
            if self.resumed:
                self.session.update(secret=self.resume["secret"], ticket=self.resume["ticket"], id=self.resume["id"])
                if self.suite.aead:
                    self.derive12()
        return False

    def protect(self):
        """TLS 1.3: from now on, this client's records are under the keys of the handshake."""
        self.outbound = tls_keys.Protection13(self.suite, self.client_secret)

    def start13(self, found):
        at = Reader(found["key_share"])
        group = name_of(GROUPS, at.number(2))
        secret, zeros = tls_keys.shared_secret(group, at.counted(2)), bytes(len(self.suite.digest(b"")))
        s = self.suite
        early = s.extract(zeros, self.resume["psk"] if self.resumed else zeros)
        self.handshake_secret = s.extract(s.derive(early, b"derived", s.digest(b"")), secret)
        hashed = s.digest(self.transcript)
        self.client_secret = s.derive(self.handshake_secret, b"c hs traffic", hashed)
        self.server_secret = s.derive(self.handshake_secret, b"s hs traffic", hashed)
        self.inbound = tls_keys.Protection13(s, self.server_secret)
        self.master = s.extract(s.derive(self.handshake_secret, b"derived", s.digest(b"")), zeros)

    def on_EncryptedExtensions(self, body, before, name):
        self.note(name)
        for word in self.extensions(Reader(body))[1]:
            self.note(f"  {word}")

    def on_CertificateRequest(self, body, before, name):
        self.note(name)
        at = Reader(body)
        self.request = at.counted(1) if self.version == "TLSv1.3" else b""
        if self.version == "TLSv1.3":
            for word in self.extensions(at)[1]:
                self.note(f"  {word}")

    def on_Certificate(self, body, before, name):
        at, chain = Reader(body), []
        if self.version == "TLSv1.3":
            at.counted(1)
        entries = Reader(at.counted(3))
        while entries.more():
            chain.append(entries.counted(3))
            if self.version == "TLSv1.3":
                for word in self.extensions(entries)[1]:
                    self.note(f"  with {word}")
        self.note(f"Certificate {' '.join(self.known.get(der, 'unknown') for der in chain)}")
        self.leaf = x509.load_der_x509_certificate(chain[0]).public_key() if chain else None

    def on_ServerKeyExchange(self, body, before, name):
        at = Reader(body)
        if at.number(1) != 3:
            return self.note(f"{name} of finite fields")
        self.group = name_of(GROUPS, at.number(2))
        self.share = at.counted(1)
        signed = self.offered.random + self.random + body[:at.at]
        scheme = name_of(SIGNATURES, at.number(2)) if self.version == "TLSv1.2" else "older"
        good = tls_keys.verifies(self.leaf, scheme, at.counted(2), signed) if scheme != "older" else True
        self.note(f"{name} {self.group} {scheme}{'' if good else ' WRONG'}")
        return False

    def on_CertificateVerify(self, body, before, name):
        at = Reader(body)
        scheme = name_of(SIGNATURES, at.number(2))
        signed = b" " * 64 + b"TLS 1.3, server CertificateVerify\0" + self.suite.digest(before)
        good = tls_keys.verifies(self.leaf, scheme, at.counted(2), signed)
        self.note(f"{name} {scheme}{'' if good else ' WRONG'}")

    def on_ServerHelloDone(self, body, before, name):
        self.note(name)
        return True

    def on_Finished(self, body, before, name):
        s = self.suite
        if self.version == "TLSv1.3":
            key = s.expand(self.server_secret, b"finished", b"", len(s.digest(b"")))
            good = body == s.mac(key, s.digest(before))
            hashed = s.digest(self.transcript)
            self.inbound = tls_keys.Protection13(s, s.derive(self.master, b"s ap traffic", hashed))
            self.application = s.derive(self.master, b"c ap traffic", hashed)
        else:
            good = body == s.prf(self.session["secret"], b"server finished", s.digest(before), 12)
            self.finished = not self.resumed
        self.note(f"{name}{'' if good else ' WRONG'}")
        return True

    def on_NewSessionTicket(self, body, before, name):
        at = Reader(body)
        lifetime = round(at.number(4), -1)  # a second may have passed since
        if self.version == "TLSv1.3":
            age_add, nonce, ticket = at.number(4), at.counted(1), at.counted(2)
            psk = self.suite.expand(self.resumption, b"resumption", nonce, len(self.resumption))
            self.session = {"version": self.version, "suite": self.suite, "ticket": ticket, "psk": psk, "age_add": age_add}
            self.tickets.append(self.session)
        else:
            self.session["ticket"] = at.counted(2)
        self.note(f"{name} {lifetime} s" + "".join(f" {w}" for w in self.extensions(at)[1] if w != "GREASE"))

    def on_KeyUpdate(self, body, before, name):
        words = name + (" that asks for one" if body == bytes([1]) else "")
        if words not in self.notes[-1:]:  # how many of a hundred are answered is nobody's business
            self.note(words)
        self.inbound = self.inbound.next()

    # -- the client's half of the handshake

    def derive12(self):
        s, size = self.suite, self.suite.key + self.suite.iv
        block = s.prf(self.session["secret"], b"key expansion", self.random + self.offered.random, 2 * size)
        keys, ivs = block[:2 * s.key], block[2 * s.key:]
        self.next_outbound = tls_keys.Protection12(s, keys[:s.key], ivs[:s.iv])
        self.next_inbound = tls_keys.Protection12(s, keys[s.key:], ivs[s.iv:])

    def exchange_keys(self):
        """TLS 1.2: the ClientKeyExchange, and the keys that follow."""
        secret = tls_keys.shared_secret(self.group, self.share)
        self.message(CLIENT_KEY_EXCHANGE, v8(tls_keys.public_bytes(self.group)))
        s = self.suite
        label, seed = ((b"extended master secret", s.digest(self.transcript)) if self.extended
                       else (b"master secret", self.offered.random + self.random))
        self.session["secret"] = s.prf(secret, label, seed, 48)
        self.derive12()

    def finished_message(self, wrong=False):
        s = self.suite
        if self.version == "TLSv1.3":
            key = s.expand(self.client_secret, b"finished", b"", len(s.digest(b"")))
            body = s.mac(key, s.digest(self.transcript))
        else:
            body = s.prf(self.session["secret"], b"client finished", s.digest(self.transcript), 12)
        return body if not wrong else bytes([body[0] ^ 1]) + body[1:]

    def can_finish(self):
        """Whether this client knows what was agreed on."""
        if self.version == "TLSv1.3" or self.resumed:
            return self.suite.aead
        return self.suite.aead and self.group in ("x25519", *tls_keys.CURVES)

    def send_certificate(self, identity):
        """RFC 5246 section 7.4.6, RFC 8446 section 4.4.2. `identity`: (chain as DER, key), or None for no certificate."""
        modern = self.version == "TLSv1.3"
        chain = b"".join(v24(der) + (v16(b"") if modern else b"") for der in (identity[0] if identity else []))
        self.message(CERTIFICATE, (v8(self.request) if modern else b"") + v24(chain))

    def prove_certificate(self, identity, wrong=False):
        """RFC 5246 section 7.4.8, RFC 8446 section 4.4.3. With ECDSA on P-256."""
        signed = self.transcript
        if self.version == "TLSv1.3":
            signed = b" " * 64 + b"TLS 1.3, client CertificateVerify\0" + self.suite.digest(self.transcript)
        signature = tls_keys.sign(identity[1], signed + b"x" * wrong)
        self.message(CERTIFICATE_VERIFY, u16(SIGNATURES["ecdsa_secp256r1_sha256"]) + v16(signature))

    def finish(self, wrong=False, before=lambda: None, padding=0, identity=None, proof=True):
        """The client's half, and the server's answer. `before` is called just before Finished is sent. `identity`: what to
        answer when a certificate is asked for; `proof`: whether its signature is right; None: there is none."""
        if self.gone or not self.version:
            return self
        if self.version == "TLSv1.3":
            if not self.outbound:
                self.protect()
            if self.request is not None:
                self.send_certificate(identity)
                if identity and proof is not None:
                    self.prove_certificate(identity, not proof)
            before()
            body = message(FINISHED, self.finished_message(wrong))
            self.transcript += body
            self.record(HANDSHAKE, body, padding)
            self.outbound = tls_keys.Protection13(self.suite, self.application)
            self.resumption = self.suite.derive(self.master, b"res master", self.suite.digest(self.transcript))
            self.finished = True
            return self
        if not self.resumed:
            if self.request is not None:
                self.send_certificate(identity)
            self.exchange_keys()
            if self.request is not None and identity and proof is not None:
                self.prove_certificate(identity, not proof)
        before()
        self.send(record(CHANGE_CIPHER_SPEC, b"\1"))
        self.outbound = self.next_outbound
        self.message(FINISHED, self.finished_message(wrong))
        if self.resumed:
            self.finished = True
        else:
            self.answer(lambda: self.finished)
        return self

    # -- afterwards

    def hear(self, wanted=b"\r\n"):
        """Reads text until `wanted`, and notes its first two words."""
        self.answer(lambda: wanted in self.text)
        if self.text:
            self.note("text: " + " ".join(self.text.decode("latin-1").split()[:2]))
        self.text = b""
        return self

    def say(self, text):
        self.record(APPLICATION, text)
        return self

    def key_update(self, asks):
        self.record(HANDSHAKE, message(KEY_UPDATE, u8(asks)))
        self.outbound = self.outbound.next()

    def goodbye(self):
        """close_notify, and what the server does about it."""
        self.record(ALERT, b"\1\0")
        return self.drain()

    def drain(self):
        while not self.gone:
            self.answer()
        return self
