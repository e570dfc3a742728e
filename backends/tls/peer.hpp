#pragma once

#include "backends/tls/crypto.hpp"
#include "backends/tls/verdict.hpp"
#include "backends/tls/verifier.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace postern::tls {

// What a peer showed in its handshake. Kept until the login is done, no longer.
struct peer {
    std::string leaf; // its certificate, DER: hostile
    verdict said = verdict::none;
    std::array<std::byte, 20> sha1{}; // of the leaf
};

// As nginx puts it: "SUCCESS", "FAILED:certificate has expired", or "NONE" for null.
std::string outcome(const peer*);

// What a context wants of its peers' certificates.
struct demand {
    bool asks = false;                  // a server asks; clients are shown one anyway
    std::shared_ptr<const verifier> by; // null: what is shown is taken unchecked
    bool insists = false;               // the handshake fails unless the verdict is ok
    std::vector<std::string> announced; // Names (DER) of issuers, for clients to choose by
    role peer_is = role::client;
};

// Judges a chain (DER, the leaf first).
std::shared_ptr<const peer>
judge(const demand&, std::span<const std::string_view> chain, const crypto&);

// What an operator may do about a client's certificate that does not pass; empty when it says all
// itself. `none`: it showed none.
std::string hint_for(verdict);

// The alert that tells a peer why (RFC 8446 section 6.2).
std::uint8_t alert_for(verdict);

}
