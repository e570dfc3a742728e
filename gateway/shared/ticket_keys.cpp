#include "gateway/shared/ticket_keys.hpp"

#include "backends/tls/random.hpp"
#include "gateway/shared/segment_lock.hpp"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstring>

namespace postern::gateway {
namespace {

std::uint64_t count_of(std::chrono::seconds lifetime) {
    return static_cast<std::uint64_t>(std::max<std::chrono::seconds::rep>(1, lifetime.count()));
}

}

struct ticket_keys::slot {
    std::int64_t needed_until; // seconds since 1970; 0: no key here
    std::byte name[16];
    std::byte secret[32];

    // A time that is further away than any lifetime of the pair was left by a worker that was taken
    // over, to keep a key that it knows, or by a clock that was wrong.
    bool in_use(std::int64_t t, std::int64_t most) const {
        return needed_until != 0 && needed_until >= t && needed_until <= t + most;
    }
    tls::ticket_key key() const {
        tls::ticket_key k;
        std::ranges::copy(name, k.name.begin());
        std::ranges::copy(secret, k.secret.begin());
        return k;
    }
};

// `sealing` is the last word written in a change: a process that is killed before leaves the change
// undone.
struct ticket_keys::pair {
    std::uint32_t sealing; // which slot seals; only its lowest bit counts
    std::uint32_t unused;
    slot slots[2];
};

// All zero at first.
struct ticket_keys::shape {
    pair of[pairs];
};

ticket_keys::ticket_keys(segment memory, now tell)
    : memory_(std::move(memory)), now_(std::move(tell)) {
    static_assert(sizeof(shape) <= needed);
}

// Without a segment of full size the keys are this process's own.
bool ticket_keys::has_room() const { return memory_.bytes().size() >= sizeof(shape); }

ticket_keys::shape& ticket_keys::shared() const {
    return *reinterpret_cast<shape*>(memory_.bytes().data());
}

std::int64_t ticket_keys::seconds() const {
    auto t = now_().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::seconds>(t).count();
}

namespace {

// The pair of a lifetime, and the longest lifetime that it serves.
std::size_t pair_for(std::chrono::seconds lifetime, std::size_t pairs) {
    return std::min<std::size_t>(std::bit_width(count_of(lifetime)), pairs) - 1;
}
std::int64_t longest_of(std::size_t pair, std::size_t pairs) {
    return pair + 1 == pairs ? std::int64_t{1} << 40 : (std::int64_t{2} << pair) - 1;
}

}

// Sees to it that the sealing slot holds a key, and that it gives way once the older one is done.
void ticket_keys::renew(pair& two, std::int64_t most) const {
    auto t = seconds();
    auto next = two.sealing & 1;
    if (two.slots[next].in_use(t, most)) next ^= 1;
    auto& fresh = two.slots[next];
    if (fresh.in_use(t, most)) return;
    fresh.needed_until = 0;
    std::atomic_signal_fence(std::memory_order_seq_cst);
    tls::fill_random(fresh.name);
    tls::fill_random(fresh.secret);
    std::atomic_signal_fence(std::memory_order_seq_cst);
    fresh.needed_until = t;
    std::atomic_ref(two.sealing).store(next, std::memory_order_release);
}

tls::ticket_key ticket_keys::sealing(std::chrono::seconds lifetime) {
    forget_expired();
    auto which = pair_for(lifetime, pairs);
    auto& last = last_[which];
    auto t = seconds();
    auto until = t + static_cast<std::int64_t>(count_of(lifetime));
    if (last.read_at == t && last.until >= until) return last.key;
    segment_lock lock(memory_.fd(), last.until ? patience_ : first_patience_);
    if (!has_room() || !lock.held()) return own_key(last, lifetime);
    auto& two = shared().of[which];
    renew(two, longest_of(which, pairs));
    auto& current = two.slots[two.sealing & 1];
    current.needed_until = std::max(current.needed_until, until);
    last = {current.key(), current.needed_until, t};
    return last.key;
}

// What is remembered, or what is made now and will be for one lifetime. Nobody else opens what the
// latter seals.
tls::ticket_key ticket_keys::own_key(remembered& last, std::chrono::seconds lifetime) const {
    if (last.until) return last.key;
    tls::fill_random(last.key.name);
    tls::fill_random(last.key.secret);
    last.until = seconds() + static_cast<std::int64_t>(count_of(lifetime));
    return last.key;
}

std::optional<ticket_keys::found> ticket_keys::opening(std::span<const std::byte, 16> name) {
    forget_expired();
    auto t = seconds();
    if (opened_ && opened_at_ == t && std::ranges::equal(opened_->key.name, name)) return opened_;
    segment_lock lock(memory_.fd(), patience_);
    if (!has_room() || !lock.held()) return opening_own(name);
    std::optional<found> it;
    for (std::size_t i = 0; i < pairs; ++i)
        for (std::uint32_t which : {0u, 1u}) {
            auto& two = shared().of[i];
            auto& s = two.slots[which];
            if (s.needed_until == 0) continue;
            if (!s.in_use(t, longest_of(i, pairs)))
                ::explicit_bzero(&s, sizeof s); // expired: old tickets must stay closed for good
            else if (std::ranges::equal(s.name, name))
                it = found{s.key(), which == (two.sealing & 1)};
        }
    if (!it) return opening_own(name);
    opened_ = it;
    opened_at_ = t;
    return it;
}

std::optional<ticket_keys::found> ticket_keys::opening_own(std::span<const std::byte, 16> name
) const {
    for (auto& last : last_)
        if (last.until && std::ranges::equal(last.key.name, name)) return found{last.key, true};
    return {};
}

void ticket_keys::forget_expired() {
    auto t = seconds();
    if (opened_at_ != t) opened_.reset();
    for (std::size_t i = 0; i < pairs; ++i)
        if (last_[i].until < t || last_[i].until > t + longest_of(i, pairs)) last_[i] = {};
}

}
