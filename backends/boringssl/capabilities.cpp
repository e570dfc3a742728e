#include "backends/boringssl/library.hpp"

namespace postern::tls::boringssl {

namespace {

using enum support;

#ifdef SSL_GROUP_X25519_MLKEM768
constexpr capability mlkem{"ssl_ecdh_curve", "X25519MLKEM768"};
#else
constexpr capability mlkem{
    "ssl_ecdh_curve",
    "X25519MLKEM768",
    absent,
    "this BoringSSL is too old for it; one of 2025 has it"};
#endif

// clang-format off
constexpr capability rows[] = {
    {"ssl",                       "",                  full},
    {"starttls",                  "",                  full},
    {"ssl_certificate",           "RSA",               full},
    {"ssl_certificate",           "ECDSA",             full},
    {"ssl_certificate",           "Ed25519",           full},
    {"ssl_certificate",           "RSA + ECDSA",       full},
    {"ssl_certificate_key",       "",                  full},
    {"ssl_certificate_dir",       "",                  full},
    {"ssl_certificate_cache",     "",                  full},
    {"ssl_reject_unknown_sni",    "",                  full},
    {"ssl_password_file",         "",                  full},
    {"ssl_key_process",           "",                  full},
    {"ssl_ciphers",               "TLSv1.2 and older", full},
    {"ssl_ciphers",               "static RSA (AES128-SHA)", full},
    {"ssl_ciphers",               "DHE, CAMELLIA, CCM, ARIA", absent,
     "BoringSSL has no such suites; use ECDHE with AES-GCM or CHACHA20"},
    {"ssl_ciphers",               "[A|B]",             full},
    {"ssl_prefer_server_ciphers", "TLSv1.2",           full},
    {"ssl_prefer_server_ciphers", "TLSv1.3",           absent,
     "BoringSSL always chooses among the suites of TLS 1.3 by itself"},
    {"ssl_protocols",             "SSLv2",             absent, "too old for BoringSSL; TLSv1 is the oldest"},
    {"ssl_protocols",             "SSLv3",             absent, "too old for BoringSSL; TLSv1 is the oldest"},
    {"ssl_protocols",             "TLSv1",             full},
    {"ssl_protocols",             "TLSv1.1",           full},
    {"ssl_protocols",             "TLSv1.2",           full},
    {"ssl_protocols",             "TLSv1.3",           full},
    {"ssl_protocols",             "holes",             absent,
     "BoringSSL speaks every version between the oldest and the newest one; name them all"},
    {"ssl_session_cache",         "off",               full},
    {"ssl_session_cache",         "none",              full},
    {"ssl_session_cache",         "builtin",           full},
    {"ssl_session_cache",         "shared",            full},
    {"ssl_session_timeout",       "",                  full},
    {"ssl_session_tickets",       "",                  full},
    {"ssl_session_ticket_key",    "",                  full},
    {"proxy_ssl",                 "on",                full},
    {"proxy_ssl",                 "starttls",          full},
    {"proxy_ssl_verify",          "",                  full},
    {"proxy_ssl_crl",             "",                  full},
    {"proxy_ssl_pin",             "",                  full},
    {"proxy_ssl_certificate",     "",                  full},
    {"proxy_ssl_session_reuse",   "TLSv1.2",           full},
    {"proxy_ssl_session_reuse",   "TLSv1.3",           full},
    {"ssl_ecdh_curve",            "TLSv1.3",           full},
    {"ssl_ecdh_curve",            "TLSv1.2",           full},
    mlkem,
    {"ssl_ecdh_curve",            "X448",              absent,
     "BoringSSL does not have it; every client has X25519 or P-256"},
    {"ssl_ciphersuites",          "",                  absent,
     "BoringSSL always offers the same three suites of TLS 1.3, and chooses among them by itself"},
    {"ssl_stapling_file",         "",                  full},
    {"ssl_keylog_file",           "",                  full},
    {"ssl_verify_client",         "",                  full},
    {"ssl_client_certificate",    "TLSv1.2",           full},
    {"ssl_client_certificate",    "TLSv1.3",           full},
};
// clang-format on

}

std::span<const capability> capabilities() { return rows; }

}
