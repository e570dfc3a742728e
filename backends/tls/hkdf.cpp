#include "backends/tls/hkdf.hpp"

#include "backends/tls/joined.hpp"

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <cstring>

namespace postern::tls {

namespace {

using bytes = std::span<const std::byte>;

constexpr std::size_t hash_block = 64; // of SHA-256

// The key as long as a block, each byte changed by the pad's.
secret_block padded_hash(const crypto& with, bytes key, std::byte pad, bytes message) {
    joined all(hash_block + message.size());
    for (std::size_t i = 0; i < hash_block; ++i)
        all.add((i < key.size() ? key[i] : std::byte{0}) ^ pad);
    secret_block out;
    out.bytes = with.sha256(all.add(message).get());
    return out;
}

}

secret_block::~secret_block() { ::explicit_bzero(bytes.data(), bytes.size()); }

secret_block hmac_sha256(const crypto& with, bytes key, bytes message) {
    secret_block short_key;
    if (key.size() > hash_block) {
        short_key.bytes = with.sha256(key);
        key = short_key.bytes;
    }
    auto inner = padded_hash(with, key, std::byte{0x36}, message);
    return padded_hash(with, key, std::byte{0x5c}, inner.bytes);
}

secret_block hkdf_extract(const crypto& with, bytes salt, bytes secret) {
    return hmac_sha256(with, salt, secret);
}

void hkdf_expand(
    const crypto& with, const secret_block& key, bytes what_for, std::span<std::byte> out
) {
    assert(out.size() <= 255 * 32);
    secret_block last;
    std::size_t last_size = 0;
    for (std::uint8_t n = 1; !out.empty(); ++n) {
        joined message(last_size + what_for.size() + 1);
        message.add(bytes(last.bytes).first(last_size)).add(what_for).add(std::byte{n});
        last = hmac_sha256(with, key.bytes, message.get());
        last_size = last.bytes.size();
        auto some = std::min(out.size(), last_size);
        std::copy_n(last.bytes.begin(), some, out.begin());
        out = out.subspan(some);
    }
}

}
