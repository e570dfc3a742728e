#include "gateway/shared/session_cache.hpp"

#include "gateway/shared/segment_lock.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <fcntl.h>
#include <utility>

namespace postern::gateway {
namespace {

using bytes = std::span<const std::byte>;

// The segment: [head][tail], from 64 on the buckets, then the ring. A record: one word of lengths,
// one each for expiry, next and checksum, then id and session, filled up to whole words.
constexpr std::uint32_t head_word = 0, tail_word = 4, first_bucket = 64;
constexpr std::uint32_t lengths_word = 0, expires_word = 4, next_word = 8, checksum_word = 12;
constexpr std::uint32_t header_bytes = 16;
constexpr std::uint32_t skip_to_start =
    0xffffffff;                               // in place of lengths: the ring goes on in front
constexpr std::size_t bytes_per_bucket = 512; // two records of the usual 256 bytes

// A chain longer than this, or a ring that never makes room, is somebody's forgery.
constexpr int most_steps = 8192;

std::uint32_t whole_words(std::size_t n) { return static_cast<std::uint32_t>((n + 3) & ~3ul); }

std::uint64_t mix(std::uint64_t hash, bytes some) {
    for (auto b : some)
        hash = (hash ^ std::to_integer<std::uint64_t>(b)) * 0x100000001b3; // FNV-1a
    return hash;
}

std::uint64_t mix(std::uint64_t hash, std::uint32_t word) {
    return mix(hash, std::as_bytes(std::span(&word, 1)));
}

constexpr std::uint64_t seed = 0xcbf29ce484222325;

// Never 0: that is the checksum of a record which was wiped.
std::uint32_t checksum_of(std::uint32_t expires, bytes id, bytes session) {
    auto hash = mix(mix(seed, expires), static_cast<std::uint32_t>(id.size()));
    hash = mix(mix(hash, id), session);
    auto folded = static_cast<std::uint32_t>(hash ^ hash >> 32);
    return folded ? folded : 1;
}

std::uint32_t seconds_of(session_cache::clock::time_point t) {
    auto s = std::chrono::duration_cast<std::chrono::seconds>(t.time_since_epoch()).count();
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>(s, 0, 0xffffffff));
}

}

session_cache::offset session_cache::record::body() const { return at + header_bytes; }

session_cache::offset session_cache::record::behind() const {
    return at + header_bytes + whole_words(id_bytes + session_bytes);
}

session_cache::session_cache(segment memory, now tell)
    : memory_(std::move(memory)), now_(std::move(tell)) {
    auto size = std::min<std::size_t>(memory_.bytes().size(), 0xfffffffc) & ~3ul;
    if (size < smallest) return;
    buckets_ = static_cast<std::uint32_t>(size / bytes_per_bucket);
    ring_ = first_bucket + 4 * buckets_;
    ring_end_ = static_cast<offset>(size);
}

// Words are read once and written once: another process may change them at any time.
std::uint32_t session_cache::load(offset at) const {
    auto word = reinterpret_cast<std::uint32_t*>(memory_.bytes().data() + at);
    return std::atomic_ref(*word).load(std::memory_order_acquire);
}

void session_cache::store(offset at, std::uint32_t value) {
    auto word = reinterpret_cast<std::uint32_t*>(memory_.bytes().data() + at);
    std::atomic_ref(*word).store(value, std::memory_order_release);
}

template <class Work> bool session_cache::locked(Work work) {
    if (buckets_ == 0) return false;
    segment_lock lock(memory_.fd(), patience_);
    if (lock.held()) return work();
    return false;
}

// Nothing when no record can stand there: an offset outside the ring, or lengths that lead out of
// it.
std::optional<session_cache::record> session_cache::look_at(offset at) const {
    if (at < ring_ || at % 4 != 0 || at > ring_end_ - header_bytes) return {};
    record r{at};
    auto lengths = load(at + lengths_word);
    r.id_bytes = lengths >> 16;
    r.session_bytes = lengths & 0xffff;
    r.expires = load(at + expires_word);
    r.next = load(at + next_word);
    r.checksum = load(at + checksum_word);
    if (r.id_bytes == 0 || r.id_bytes > longest_id || r.session_bytes > longest_session) return {};
    if (ring_end_ - at < header_bytes + whole_words(r.id_bytes + r.session_bytes)) return {};
    return r;
}

// The session, when the record is whole and the id is its own.
std::optional<std::string> session_cache::read(const record& r, bytes id) const {
    std::string session(r.session_bytes, '\0');
    auto from = memory_.bytes().subspan(r.body() + r.id_bytes, r.session_bytes);
    std::memcpy(session.data(), from.data(), from.size());
    if (r.checksum != checksum_of(r.expires, id, std::as_bytes(std::span(session)))) return {};
    return session;
}

session_cache::offset session_cache::bucket_of(bytes id) const {
    auto hash = mix(seed, id);
    return first_bucket + 4 * static_cast<offset>((hash ^ hash >> 32) % buckets_);
}

// The word that leads to the record which `wanted`, or 0. A chain that leaves the ring or never
// ends is cut.
template <class Wanted> session_cache::offset session_cache::find_link(offset link, Wanted wanted) {
    for (int step = 0; step < most_steps; ++step) {
        auto at = load(link);
        if (at == 0) return 0;
        auto r = look_at(at);
        if (!r) break;
        if (wanted(*r)) return link;
        link = at + next_word;
    }
    store(link, 0);
    return 0;
}

