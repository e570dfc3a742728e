#include "backends/wolfssl/map_verify.hpp"

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
#if !defined(NO_DH) && defined(HAVE_CAMELLIA) && defined(HAVE_AESCCM)
constexpr capability rare_suites{
    "ssl_ciphers",
    "DHE, CAMELLIA, CCM, ARIA",
    partial,
    "no ARIA; DHE only with clients that offer a group of RFC 7919"};
#elif !defined(NO_DH) || defined(HAVE_CAMELLIA) || defined(HAVE_AESCCM)
constexpr capability rare_suites{
    "ssl_ciphers",
    "DHE, CAMELLIA, CCM, ARIA",
    partial,
    "no ARIA, and this wolfSSL was built without some of the others; DHE only with clients that "
    "offer a group of RFC 7919"};
#else
constexpr capability rare_suites{
    "ssl_ciphers",
    "DHE, CAMELLIA, CCM, ARIA",
    absent,
    "this wolfSSL was built without them; use ECDHE with AES-GCM or CHACHA20"};
#endif

#if defined(WOLFSSL_HAVE_MLKEM) && defined(HAVE_CURVE25519) && LIBWOLFSSL_VERSION_HEX >= 0x05008000
constexpr capability mlkem{"ssl_ecdh_curve", "X25519MLKEM768"};
#else
constexpr capability mlkem{
    "ssl_ecdh_curve",
    "X25519MLKEM768",
    absent,
    "this wolfSSL is too old or was built without it; 5.8 or newer with --enable-mlkem has it"};
#endif
#ifdef HAVE_CURVE448
constexpr capability x448{"ssl_ecdh_curve", "X448"};
#else
constexpr capability x448{
    "ssl_ecdh_curve",
    "X448",
    absent,
    "this wolfSSL was built without it; one built with --enable-curve448 has it"};
#endif
#if LIBWOLFSSL_VERSION_HEX < 0x05009000
constexpr capability older_groups{
    "ssl_ecdh_curve",
    "TLSv1.2",
    partial,
    "the order is not obeyed, and P-256 is used with clients that have no other group"};
#else
constexpr capability older_groups{"ssl_ecdh_curve", "TLSv1.2", partial, "the order is not obeyed"};
#endif
constexpr capability stapling =
    !can_staple_and_verify
        ? capability{"ssl_stapling_file", "", partial,
                     "not together with ssl_verify_client, and the issuer's certificate must follow "
                     "the server's in the file; wolfSSL 5.9 has neither limit"}
    : needs_issuer_to_staple
        ? capability{"ssl_stapling_file", "", partial,
                     "the issuer's certificate must follow the server's in the file; wolfSSL 5.9 "
                     "does not need it"}
        : capability{"ssl_stapling_file", ""};
#if defined(KEEP_PEER_CERT) || defined(SESSION_CERTS)
constexpr capability verifying{
    "ssl_verify_client",
    "",
    partial,
    "this wolfSSL keeps a client's certificate as long as its session: 22 KiB and more of memory"};
#else
constexpr capability verifying{"ssl_verify_client", ""};
#endif
constexpr auto no_names = "clients are not told the names; this wolfSSL was built without "
                          "--enable-opensslall or -DHAVE_LIGHTY";
constexpr capability told_names_before =
    can_announce ? capability{"ssl_client_certificate", "TLSv1.2"}
                 : capability{"ssl_client_certificate", "TLSv1.2", partial, no_names};
constexpr capability told_names =
    !can_announce           ? capability{"ssl_client_certificate", "TLSv1.3", partial, no_names}
    : can_announce_in_tls13 ? capability{"ssl_client_certificate", "TLSv1.3"}
                            : capability{
                                  "ssl_client_certificate",
                                  "TLSv1.3",
                                  partial,
                                  "clients are not told the names; wolfSSL 5.6.4 tells them"};
#ifdef HAVE_SECRET_CALLBACK
constexpr capability keylog{"ssl_keylog_file", ""};
#else
constexpr capability keylog{
    "ssl_keylog_file",
    "",
    absent,
    "this wolfSSL was built without it; one built with -DHAVE_SECRET_CALLBACK has it"};
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
    rare_suites,
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
     "wolfSSL 5.5 breaks off when an upstream has forgotten a ticket, and no newer one was tried; sessions of TLS 1.3 are resumed"},
    {"proxy_ssl_session_reuse",   "TLSv1.3",           full},
    {"ssl_ecdh_curve", "TLSv1.3"},
    older_groups,
    mlkem,
    x448,
    {"ssl_ciphersuites", ""},
    stapling,
    keylog,
    verifying,
    told_names_before,
    told_names,
};
// clang-format on

}

std::span<const capability> capabilities() { return rows; }

}
