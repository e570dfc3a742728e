#pragma once

#include "backends/tls/engine.hpp"

#include <memory>
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
};

}
