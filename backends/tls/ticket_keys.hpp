#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <optional>
#include <span>

namespace postern::tls {

// One key of the ring: a public name that travels in the ticket, and the secret that the keys for
// AES-256-GCM come from. Wiped when it goes.
struct ticket_key {
    std::array<std::byte, 16> name{};
    std::array<std::byte, 32> secret{};

    ticket_key() = default;
    ticket_key(const ticket_key&) = default;
    ticket_key& operator=(const ticket_key&) = default;
    ~ticket_key() { ::explicit_bzero(secret.data(), secret.size()); }
};

// The keys that seal session tickets (RFC 5077 section 4), shared by all workers so that any of
// them can resume what another one began.
class ticket_keys {
public:
    virtual ~ticket_keys() = default;

    // The key that seals now. Seals made with it must be readable for `lifetime` from now.
    virtual ticket_key sealing(std::chrono::seconds lifetime) = 0;

    // The key of that name while it may still be used, and whether it is the sealing one. Nothing
    // when unknown.
    struct found {
        ticket_key key;
        bool current = true;
    };
    virtual std::optional<found> opening(std::span<const std::byte, 16> name) = 0;
};

}
