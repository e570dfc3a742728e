#pragma once

#include "backends/tls/ticket_keys.hpp"
#include "gateway/shared/segment.hpp"
#include "gateway/shared/segment_lock.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace postern::gateway {

// The ticket keys of all workers, in a segment that survives reload, so that any worker resumes
// what any other began.
//
// Two keys: the one that seals, and the one before it, which only opens. Each is kept until the
// last ticket that it sealed has expired; when the older one is no longer needed, a new random key
// takes its place and seals from then on. A key therefore seals for about one ticket lifetime, and
// is wiped after about two. There is no third key waiting, because workers read the segment itself
// and never a copy of their own that could be too old.
class ticket_keys final : public tls::ticket_keys {
public:
    using clock = std::chrono::system_clock;
    using now = std::function<clock::time_point()>;

    static constexpr std::size_t needed = 4096; // bytes of the segment, at least

    explicit ticket_keys(segment, now = clock::now);
    ~ticket_keys() override;

    // Should the segment be held by a process that does not go on, the last key seen here seals.
    tls::ticket_key sealing(std::chrono::seconds lifetime) override;
    std::optional<found> opening(std::span<const std::byte, 16> name) override;

    const segment& memory() const { return memory_; }

private:
    struct slot;
    struct shape;
    shape& shared() const;
    void renew(shape&) const;

    segment memory_;
    now now_;
    lock_patience patience_;
    tls::ticket_key last_;
    bool has_last_ = false;
};

}
