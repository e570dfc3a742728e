#pragma once

#include "config/settings.hpp"
#include "config/value/kind.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace postern::config {

// Where a directive may stand.
enum context : unsigned {
    in_main = 1,
    in_mail = 2,
    in_server = 4,
    in_route = 8,
    in_certificate = 16
};

// What a server must do for the directive to mean anything there.
enum class matters {
    always,
    with_tls,
    with_imap,
    with_pop3,
    with_smtp,
    with_static,
    with_auth_http,
    with_https,
    with_certificate_dir,
    with_proxy_ssl,
    with_proxy_protocol,
    with_resolver
};

// All that is known of one directive. The type, the parser and the way back are filled in by
// bind(), the default is the initialiser of the field that it is bound to.
struct directive {
    std::string_view name = {};
    unsigned where = 0;
    std::string_view summary = {};    // one line
    std::string_view more = {};       // the rest of its documentation, as paragraphs
    std::string_view by_default = {}; // in words, where the field's initialiser does not say it
    matters when = matters::always;
    bool layered = false; // an outer level's value is laid under an inner one, not replaced by it

    bool repeatable = false;
    const shape* form = nullptr; // of one value
    std::string (*syntax)() = nullptr;
    std::vector<std::string_view> (*words)() = nullptr;
};

// A directive and the field that it fills. Root is settings, server_settings,
// route_settings or certificate_settings.
template <class Root> struct row {
    directive about;
    bool (*read)(Root&, const value&, reading&) = nullptr;
    written (*write)(const Root&, const folder&) = nullptr;
};

}
