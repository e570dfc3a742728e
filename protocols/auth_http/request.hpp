#pragma once

#include "backends/tls/facts.hpp"
#include "config/settings/protocol.hpp"
#include "config/value/secret.hpp"
#include "protocols/proxy_protocol/header.hpp"
#include "protocols/sasl/credentials.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace postern::auth_http {

// All that an auth_http service is told about a login. What is referred to must outlive the call.
struct question {
    std::string_view host; // of the service's URL, without port; "localhost" for a Unix socket
    const sasl::credentials& login;
    config::mail_protocol protocol;
    std::size_t attempt = 1;         // of this connection, from 1
    std::string_view client_address; // "192.0.2.7", "2001:db8::1", "unix:"
    std::string_view client_host;    // a verified name or "[UNAVAILABLE]"; only SMTP passes it on
    const tls::facts* tls = nullptr; // null: plain text
    const std::vector<std::pair<std::string, std::string>>& extra; // auth_http_header, as written
    bool passes_certificate = false;                               // auth_http_pass_client_cert
    const proxy_protocol::addresses* proxied = nullptr; // null: no load balancer told any
};

// One line of the request's head. The value is a secret because one of them is the password and any
// of them may be the user's; none holds CR, LF or another control byte.
struct header {
    std::string name;
    secret value;
};

// The request's header lines in nginx's order, `Host` first. Never fails.
std::vector<header> request_headers(const question&);

// nginx's escape for names and passwords: 0x00-0x1F, space and % become %XX in upper case, all else
// stays as it is. The service decodes percent signs and must not take "+" for a space.
secret escape(std::string_view text);

// For values that are not escaped (envelope commands, host and cipher names): control bytes and
// bytes above 0x7E become %XX, printable ASCII stays, so that a header cannot be broken by them.
secret make_safe(std::string_view text);

}
