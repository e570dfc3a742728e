#pragma once

#include "config/settings/tls.hpp"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace postern::tls {

enum class key_exchange { any, ecdhe, dhe, rsa, ecdhe_psk, dhe_psk, rsa_psk, psk };
enum class authentication { any, ecdsa, rsa, dss, psk, none };
enum class encryption {
    aes_gcm,
    aes_ccm,
    aes_ccm8,
    aes_cbc,
    chacha20,
    camellia,
    aria_gcm,
    triple_des,
    rc4,
    null
};
enum class integrity { aead, sha384, sha256, sha1, md5 };

// One cipher suite as OpenSSL's cipher notation sees it. Names of all libraries meet here.
struct suite {
    std::uint16_t id;          // IANA's number
    std::string_view name;     // OpenSSL's, as logs and lookups show it
    config::tls_version since; // the oldest version that may use it
    key_exchange kx;
    authentication au;
    encryption enc;
    int bits; // of the cipher's key; 0 without encryption
    integrity mac;
    bool in_default; // part of the keyword DEFAULT
};

// Every suite that is known here, TLS 1.3 first, then in OpenSSL's order of preference, which is
// what keywords select in.
std::span<const suite> all_suites();

// The suite of that IANA number, or null.
const suite* find_suite(std::uint16_t id);

// The suite of that name: OpenSSL's, OpenSSL's of long ago, or IANA's. Null when there is none.
const suite* find_suite(std::string_view name);

// IANA's name of the suite with that number; empty when it is not known.
std::string_view iana_name(std::uint16_t id);
// The other way round; 0, which is no suite that is known here, for a name that is not known.
std::uint16_t iana_number(std::string_view name);

// What remains of a library's list of suites for a server that has certificates and no shared
// secrets: unknown numbers and pre-shared keys are left out. In the order of all_suites().
std::vector<const suite*> usable_suites(std::span<const std::uint16_t> ids);

}
