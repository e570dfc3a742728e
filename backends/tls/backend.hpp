#pragma once

#include "backends/tls/capability.hpp"
#include "backends/tls/client.hpp"
#include "backends/tls/context.hpp"
#include "backends/tls/crypto.hpp"
#include "backends/tls/key_log.hpp"
#include "backends/tls/server.hpp"
#include "backends/tls/session_store.hpp"
#include "backends/tls/signing.hpp"
#include "backends/tls/ticket_keys.hpp"
#include "backends/tls/verifier.hpp"
#include "config/report/complaint.hpp"
#include "config/settings/proxy_tls.hpp"
#include "config/settings/tls.hpp"

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace postern::tls {

// What a compiled server may use: places to resume sessions from, and certificates. The objects
// outlive every context made with them.
struct session_services {
    session_store* builtin = nullptr; // this worker's own; null: none
    session_store* shared =
        nullptr;                 // of all workers; null: none. With it, tickets are kept there too
    ticket_keys* keys = nullptr; // never null where tickets are to be issued
    const key_log* secrets = nullptr; // ssl_keylog_file; null: none
    bool proved = false; // somebody else compiled the same bytes, and each certificate shook hands

    // What is in the folder of ssl_certificate_dir; a null shelf or catalog: nothing. And who hears
    // of a certificate there that turns out to be of no use when it is needed.
    std::function<std::shared_ptr<const catalog_shelf>(const std::string& path)> folder = {};
    std::function<void(const config::complaint&)> report = {};
};

// Either a server's contexts, or everything that is wrong with its settings, each complaint naming
// its directive. Warnings may come along with a success.
struct compiled {
    std::shared_ptr<const server> made; // null when a complaint is an error
    std::vector<config::complaint> complaints;
};

// The same of what is spoken with upstreams.
struct compiled_client {
    std::shared_ptr<const client> made;
    std::vector<config::complaint> complaints;
};

// The TLS library that this program is linked with.
class backend {
public:
    virtual ~backend() = default;

    virtual std::string_view name() const = 0; // "BoringSSL", "wolfSSL"
    virtual std::string version() const = 0;   // of the library that is loaded now
    virtual std::span<const capability> capabilities() const = 0;
    virtual const crypto& primitives() const = 0;

    // Judges peers' certificates by that trust, with this library. One that exists already is given
    // again, so that a bundle of many authorities is in memory once.
    virtual std::shared_ptr<const verifier> trusting(trust) const = 0;

    // Settings (with the bytes of their files already read) into contexts, one for each
    // certificate. `alpn` is the one protocol id that this server speaks (RFC 7301; "imap", "pop3",
    // "smtp"). Each context has shaken hands with itself in memory before this returns, so a key
    // that does not match its certificate is found here. Certificates of ssl_certificate_dir are
    // made later, when they are needed: with such a folder this must outlive what it made.
    virtual compiled
    compile(const config::tls_settings&, std::string_view alpn, const session_services&) const = 0;

    // A private key (one PEM block) to sign with, opened by the first pass phrase that fits. Null
    // when it cannot be read.
    virtual std::unique_ptr<signing_key> load_key(
        const secret& pem, const std::vector<secret>& phrases
    ) const = 0;

    // What is spoken with upstreams of that protocol, however proxy_ssl lets it begin. A client
    // certificate is proved as a server's is.
    virtual compiled_client compile_client(
        const config::proxy_tls_settings&, std::string_view protocol
    ) const = 0;
};

// Defined once, by the adapter that is linked in.
std::unique_ptr<backend> make_backend();

}
