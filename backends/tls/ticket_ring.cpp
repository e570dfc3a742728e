#include "backends/tls/ticket_ring.hpp"

#include "backends/tls/random.hpp"

#include <algorithm>

namespace postern::tls {

namespace {

ticket_key fresh_key() {
    ticket_key key;
    fill_random(key.name);
    fill_random(key.secret);
    return key;
}

}

ticket_ring::ticket_ring(clock::time_point now) {
    previous_.key = fresh_key();
    current_.key = fresh_key();
    previous_.needed_until = now;
}

// The current key leaves when nothing needs the previous one any more, which is about one session
// timeout after it became current itself.
void ticket_ring::turn(clock::time_point now) {
    if (previous_.needed_until > now) return;
    if (current_.needed_until == clock::time_point{}) return; // it has sealed nothing yet
    previous_ = current_;
    current_ = {fresh_key(), {}};
}

ticket_key ticket_ring::sealing(std::chrono::seconds lifetime, clock::time_point now) {
    turn(now);
    current_.needed_until = std::max(current_.needed_until, now + lifetime);
    return current_.key;
}

std::optional<ticket_keys::found> ticket_ring::opening(
    std::span<const std::byte, 16> name, clock::time_point now
) {
    turn(now);
    auto is = [&](const ticket_key& key) { return std::ranges::equal(key.name, name); };
    if (is(current_.key)) return ticket_keys::found{current_.key, true};
    if (is(previous_.key) && previous_.needed_until > now)
        return ticket_keys::found{previous_.key, false};
    return std::nullopt;
}

}
