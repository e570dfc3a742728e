"""Keys and the protection of records, for both TLS 1.2 (RFC 5246, 5288, 7905, 7627) and 1.3 (RFC 8446)."""
import hashlib
import hmac
import struct

import tls_mlkem

try:
    from cryptography.exceptions import InvalidSignature, InvalidTag
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, x25519
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
except ImportError:
    raise SystemExit("this Python has no cryptography module: Debian's python3-cryptography, or pip install cryptography")

CURVES = {"secp256r1": ec.SECP256R1, "secp384r1": ec.SECP384R1, "secp521r1": ec.SECP521R1}
_made = {}  # group -> private key: one for the whole run, since nothing here is secret


HYBRID, MLKEM_CIPHERTEXT = "X25519MLKEM768", 1088
GROUPS = ("x25519", *CURVES, HYBRID)  # that this client can do


def private_key(group):
    if group not in _made:
        _made[group] = (x25519.X25519PrivateKey.generate() if group == "x25519" else
                        tls_mlkem.PrivateKey() if group == HYBRID else ec.generate_private_key(CURVES[group]()))
    return _made[group]


def public_bytes(group):
    if group == HYBRID:  # draft-ietf-tls-ecdhe-mlkem: ML-KEM's half is the first one
        return private_key(group).public_bytes + public_bytes("x25519")
    key = private_key(group).public_key()
    if group == "x25519":
        return key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def shared_secret(group, theirs):
    if group == HYBRID:
        at = MLKEM_CIPHERTEXT
        return private_key(group).shared_secret(theirs[:at]) + shared_secret("x25519", theirs[at:])
    if group == "x25519":
        return private_key(group).exchange(x25519.X25519PublicKey.from_public_bytes(theirs))
    return private_key(group).exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVES[group](), theirs))


def verifies(key, scheme, signature, signed):
    """Whether a signature of a scheme (its name) is good."""
    words = scheme.split("_")
    digest = {"sha1": hashes.SHA1, "sha256": hashes.SHA256, "sha384": hashes.SHA384, "sha512": hashes.SHA512}[words[-1]]()
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, signed, ec.ECDSA(digest))
        elif isinstance(key, rsa.RSAPublicKey):
            pad = padding.PSS(padding.MGF1(digest), digest.digest_size) if words[1] == "pss" else padding.PKCS1v15()
            key.verify(signature, signed, pad, digest)
        else:
            return False
        return True
    except InvalidSignature:
        return False


def sign(key, text):
    """By ECDSA with SHA-256."""
    return key.sign(text, ec.ECDSA(hashes.SHA256()))


class Suite:
    """What a suite's name says of its hash and of its AEAD."""

    def __init__(self, name):
        self.name = name
        self.hash = "sha384" if name.endswith("SHA384") else "sha256"
        self.chacha = "CHACHA20" in name
        self.key = 32 if self.chacha or "AES256" in name or "AES_256" in name else 16
        self.aead = "GCM" in name or self.chacha
        self.iv = 12 if self.chacha or name.startswith("TLS_") else 4

    def digest(self, data):
        return hashlib.new(self.hash, data).digest()

    def mac(self, key, data):
        return hmac.new(key, data, self.hash).digest()

    def cipher(self, key):
        return ChaCha20Poly1305(key) if self.chacha else AESGCM(key)

    # RFC 5246 section 5
    def prf(self, secret, label, seed, length):
        seed, out, a = label + seed, b"", label + seed
        while len(out) < length:
            a = self.mac(secret, a)
            out += self.mac(secret, a + seed)
        return out[:length]

    # RFC 8446 section 7.1
    def extract(self, salt, secret):
        return self.mac(salt, secret)

    def expand(self, secret, label, context, length):
        label = b"tls13 " + label
        info = struct.pack(">HB", length, len(label)) + label + struct.pack(">B", len(context)) + context
        out = block = b""
        for n in range(1, -(-length // hashlib.new(self.hash).digest_size) + 1):
            block = self.mac(secret, block + info + bytes([n]))
            out += block
        return out[:length]

    def derive(self, secret, label, transcript):
        return self.expand(secret, label, transcript, hashlib.new(self.hash).digest_size)


class Protection13:
    """One direction of TLS 1.3 under one traffic secret."""

    def __init__(self, suite, secret):
        self.suite, self.secret, self.sequence = suite, secret, 0
        self.aead = suite.cipher(suite.expand(secret, b"key", b"", suite.key))
        self.iv = suite.expand(secret, b"iv", b"", 12)

    def next(self):
        """What a key update leads to."""
        return Protection13(self.suite, self.suite.derive(self.secret, b"traffic upd", b""))

    def nonce(self):
        number = int.from_bytes(self.iv, "big") ^ self.sequence
        self.sequence += 1
        return number.to_bytes(12, "big")

    def seal(self, kind, body, padding=0):
        size = len(body) + 1 + padding + 16
        head = struct.pack(">BHH", 23, 0x0303, size)
        return head + self.aead.encrypt(self.nonce(), body + bytes([kind]) + bytes(padding), head)

    def open(self, kind, version, body):
        head = struct.pack(">BHH", kind, version, len(body))
        try:
            plain = self.aead.decrypt(self.nonce(), body, head).rstrip(b"\0")
        except InvalidTag:
            return None
        return plain[-1], plain[:-1]


class Protection12:
    """One direction of TLS 1.2 with an AEAD suite."""

    def __init__(self, suite, key, iv):
        self.suite, self.aead, self.iv, self.sequence = suite, suite.cipher(key), iv, 0

    def nonce(self, explicit):
        if not self.suite.chacha:
            return self.iv + explicit
        return (int.from_bytes(self.iv, "big") ^ self.sequence).to_bytes(12, "big")

    def seal(self, kind, body, padding=0):
        explicit = b"" if self.suite.chacha else struct.pack(">Q", self.sequence)
        extra = struct.pack(">QBHH", self.sequence, kind, 0x0303, len(body))
        sealed = explicit + self.aead.encrypt(self.nonce(explicit), body, extra)
        self.sequence += 1
        return struct.pack(">BHH", kind, 0x0303, len(sealed)) + sealed

    def open(self, kind, version, body):
        explicit, body = (b"", body) if self.suite.chacha else (body[:8], body[8:])
        extra = struct.pack(">QBHH", self.sequence, kind, version, len(body) - 16)
        nonce = self.nonce(explicit)
        self.sequence += 1
        try:
            return kind, self.aead.decrypt(nonce, body, extra)
        except InvalidTag:
            return None
