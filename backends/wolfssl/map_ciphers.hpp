#pragma once

#include "backends/tls/cipher_names.hpp"
#include "backends/wolfssl/library.hpp"
#include "config/report/complaint.hpp"
#include "config/settings/tls.hpp"

#include <span>
#include <vector>

namespace postern::tls::wolfssl {

// The suites that this build of the library has and that a mail server can use.
std::span<const suite* const> suites_here();

// ssl_ciphers, evaluated over those suites, as the bytes of a ClientHello's list: first the suites
// of TLS 1.3 if that is spoken, then what the string selects. Complaints are added; an error among
// them means that the bytes must not be used.
std::vector<unsigned char>
cipher_bytes(std::string_view ciphers, config::tls_versions, std::vector<config::complaint>&);

// Makes a context, of either side, use exactly those suites. False when the library refuses.
bool use_ciphers(WOLFSSL_CTX*, std::span<const unsigned char> bytes);

// ssl_prefer_server_ciphers, for all versions.
void prefer_server_ciphers(WOLFSSL_CTX*, bool);

}
