#pragma once

#include "backends/tls/crypto.hpp"

#include <array>
#include <cstddef>
#include <span>

namespace postern::tls {

// 32 bytes that nobody may see, wiped when they go.
struct secret_block {
    std::array<std::byte, 32> bytes{};

    secret_block() = default;
    secret_block(const secret_block&) = default;
    secret_block& operator=(const secret_block&) = default;
    ~secret_block();
};

// HMAC-SHA-256 (RFC 2104), once for all libraries.
secret_block hmac_sha256(
    const crypto&, std::span<const std::byte> key, std::span<const std::byte> message
);

// HKDF with it (RFC 5869): one key out of any secret, then many out of that one, by what they are
// for.
secret_block hkdf_extract(
    const crypto&, std::span<const std::byte> salt, std::span<const std::byte> secret
);
// At most 255 * 32 bytes.
void hkdf_expand(
    const crypto&,
    const secret_block& key,
    std::span<const std::byte> what_for,
    std::span<std::byte> out
);

}
