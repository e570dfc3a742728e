"""A client's half of ML-KEM-768 (FIPS 203), for X25519MLKEM768: slow, and nothing here is secret.

A ciphertext is not encrypted again to see whether it is honest: with one that is not, no Finished fits.
"""
import hashlib

Q, N, K = 3329, 256, 3
ZETAS = [pow(17, int(f"{i:07b}"[::-1], 2), Q) for i in range(128)]
SQUARES = [pow(17, 2 * int(f"{i:07b}"[::-1], 2) + 1, Q) for i in range(128)]


def ntt(f):
    f, i, width = list(f), 1, 128
    while width >= 2:
        for start in range(0, N, 2 * width):
            zeta, i = ZETAS[i], i + 1
            for j in range(start, start + width):
                t = zeta * f[j + width]
                f[j], f[j + width] = (f[j] + t) % Q, (f[j] - t) % Q
        width //= 2
    return f


def ntt_back(f):
    f, i, width = list(f), 127, 2
    while width <= 128:
        for start in range(0, N, 2 * width):
            zeta, i = ZETAS[i], i - 1
            for j in range(start, start + width):
                t = f[j]
                f[j], f[j + width] = (t + f[j + width]) % Q, zeta * (f[j + width] - t) % Q
        width *= 2
    return [x * 3303 % Q for x in f]


def times(f, g):
    out = []
    for i in range(128):
        a, b, c, d = f[2 * i], f[2 * i + 1], g[2 * i], g[2 * i + 1]
        out += [(a * c + b * d * SQUARES[i]) % Q, (a * d + b * c) % Q]
    return out


def plus(f, g):
    return [(a + b) % Q for a, b in zip(f, g)]


def encode(f, bits):
    return sum(x << bits * i for i, x in enumerate(f)).to_bytes(32 * bits, "little")


def decode(data, bits):
    whole = int.from_bytes(data, "little")
    return [whole >> bits * i & (1 << bits) - 1 for i in range(N)]


def uniform(seed):
    """Algorithm 7: a polynomial of the public matrix."""
    stream, out, at = hashlib.shake_128(seed).digest(1600), [], 0
    while len(out) < N:
        a, b, c = stream[at:at + 3]
        out += [x for x in (a + 256 * (b % 16), b // 16 + 16 * c) if x < Q]
        at += 3
    return out[:N]


def small(seed):
    """Algorithm 8, for η = 2."""
    bits = decode(hashlib.shake_256(seed).digest(128), 4)
    return [((x & 1) + (x >> 1 & 1) - (x >> 2 & 1) - (x >> 3)) % Q for x in bits]


class PrivateKey:
    def __init__(self, seed=bytes(32)):
        whole = hashlib.sha3_512(seed + bytes([K])).digest()
        rho, sigma = whole[:32], whole[32:]
        self.secret = [ntt(small(sigma + bytes([i]))) for i in range(K)]
        open_half = []
        for i in range(K):
            t = ntt(small(sigma + bytes([K + i])))
            for j in range(K):
                t = plus(t, times(uniform(rho + bytes([j, i])), self.secret[j]))
            open_half.append(t)
        self.public_bytes = b"".join(encode(t, 12) for t in open_half) + rho

    def shared_secret(self, ciphertext):
        """Of a ciphertext of 1088 bytes."""
        w = [(x * Q + 8) >> 4 for x in decode(ciphertext[320 * K:], 4)]
        for i in range(K):
            u = [(x * Q + 512) >> 10 for x in decode(ciphertext[320 * i:320 * (i + 1)], 10)]
            w = [(a - b) % Q for a, b in zip(w, ntt_back(times(self.secret[i], ntt(u))))]
        said = encode([((x << 1) + Q // 2) // Q & 1 for x in w], 1)
        return hashlib.sha3_512(said + hashlib.sha3_256(self.public_bytes).digest()).digest()[:32]
