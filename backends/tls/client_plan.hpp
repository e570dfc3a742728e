#pragma once

#include "backends/tls/cipher_string.hpp"
#include "backends/tls/key_files.hpp"
#include "backends/tls/upstream_check.hpp"
#include "config/settings/tls.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace postern::tls {

// What is spoken with upstreams, worked out from the settings once, and alike for every library. An
// adapter makes a client of it.
struct client_plan {
    config::tls_versions versions;     // never empty
    cipher_list ciphers;               // proxy_ssl_ciphers, evaluated
    std::vector<std::uint16_t> suites; // those of them that these versions can use
    std::string alpn;                  // empty: nothing is offered
    bool server_name = true;           // SNI
    bool session_reuse = true;
    std::optional<key_pair> own; // a certificate to show
    std::vector<secret> phrases; // for its key
    upstream_demand wants;
};

// The name that goes into SNI (RFC 6066 section 3); empty: none does.
std::string server_name_for(const client_plan&, const destination&);

// Whose sessions may be resumed with it.
std::string peer_of(const destination&);

}
