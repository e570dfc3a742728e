#pragma once

#include "backends/tls/cipher_string.hpp"
#include "backends/tls/key_log.hpp"
#include "backends/tls/peer.hpp"
#include "backends/tls/resumption.hpp"
#include "config/settings/tls.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace postern::tls {

// What all contexts of one server have in common, worked out from its settings once, and alike for
// every library. An adapter makes a context of it and a certificate.
struct context_plan {
    config::tls_versions versions;     // what is spoken; never empty
    cipher_list ciphers;               // ssl_ciphers, evaluated
    std::vector<std::uint16_t> suites; // those of them that these versions can use
    std::vector<std::uint16_t> tls13;  // ssl_ciphersuites; empty when TLS 1.3 is not spoken
    std::vector<std::uint16_t> groups; // ssl_ecdh_curve; never empty
    bool prefer_server_ciphers = false;
    bool few_tickets = false; // each one takes a place in a store
    std::string alpn;
    std::vector<secret> phrases; // for encrypted keys
    std::shared_ptr<const resumption> sessions;
    demand asks;                      // of clients' certificates
    const key_log* secrets = nullptr; // null: nobody asked for them
    bool proved = false;              // its certificates have shaken hands with themselves before
};

}
