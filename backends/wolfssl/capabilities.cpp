#include "backends/wolfssl/library.hpp"

namespace postern::tls::wolfssl {

namespace {

using enum support;

// Rows that the library's build decides.
#if !defined(NO_OLD_TLS) && defined(WOLFSSL_ALLOW_TLSV10)
constexpr capability tls1{"ssl_protocols", "TLSv1"};
#else
constexpr capability tls1{
    "ssl_protocols",
    "TLSv1",
    absent,
    "this wolfSSL was built without it; one built with --enable-tlsv10 has it"};
#endif
#ifndef NO_OLD_TLS
constexpr capability tls1_1{"ssl_protocols", "TLSv1.1"};
#else
constexpr capability tls1_1{
    "ssl_protocols",
    "TLSv1.1",
    absent,
    "this wolfSSL was built without it; one built without --disable-oldtls has it"};
#endif
#ifndef WOLFSSL_NO_TLS12
constexpr capability tls1_2{"ssl_protocols", "TLSv1.2"};
#else
constexpr capability tls1_2{
    "ssl_protocols", "TLSv1.2", absent, "this wolfSSL was built with --disable-tlsv12"};
#endif
#ifdef WOLFSSL_TLS13
constexpr capability tls1_3{"ssl_protocols", "TLSv1.3"};
#else
constexpr capability tls1_3{
    "ssl_protocols",
    "TLSv1.3",
    absent,
    "this wolfSSL was built without it; one built with --enable-tls13 has it"};
#endif
#ifdef HAVE_ED25519
constexpr capability ed25519{"ssl_certificate", "Ed25519"};
#else
constexpr capability ed25519{
    "ssl_certificate",
    "Ed25519",
    absent,
    "this wolfSSL was built without --enable-ed25519; use an ECDSA key"};
#endif
#ifdef WOLFSSL_STATIC_RSA
constexpr capability static_rsa{"ssl_ciphers", "static RSA (AES128-SHA)"};
#else
constexpr capability static_rsa{
    "ssl_ciphers",
    "static RSA (AES128-SHA)",
    absent,
    "this wolfSSL was built without them; use ECDHE suites"};
#endif

constexpr auto no_ssl = "wolfSSL does not have it; nothing modern needs it";

// clang-format off
constexpr capability rows[] = {
    {"ssl", ""},
    {"starttls", ""},
    {"ssl_certificate", "RSA"},
    {"ssl_certificate", "ECDSA"},
    ed25519,
    {"ssl_certificate", "RSA + ECDSA"},
    {"ssl_certificate_key", ""},
    {"ssl_certificate_dir",       "",                  full},
    {"ssl_certificate_cache",     "",                  full},
    {"ssl_reject_unknown_sni",    "",                  full},
    {"ssl_password_file", "", partial,
     "keys encrypted by way of scrypt cannot be read; use openssl pkcs8 -topk8 -v2 aes-256-cbc"},
    {"ssl_key_process", ""},
    {"ssl_ciphers", "TLSv1.2 and older"},
    static_rsa,
    {"ssl_ciphers", "DHE, CAMELLIA, CCM, ARIA", partial,
     "no ARIA; DHE only with clients that offer a group of RFC 7919"},
    {"ssl_ciphers", "[A|B]", absent, "wolfSSL has no suites of equal preference; write A:B"},
    {"ssl_prefer_server_ciphers", "TLSv1.2"},
    {"ssl_prefer_server_ciphers", "TLSv1.3"},
    {"ssl_protocols", "SSLv2", absent, no_ssl},
    {"ssl_protocols", "SSLv3", absent, no_ssl},
    tls1,
    tls1_1,
    tls1_2,
    tls1_3,
    {"ssl_protocols", "holes", partial,
     "a client whose newest version falls into a hole refuses what is older (RFC 8446 section 4.1.3)"},
    {"ssl_session_cache", "off"},
    {"ssl_session_cache", "none"},
    {"ssl_session_cache", "builtin"},
    {"ssl_session_cache", "shared"},
    {"ssl_session_timeout", ""},
    {"ssl_session_tickets", ""},
    {"ssl_session_ticket_key", ""},
    {"proxy_ssl",                 "on",                full},
    {"proxy_ssl",                 "starttls",          full},
    {"proxy_ssl_verify",          "",                  full},
    {"proxy_ssl_crl",             "",                  full},
    {"proxy_ssl_pin",             "",                  full},
    {"proxy_ssl_certificate",     "",                  full},
    {"proxy_ssl_session_reuse",   "TLSv1.2",           absent,
     "wolfSSL 5.5 breaks off when an upstream has forgotten a ticket; sessions of TLS 1.3 are resumed"},
    {"proxy_ssl_session_reuse",   "TLSv1.3",           full},
};
// clang-format on

}

std::span<const capability> capabilities() { return rows; }

}
