"""ClientHello, records and messages as bytes: whatever a script wants said, right or wrong."""
import os
import struct

from tls_numbers import EXTENSIONS, GROUPS, SIGNATURES, SUITES, VERSIONS, number

SUITES13 = ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"]
SUITES12 = ["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384",
            "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305"]
USUAL_SIGNATURES = ["ecdsa_secp256r1_sha256", "rsa_pss_rsae_sha256", "rsa_pkcs1_sha256", "ecdsa_secp384r1_sha384",
                    "rsa_pss_rsae_sha384", "rsa_pkcs1_sha384", "rsa_pss_rsae_sha512", "rsa_pkcs1_sha512"]

ALERT, HANDSHAKE, CHANGE_CIPHER_SPEC, APPLICATION = 21, 22, 20, 23
CLIENT_HELLO, CERTIFICATE, CERTIFICATE_VERIFY, CLIENT_KEY_EXCHANGE, FINISHED, KEY_UPDATE = 1, 11, 15, 16, 20, 24


def u8(n):
    return struct.pack(">B", n)


def u16(n):
    return struct.pack(">H", n)


def u24(n):
    return struct.pack(">I", n)[1:]


def v8(body):
    return u8(len(body)) + body


def v16(body):
    return u16(len(body)) + body


def v24(body):
    return u24(len(body)) + body


def numbers(table, names):
    return b"".join(u16(number(table, name)) for name in names)


def record(kind, body, version=0x0303):
    return u8(kind) + u16(version) + v16(body)


def message(kind, body):
    return u8(kind) + u24(len(body)) + body


def alert(level, what):
    return record(ALERT, bytes([level, what]))


def sni(name, kind=0):
    return v16(u8(kind) + v16(name.encode()))


def alpn(*names):
    return v16(b"".join(v8(name.encode()) for name in names))


class Hello:
    """What a client offers. Every part can be replaced; `more` adds extensions or replaces those of that name, and
    `without` leaves some out. `keys` are the key shares to offer: {group: public bytes}."""

    def __init__(self, versions=("TLSv1.3", "TLSv1.2"), suites=None, groups=("x25519", "secp256r1", "secp384r1"), keys=None,
                 signatures=tuple(USUAL_SIGNATURES), server_name="localhost", protocols=(), session_id=None, ticket=None,
                 more=(), without=(), random=None, compression=b"\0", legacy=None, extensions=None):
        self.versions = [number(VERSIONS, v) for v in versions]
        newest = max((v for v in self.versions if v <= 0x0304), default=0x0303)
        self.legacy = legacy if legacy is not None else min(newest, 0x0303)
        modern = 0x0304 in self.versions
        if suites is None:
            suites = (SUITES13 if modern else []) + (SUITES12 if set(self.versions) - {0x0304} else [])
        self.suites = [number(SUITES, s) for s in suites]
        self.random = random or os.urandom(32)
        self.session_id = os.urandom(32) if session_id is None and modern else session_id or b""
        self.compression = compression
        if extensions is None:
            extensions = self.usual(modern, groups, keys or {}, signatures, server_name, protocols, ticket)
            for name, body in dict(more).items():
                extensions[number(EXTENSIONS, name)] = body
            for name in without:
                extensions.pop(number(EXTENSIONS, name))
            psk = extensions.pop(EXTENSIONS["pre_shared_key"], None)  # RFC 8446 section 4.2.11: always the last
            extensions = list(extensions.items()) + ([(EXTENSIONS["pre_shared_key"], psk)] if psk is not None else [])
        self.extensions = extensions  # [(number, body)], or None for a hello that ends before them

    @staticmethod
    def _versions(versions):
        return v8(b"".join(u16(v) for v in versions))

    def usual(self, modern, groups, keys, signatures, server_name, protocols, ticket):
        out = {}
        if server_name:
            out["server_name"] = sni(server_name)
        out["supported_groups"] = v16(numbers(GROUPS, groups))
        out["signature_algorithms"] = v16(numbers(SIGNATURES, signatures))
        if protocols:
            out["alpn"] = alpn(*protocols)
        if set(self.versions) - {0x0304}:
            out["ec_point_formats"] = v8(b"\0")
            out["extended_master_secret"] = b""
            out["renegotiation_info"] = b"\0"
            if ticket is not None:
                out["session_ticket"] = ticket
        if modern:
            out["supported_versions"] = self._versions(self.versions)
            out["psk_key_exchange_modes"] = v8(b"\1")
            out["key_share"] = v16(b"".join(u16(number(GROUPS, g)) + v16(key) for g, key in keys.items()))
        return {EXTENSIONS[name]: body for name, body in out.items()}

    def body(self):
        out = u16(self.legacy) + self.random + v8(self.session_id) + v16(b"".join(map(u16, self.suites))) + v8(self.compression)
        if self.extensions:
            out += v16(b"".join(u16(kind) + v16(body) for kind, body in self.extensions))
        return out

    def message(self):
        return message(CLIENT_HELLO, self.body())

    def record(self, version=0x0301):
        return record(HANDSHAKE, self.message(), version)
