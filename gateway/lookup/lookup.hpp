#pragma once

#include "config/settings/lookup.hpp"
#include "protocols/dialogue.hpp"
#include "protocols/io/task.hpp"
#include "protocols/proxy_protocol/header.hpp"
#include "protocols/sasl/credentials.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <variant>

namespace postern::gateway {
class signing_client;

// Everything a lookup may be told about a login.
struct query {
    const sasl::credentials& login;
    config::mail_protocol protocol;
    std::size_t attempt = 1; // of this connection, from 1
    const std::string& client_address;
    const std::string& client_host;
    const tls::facts* tls = nullptr;                    // null: plain text
    const proxy_protocol::addresses* proxied = nullptr; // null: no load balancer told any
    signing_client* signer = nullptr; // for what is to be asked by TLS; null: nobody
};

// Where the session goes on, and under which name. An absent user or password keeps what the client
// gave.
struct route {
    config::upstream_address upstream; // the port is filled in
    std::string user;
    std::optional<secret> password;

    // How: null is the server's own settings. The words of a lookup win over both.
    const config::proxy_tls_settings* tls = nullptr;
    std::optional<config::upstream_tls> tls_mode;
    std::string tls_name;
    std::optional<config::proxy_header> header; // proxy_protocol; none: the server's own
};

// The lookup says no: what the client hears, and when. No wait: the connection ends after the
// refusal, as nginx does.
struct denial {
    refusal what;
    std::chrono::seconds wait{0};
    bool may_retry = false;
};

using verdict = std::variant<route, denial>;

// Asks where a login's mailbox lives. Errors (errc::timed_out, unavailable, bad_reply) mean that
// nobody could say: a temporary failure for the client and one line in the log, whose words are in
// `trouble`. With an answer `trouble` is empty, or says who was asked before and did not give one.
class lookup {
public:
    virtual ~lookup() = default;
    virtual task<result<verdict>> find(const query&, std::string& trouble) = 0;
};

}