session_cache::offset session_cache::find(bytes id) {
    return find_link(bucket_of(id), [&](const record& r) {
        return std::ranges::equal(memory_.bytes().subspan(r.body(), r.id_bytes), id);
    });
}

// Out of the chain first, so that nobody is led to bytes half wiped.
void session_cache::forget(offset link, const record& r) {
    store(link, r.next);
    wipe(r);
}

// The lengths stay, because the walk along the ring needs them.
void session_cache::wipe(const record& r) {
    store(r.at + checksum_word, 0);
    auto body = memory_.bytes().subspan(r.body(), r.id_bytes + r.session_bytes);
    std::memset(body.data(), 0, body.size());
}

std::optional<session_cache::ends> session_cache::load_ends() const {
    ends e{load(head_word), load(tail_word)};
    if (e.head == 0) e.head = ring_; // a new segment
    if (e.tail == 0) e.tail = ring_;
    for (auto at : {e.head, e.tail})
        if (at < ring_ || at > ring_end_ || at % 4 != 0) return {};
    return e;
}

// Until `bytes` fit at the head. The head never meets the tail from behind: equal means empty.
bool session_cache::make_room(std::uint32_t wanted) {
    for (int step = 0; step < most_steps; ++step) {
        auto e = load_ends();
        if (!e) break;
        if (e->head < e->tail) {
            if (e->tail - e->head > wanted) return true;
            if (!evict_oldest(*e)) break;
        } else if (ring_end_ - e->head >= wanted) {
            return true;
        } else if (e->tail == ring_ && e->head != ring_) {
            if (!evict_oldest(*e)) break;
        } else {
            if (e->head < ring_end_) store(e->head + lengths_word, skip_to_start);
            store(head_word, ring_);
        }
    }
    start_over();
    return false;
}

bool session_cache::evict_oldest(ends e) {
    if (e.tail == ring_end_ || load(e.tail + lengths_word) == skip_to_start) {
        store(tail_word, ring_);
        return true;
    }
    auto r = look_at(e.tail);
    if (!r || (e.tail < e.head && r->behind() > e.head)) return false;
    std::byte id[longest_id];
    std::memcpy(id, memory_.bytes().data() + r->body(), r->id_bytes);
    auto link =
        find_link(bucket_of({id, r->id_bytes}), [&](const record& x) { return x.at == r->at; });
    if (link != 0) store(link, r->next);
    wipe(*r);
    store(tail_word, r->behind());
    return true;
}

void session_cache::append(const record& r, bytes id, bytes session) {
    store(r.at + lengths_word, r.id_bytes << 16 | r.session_bytes);
    store(r.at + expires_word, r.expires);
    store(r.at + next_word, r.next);
    store(r.at + checksum_word, r.checksum);
    auto body = memory_.bytes().data() + r.body();
    std::ranges::copy(session, std::ranges::copy(id, body).out);
    store(head_word, r.behind()); // from here on it is part of the ring,
    store(bucket_of(id), r.at);   // and from here on it can be found
}

// A ring that cannot be right is emptied; giving the pages back leaves a segment of zeros.
void session_cache::start_over() {
    auto all = memory_.bytes();
    if (::fallocate(
            memory_.fd(),
            FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
            0,
            static_cast<off_t>(all.size())
        ) != 0)
        std::memset(all.data(), 0, all.size());
}

bool session_cache::put(bytes id, bytes session, clock::time_point expires) {
    if (id.empty() || id.size() > longest_id || session.size() > longest_session) return false;
    auto wanted = header_bytes + whole_words(id.size() + session.size());
    if (wanted > (ring_end_ - ring_) / 4) return false;
    auto until = seconds_of(expires);
    auto sum = checksum_of(until, id, session);
    return locked([&] {
        if (auto link = find(id))
            if (auto old = look_at(load(link))) forget(link, *old);
        if (!make_room(wanted)) return false;
        auto e = load_ends();
        if (!e || ring_end_ - e->head < wanted) return false;
        record r{e->head, 0, 0, until, load(bucket_of(id)), sum};
        r.id_bytes = static_cast<std::uint32_t>(id.size());
        r.session_bytes = static_cast<std::uint32_t>(session.size());
        append(r, id, session);
        return true;
    });
}

std::optional<std::string> session_cache::get(bytes id) {
    std::optional<std::string> session;
    if (id.empty() || id.size() > longest_id) return session;
    locked([&] {
        auto link = find(id);
        auto r = link ? look_at(load(link)) : std::nullopt;
        if (!r) return false;
        if (r->expires > seconds_of(now_())) session = read(*r, id);
        if (session) return true;
        forget(link, *r); // expired or torn: nobody needs it any more
        return false;
    });
    return session;
}

void session_cache::drop(bytes id) {
    if (id.empty() || id.size() > longest_id) return;
    locked([&] {
        auto link = find(id);
        auto old = link ? look_at(load(link)) : std::nullopt;
        if (old) forget(link, *old);
        return old.has_value();
    });
}

std::size_t session_cache::count() {
    std::size_t whole = 0;
    locked([&] {
        auto e = load_ends();
        if (!e) return false;
        auto at = e->tail;
        for (bool second_lap = false; at != e->head;) {
            auto r = look_at(at);
            if (!r) { // the skip at the ring's end, if all is well
                if (std::exchange(second_lap, true)) return false;
                at = ring_;
                continue;
            }
            std::byte id[longest_id];
            std::memcpy(id, memory_.bytes().data() + r->body(), r->id_bytes);
            whole += read(*r, {id, r->id_bytes}).has_value();
            at = r->behind();
        }
        return true;
    });
    return whole;
}

}
