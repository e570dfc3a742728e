#pragma once

#include "backends/tls/session_store.hpp"
#include "gateway/shared/segment.hpp"
#include "gateway/shared/segment_lock.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace postern::gateway {

// The store behind ssl_session_cache shared:NAME:SIZE: what all workers know of resumable sessions.
//
// A ring of records of variable length, overwritten at its old end, so that the oldest leaves
// first; and a hash table of chains through the records. A zeroed segment is an empty cache, and
// the geometry follows from the segment's size alone.
//
// A process may be killed between any two instructions: every change becomes visible by one store
// of one word, in an order that leaves nothing worse behind than a record which no chain leads to.
// A process may be hostile: every word read is judged before it is used, and what cannot be right
// is cut off its chain, or empties the cache.
class session_cache final : public tls::session_store {
public:
    using now = std::function<clock::time_point()>;

    static constexpr std::size_t smallest = 4096; // bytes of a segment; a smaller one keeps nothing
    static constexpr std::size_t longest_id = 64;
    static constexpr std::size_t longest_session = 60000;

    // Bytes of the segment beyond 4 GiB stay unused.
    explicit session_cache(segment, now = clock::now);

    // False too when another process holds the segment and does not go on; then the session is not
    // kept.
    bool put(
        std::span<const std::byte> id, std::span<const std::byte> session, clock::time_point expires
    ) override;
    std::optional<std::string> get(std::span<const std::byte> id) override;
    void drop(std::span<const std::byte> id) override;

    // Whole sessions in the ring, expired or not; for tests and figures. Walks all of it.
    std::size_t count();

    const segment& memory() const { return memory_; }

private:
    using offset = std::uint32_t; // from the start of the segment; 0 is nowhere

    // A record's header, copied out of the shared memory before it is judged and used.
    struct record {
        offset at = 0;
        std::uint32_t id_bytes = 0, session_bytes = 0;
        std::uint32_t expires = 0; // seconds since 1970
        offset next = 0;           // in its chain
        std::uint32_t checksum = 0;

        offset body() const;
        offset behind() const; // where the next record begins
    };
    struct ends {
        offset head, tail; // where the next record goes; where the oldest stands
    };

    std::uint32_t load(offset) const;
    void store(offset, std::uint32_t);
    std::optional<record> look_at(offset) const;
    std::optional<std::string> read(const record&, std::span<const std::byte> id) const;
    offset bucket_of(std::span<const std::byte> id) const;
    std::optional<ends> load_ends() const;

    // The words that lead to records: a bucket, or the `next` of another record.
    template <class Wanted> offset find_link(offset bucket, Wanted);
    offset find(std::span<const std::byte> id);
    void forget(offset link, const record&);
    void wipe(const record&);

    bool make_room(std::uint32_t bytes);
    bool evict_oldest(ends);
    void append(const record&, std::span<const std::byte> id, std::span<const std::byte> session);
    void start_over();
    template <class Work> bool locked(Work);

    segment memory_;
    now now_;
    std::uint32_t buckets_ = 0;      // how many
    offset ring_ = 0, ring_end_ = 0; // the ring's first byte, and the one after its last
    lock_patience patience_;
};

}
