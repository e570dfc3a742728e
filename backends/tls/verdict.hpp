#pragma once

#include <string_view>

namespace postern::tls {

// What became of a peer's certificate. Both libraries' answers become one of these.
enum class verdict {
    none,      // there was no certificate
    unchecked, // there was one, and nobody asked whether to trust it
    ok,
    unknown_issuer,       // the chain that the peer sent ends at a stranger
    leaf_unverified,      // the same, and there was nothing but the leaf
    self_signed,          // the leaf is its own issuer
    self_signed_in_chain, // the chain ends at a root that is not trusted
    expired,
    not_yet_valid,
    revoked,
    no_crl, // of one of the issuers, while CRLs are demanded
    crl_expired,
    bad_crl, // not signed by whom it names
    bad_signature,
    chain_too_long,       // more intermediates than the depth allows
    wrong_purpose,        // not for this side of TLS
    not_a_ca,             // an issuer that may not issue
    path_length_exceeded, // an issuer may not issue issuers
    name_not_permitted,   // by an issuer's name constraints
    wrong_name,           // trusted, but for somebody else
    malformed,            // or with something critical that nobody here understands
};

// In OpenSSL 3's words, which mail services know from nginx: "certificate has expired". Empty for
// none, unchecked and ok.
std::string_view words(verdict);

// OpenSSL's number of it, as nginx writes it into its log: 10. 0 when there is none.
int number(verdict);

// Whether it is only about who vouches for the certificate: what ssl_verify_client =
// "optional_no_ca" leaves to somebody else.
bool only_untrusted(verdict);

}
