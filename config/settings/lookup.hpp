#pragma once

#include "config/settings/protocol.hpp"
#include "config/settings/proxy_header.hpp"
#include "config/settings/proxy_tls.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace postern::config {

// Where a session goes on: "imap1.example.org", "192.0.2.1:1143", "[2001:db8::1]:143".
struct upstream_address {
    std::string host;       // name or literal, without brackets; empty: none given
    std::uint16_t port = 0; // 0: the protocol's own (143, 110, 25)

    bool operator==(const upstream_address&) const = default;
};

// A static route, of [[mail.route]] or [[mail.server.route]]. Exactly one of user, domain and
// pattern is given. Routes are tried in the order exact user, then domain, then patterns as
// written, then the default upstream.
struct route_settings {
    std::string user;                      // the whole login name; ASCII letters in either case
    std::string domain;                    // what follows the last "@"
    std::string pattern;                   // with * and ? for the whole login name
    std::optional<mail_protocol> protocol; // only for this protocol
    upstream_address upstream;
    std::string upstream_user;          // see lookup_settings::upstream_user; empty: the server's
    std::optional<proxy_header> header; // proxy_protocol; the server's, where it is not given
    proxy_tls_settings tls;             // the server's, where the route does not say otherwise
};

// An http:// or https:// address of an auth_http service.
struct http_address {
    bool tls = false;
    std::string host; // name or literal, without brackets; for a Unix socket empty
    std::uint16_t port = 80;
    std::string unix_path; // empty: TCP
    std::string target = "/";

    bool operator==(const http_address&) const = default;
};

struct lookup_settings {
    upstream_address upstream; // for everyone without a route; empty host: nobody
    std::string upstream_user =
        "{user}"; // the name to log in with there: {user}, {local}, {domain}
    std::vector<route_settings> routes;
    std::vector<http_address> auth_http; // when given, they are asked instead of the static routes
    proxy_tls_settings auth_http_tls;    // for https; `mode` and the like are not used
    std::chrono::milliseconds auth_http_timeout{60000};
    std::vector<std::pair<std::string, std::string>> auth_http_headers;
    bool auth_http_pass_client_cert = false;

    bool uses_https() const {
        for (auto& one : auth_http)
            if (one.tls) return true;
        return false;
    }
};

}
