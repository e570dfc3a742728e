#pragma once

#include "config/settings/protocol.hpp"
#include "config/settings/proxy_tls.hpp"
#include "config/value/secret.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace postern::auth_http {

// One header line of the answer, as it came. Hostile.
struct field {
    std::string_view name, value;
};

// Auth-Status: OK, and where to go.
struct route {
    std::string host; // an address without brackets, or a host name
    std::uint16_t port = 0;
    std::string user;               // empty: keep the client's; hostile bytes
    std::optional<secret> password; // none: keep the client's
    // Of our own: Auth-Proxy-SSL and Auth-Proxy-SSL-Name. None: as the settings say.
    std::optional<config::upstream_tls> tls;
    std::string tls_name; // a host name or an address; empty: none
};

// Any other Auth-Status. The connection goes on only after a wait.
struct denial {
    std::string text;             // the status, hostile bytes; may be empty
    std::string code;             // Auth-Error-Code of SMTP, unchecked; empty: none
    std::chrono::seconds wait{0}; // 0: say it at once and close
};

// Auth-Status: WAIT. The same question is to be asked again after the pause, which is never zero.
struct wait {
    std::chrono::seconds pause{1};
};

// An answer that nobody can act on: for the client an internal error, for the log these words.
struct broken {
    std::string reason; // printable ASCII
};

using outcome = std::variant<route, denial, wait, broken>;

// No answer may hold a session longer than this.
constexpr std::chrono::seconds longest_wait{3600};

// What the answer's header lines mean together. The status code and the body do not count. Unknown
// headers are ignored; of repeated ones the last counts, but a refusal or a WAIT once seen stays.
outcome read_response(std::span<const field> fields, config::mail_protocol protocol);

}
