#pragma once

#include "backends/tls/crypto.hpp"
#include "backends/tls/ticket_keys.hpp"
#include "config/settings/tickets.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace postern::tls {

// Keys out of the files of ssl_session_ticket_key: the same bytes are the same keys on every
// machine. Never rotated but by the operator.
//
// A file is nothing but a secret here. nginx's layout (a name, a key for AES-CBC, a key for HMAC)
// does not fit AES-256-GCM, so key and name both come out of HKDF over all of it; what a ticket
// shows is no part of the file.
class file_ticket_keys final : public ticket_keys {
public:
    // Files that could not be read or have a wrong size are left out: load() has said so.
    file_ticket_keys(const crypto&, std::span<const config::file>);

    bool empty() const { return keys_.empty(); }

    ticket_key sealing(std::chrono::seconds) override { return keys_.front(); }
    std::optional<found> opening(std::span<const std::byte, 16> name) override;

private:
    std::vector<ticket_key> keys_; // the first seals
};

// The key of one file's bytes.
ticket_key ticket_key_from(const crypto&, std::string_view file);

}
