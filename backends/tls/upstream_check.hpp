#pragma once

#include "backends/tls/client.hpp"
#include "backends/tls/client_sessions.hpp"
#include "backends/tls/crypto.hpp"
#include "backends/tls/verifier.hpp"
#include "config/settings/proxy_tls.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace postern::tls {

// What every upstream of a client configuration must show.
struct upstream_demand {
    std::shared_ptr<const verifier> by; // null: neither issuers nor names are looked at
    std::vector<config::key_pin> pins;  // none: any key will do
    std::string protocol;               // "imap"
    const crypto* primitives = nullptr; // for the pins
};

// Whether one upstream showed it. The demand outlives the check.
class upstream_check {
public:
    upstream_check(const upstream_demand& wants, std::string name)
        : wants_(wants), name_(std::move(name)) {}

    // Of the chain that came (DER, the leaf first). Gives the alert that tells the peer why not; 0
    // when all is well.
    std::uint8_t judge(std::span<const std::string_view> chain);

    bool passed() const { return passed_; }

    // Why not: the verdict, the name that was wanted, the names that were found. Empty: it was not
    // asked, or all is well.
    const std::string& reason() const { return reason_; }

private:
    std::uint8_t refuse(verdict, std::string_view leaf);

    const upstream_demand& wants_;
    std::string name_, reason_;
    bool passed_ = false;
};

// The client's side of one connection, besides its bytes: for a library's callbacks.
struct upstream_side {
    upstream_check check;
    client_sessions* sessions = nullptr; // null: none are kept
    std::string peer = {};               // in sessions
};

}
