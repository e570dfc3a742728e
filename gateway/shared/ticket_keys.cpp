#include "gateway/shared/ticket_keys.hpp"

#include "gateway/shared/segment_lock.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <sys/random.h>

namespace postern::gateway {
namespace {

// Short requests never fail once the kernel has its entropy; without randomness there is nothing to
// do but stop.
void fill_random(std::span<std::byte> some) {
    while (!some.empty()) {
        auto got = ::getrandom(some.data(), some.size(), 0);
        if (got > 0)
            some = some.subspan(static_cast<std::size_t>(got));
        else if (errno != EINTR)
            std::abort();
    }
}

void wipe_key(tls::ticket_key& key) {
    ::explicit_bzero(key.name.data(), key.name.size());
    ::explicit_bzero(key.secret.data(), key.secret.size());
}

std::int64_t seconds_of(ticket_keys::clock::time_point t) {
    return std::chrono::duration_cast<std::chrono::seconds>(t.time_since_epoch()).count();
}

}

struct ticket_keys::slot {
    std::int64_t needed_until; // seconds since 1970; 0: no key here
    std::byte name[16];
    std::byte secret[32];

    bool in_use(std::int64_t t) const { return needed_until != 0 && needed_until >= t; }
    tls::ticket_key key() const {
        tls::ticket_key k;
        std::ranges::copy(name, k.name.begin());
        std::ranges::copy(secret, k.secret.begin());
        return k;
    }
};

// All zero at first. `sealing` is the last word written in a change: a process that is killed
// before leaves the change undone.
struct ticket_keys::shape {
    std::uint32_t sealing; // which slot seals; only its lowest bit counts
    std::uint32_t unused;
    slot slots[2];
};

ticket_keys::ticket_keys(segment memory, now tell)
    : memory_(std::move(memory)), now_(std::move(tell)) {
    // Without a segment of full size the keys are this process's own.
    if (memory_.bytes().size() < sizeof(shape)) {
        fill_random(last_.name);
        fill_random(last_.secret);
        has_last_ = true;
    }
}

ticket_keys::~ticket_keys() { wipe_key(last_); }

ticket_keys::shape& ticket_keys::shared() const {
    return *reinterpret_cast<shape*>(memory_.bytes().data());
}

// Sees to it that the sealing slot holds a key, and that it gives way once the older one is done.
void ticket_keys::renew(shape& all) const {
    auto t = seconds_of(now_());
    auto next = all.sealing & 1;
    if (all.slots[next].in_use(t)) next ^= 1;
    auto& fresh = all.slots[next];
    if (fresh.in_use(t)) return;
    fresh.needed_until = 0;
    std::atomic_signal_fence(std::memory_order_seq_cst);
    fill_random(fresh.name);
    fill_random(fresh.secret);
    std::atomic_signal_fence(std::memory_order_seq_cst);
    fresh.needed_until = t;
    std::atomic_ref(all.sealing).store(next, std::memory_order_release);
}

tls::ticket_key ticket_keys::sealing(std::chrono::seconds lifetime) {
    // The first key is worth a wait: without it this worker's tickets would be its own.
    lock_patience first{std::chrono::seconds(1)};
    segment_lock lock(memory_.fd(), has_last_ ? patience_ : first);
    if (memory_.bytes().size() >= sizeof(shape) && lock.held()) {
        auto& all = shared();
        renew(all);
        auto& current = all.slots[all.sealing & 1];
        auto until = seconds_of(now_()) + std::int64_t{lifetime.count()};
        current.needed_until = std::max(current.needed_until, until);
        last_ = current.key();
    } else if (!has_last_) {
        fill_random(last_.name);
        fill_random(last_.secret);
    }
    has_last_ = true;
    return last_;
}

std::optional<ticket_keys::found> ticket_keys::opening(std::span<const std::byte, 16> name) {
    segment_lock lock(memory_.fd(), patience_);
    if (memory_.bytes().size() < sizeof(shape) || !lock.held()) {
        if (has_last_ && std::ranges::equal(last_.name, name)) return found{last_, true};
        return {};
    }
    auto& all = shared();
    auto t = seconds_of(now_());
    for (std::uint32_t which : {0u, 1u}) {
        auto& s = all.slots[which];
        if (!s.in_use(t)) {
            ::explicit_bzero(&s, sizeof s); // expired: old tickets must stay closed for good
            continue;
        }
        if (std::ranges::equal(s.name, name)) return found{s.key(), which == (all.sealing & 1)};
    }
    return {};
}

}
