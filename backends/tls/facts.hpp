#pragma once

#include <memory>
#include <string>

namespace postern::tls {

struct peer;

// What a finished handshake agreed on. Names are OpenSSL's on every library, so that logs and
// lookups read alike.
struct facts {
    std::string protocol;    // "TLSv1.2"
    std::string cipher;      // "TLS_AES_128_GCM_SHA256", "ECDHE-RSA-AES128-GCM-SHA256"
    std::string server_name; // SNI as the client sent it: hostile text; empty when none was sent
    std::string alpn;        // the protocol id agreed on; empty when none was offered
    bool resumed = false;
    bool asked = false;                     // whether a server asked for a certificate
    std::shared_ptr<const peer> shown = {}; // the peer's certificate; null: none
};

}
