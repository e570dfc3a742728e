#pragma once

#include "backends/tls/ticket_keys.hpp"

#include <chrono>
#include <optional>
#include <span>

namespace postern::tls {

// Two ticket keys and the rule by which they turn, without any lock: the one that seals, and the
// one before it. No third key waits to be the next one, as nobody has a copy of the ring that could
// be too old to know it.
class ticket_ring {
public:
    using clock = std::chrono::system_clock;

    // Two fresh keys.
    explicit ticket_ring(clock::time_point now);

    // As ticket_keys says, with the time told.
    ticket_key sealing(std::chrono::seconds lifetime, clock::time_point now);
    std::optional<ticket_keys::found> opening(
        std::span<const std::byte, 16> name, clock::time_point now
    );

private:
    struct aged {
        ticket_key key;
        clock::time_point needed_until{}; // the end of the last ticket that was sealed with it
    };
    void turn(clock::time_point now);

    aged previous_, current_;
};

// A ring of this process alone.
class local_ticket_keys : public ticket_keys {
public:
    local_ticket_keys() : ring_(ticket_ring::clock::now()) {}

    ticket_key sealing(std::chrono::seconds lifetime) override {
        return ring_.sealing(lifetime, ticket_ring::clock::now());
    }
    std::optional<found> opening(std::span<const std::byte, 16> name) override {
        return ring_.opening(name, ticket_ring::clock::now());
    }

private:
    ticket_ring ring_;
};

}
