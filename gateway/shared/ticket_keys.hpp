#pragma once

#include "backends/tls/ticket_keys.hpp"
#include "gateway/shared/segment.hpp"
#include "gateway/shared/segment_lock.hpp"

#include <array>
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
// once a second, and never a copy of their own that is older.
//
// Servers differ in ssl_session_timeout, and a long one must not keep the keys of a short one
// alive. So there is such a pair for lifetimes of 1 second, of 2 and 3, of 4 to 7, and so on.
class ticket_keys final : public tls::ticket_keys {
public:
    using clock = std::chrono::system_clock;
    using now = std::function<clock::time_point()>;

    static constexpr std::size_t needed = 4096; // bytes of the segment, at least

    explicit ticket_keys(segment, now = clock::now);

    // Should the segment be held by a process that does not go on, the last key seen here seals,
    // for as long as it would have been kept; then one of this process's own.
    tls::ticket_key sealing(std::chrono::seconds lifetime) override;
    std::optional<found> opening(std::span<const std::byte, 16> name) override;

    const segment& memory() const { return memory_; }

private:
    static constexpr std::size_t pairs = 32; // one for each power of two seconds

    struct slot;
    struct pair;
    struct shape;
    struct remembered {
        tls::ticket_key key;
        std::int64_t until = 0;   // seconds since 1970; 0: no key here
        std::int64_t read_at = 0; // the second in which it was seen in the segment
    };

    bool has_room() const;
    shape& shared() const;
    std::int64_t seconds() const;
    void renew(pair&, std::int64_t most) const;
    tls::ticket_key own_key(remembered&, std::chrono::seconds lifetime) const;
    std::optional<found> opening_own(std::span<const std::byte, 16> name) const;
    void forget_expired();

    segment memory_;
    now now_;
    // The first key is worth a wait: without it this worker's tickets would be its own.
    lock_patience patience_, first_patience_{std::chrono::seconds(1)};
    std::array<remembered, pairs> last_; // that were seen here
    std::optional<found> opened_;        // the last one, and in which second
    std::int64_t opened_at_ = 0;
};

}
