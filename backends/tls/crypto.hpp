#pragma once

#include <array>
#include <cstddef>
#include <span>

namespace postern::tls {

// The primitives that the common code borrows from the linked library. Stateless; for use by any
// thread.
class crypto {
public:
    virtual ~crypto() = default;

    virtual std::array<std::byte, 32> sha256(std::span<const std::byte>) const = 0;

    // For names of certificates that are made by it; never where it must keep anybody out.
    virtual std::array<std::byte, 20> sha1(std::span<const std::byte>) const = 0;

    // AES-256-GCM with a nonce of 12 bytes and a tag of 16. `out` is as long as the input and may
    // be the same memory. False on failure; then `out` holds nothing of use.
    struct aead_input {
        std::span<const std::byte, 32> key;
        std::span<const std::byte, 12> nonce;
        std::span<const std::byte> bound; // authenticated, not encrypted
    };
    virtual bool seal(
        const aead_input&,
        std::span<const std::byte> plain,
        std::span<std::byte> out,
        std::span<std::byte, 16> tag
    ) const = 0;
    virtual bool open(
        const aead_input&,
        std::span<const std::byte> sealed,
        std::span<const std::byte, 16> tag,
        std::span<std::byte> out
    ) const = 0;
};

}
