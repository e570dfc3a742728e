#pragma once

#include "backends/tls/engine.hpp"
#include "config/settings/tls.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace postern::tls {

// What a certificate's key can sign, as far as choosing between certificates needs it.
enum class key_kind { rsa, ecdsa, ed25519, other };

// One compiled server configuration around one certificate. Immutable once made, so every session
// may share it, and sessions keep it alive: a reload swaps a pointer.
class context {
public:
    virtual ~context() = default;

    // An engine that plays the server's side.
    virtual std::unique_ptr<engine> accept() const = 0;

    // The kind of key of this context's certificate.
    virtual key_kind key() const = 0;

    // What it can agree on, as far as choosing between certificates needs it. No suites: unknown,
    // so any may do. TLS 1.3's are not among them.
    virtual std::span<const std::uint16_t> suites() const { return {}; }
    virtual bool speaks(config::tls_version) const { return true; }

    // More of it, to explain why nothing was agreed on. Empty: unknown.
    virtual std::span<const std::uint16_t> tls13_suites() const { return {}; }
    // The groups it exchanges keys in. Empty: unknown.
    virtual std::span<const std::uint16_t> groups() const { return {}; }
};

}
