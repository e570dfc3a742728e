#pragma once

#include "backends/tls/capability.hpp"
#include "backends/tls/context.hpp"
#include "backends/tls/key_log.hpp"
#include "backends/tls/server.hpp"
#include "backends/tls/session_store.hpp"
#include "backends/tls/ticket_keys.hpp"
#include "config/report/complaint.hpp"
#include "config/settings/tls.hpp"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace postern::tls {

// What a compiled server may use to resume sessions. The objects outlive every context made with
// them.
struct session_services {
    session_store* builtin = nullptr; // this worker's own; null: none
    session_store* shared =
        nullptr;                 // of all workers; null: none. With it, tickets are kept there too
    ticket_keys* keys = nullptr; // never null where tickets are to be issued
    const key_log* secrets = nullptr; // ssl_keylog_file; null: none
};

// Either a server's contexts, or everything that is wrong with its settings, each complaint naming
// its directive. Warnings may come along with a success.
struct compiled {
    std::shared_ptr<const server> made; // null when a complaint is an error
    std::vector<config::complaint> complaints;
};

// The TLS library that this program is linked with.
class backend {
public:
    virtual ~backend() = default;

    virtual std::string_view name() const = 0; // "BoringSSL", "wolfSSL"
    virtual std::string version() const = 0;   // of the library that is loaded now
    virtual std::span<const capability> capabilities() const = 0;

    // Settings (with the bytes of their files already read) into contexts, one for each
    // certificate. `alpn` is the one protocol id that this server speaks (RFC 7301; "imap", "pop3",
    // "smtp"). Each context has shaken hands with itself in memory before this returns, so a key
    // that does not match its certificate is found here.
    virtual compiled
    compile(const config::tls_settings&, std::string_view alpn, const session_services&) const = 0;
};

// Defined once, by the adapter that is linked in.
std::unique_ptr<backend> make_backend();

}
