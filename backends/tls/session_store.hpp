#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>

namespace postern::tls {

// Where resumable sessions live. Bytes in, bytes out: what is stored is a library's serialised
// session, which begins with that library's own format mark. Implementations never block for long,
// never throw, and bound what they keep.
class session_store {
public:
    using clock = std::chrono::system_clock;
    virtual ~session_store() = default;

    // Keeps a session until `expires` or until room is needed; the oldest leaves first. id is at
    // most 32 bytes. An id that is there already is replaced. False when it cannot be kept (too
    // large for the store).
    virtual bool put(
        std::span<const std::byte> id, std::span<const std::byte> session, clock::time_point expires
    ) = 0;

    // The session, unless it is unknown or expired.
    virtual std::optional<std::string> get(std::span<const std::byte> id) = 0;

    virtual void drop(std::span<const std::byte> id) = 0;
};

}
