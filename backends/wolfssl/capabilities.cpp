#include "backends/wolfssl/library.hpp"

namespace postern::tls::wolfssl {

namespace {

// Rows that the library's build decides.
#if !defined(NO_OLD_TLS) && defined(WOLFSSL_ALLOW_TLSV10)
constexpr capability tls1{"ssl_protocols", "TLSv1"};
#else
constexpr capability tls1{
    "ssl_protocols",
    "TLSv1",
    support::absent,
    "this wolfSSL was built without it; one built with --enable-tlsv10 has it"};
#endif
#ifndef NO_OLD_TLS
constexpr capability tls1_1{"ssl_protocols", "TLSv1.1"};
#else
constexpr capability tls1_1{
    "ssl_protocols",
    "TLSv1.1",
    support::absent,
    "this wolfSSL was built without it; one built without --disable-oldtls has it"};
#endif
#ifndef WOLFSSL_NO_TLS12
constexpr capability tls1_2{"ssl_protocols", "TLSv1.2"};
#else
constexpr capability tls1_2{
    "ssl_protocols", "TLSv1.2", support::absent, "this wolfSSL was built with --disable-tlsv12"};
#endif
#ifdef WOLFSSL_TLS13
constexpr capability tls1_3{"ssl_protocols", "TLSv1.3"};
#else
constexpr capability tls1_3{
    "ssl_protocols",
    "TLSv1.3",
    support::absent,
    "this wolfSSL was built without it; one built with --enable-tls13 has it"};
#endif
#ifdef HAVE_ED25519
constexpr capability ed25519{"ssl_certificate", "Ed25519 keys"};
#else
constexpr capability ed25519{
    "ssl_certificate",
    "Ed25519 keys",
    support::absent,
    "this wolfSSL was built without --enable-ed25519; use an ECDSA key"};
#endif
#ifdef WOLFSSL_STATIC_RSA
constexpr capability static_rsa{"ssl_ciphers", "suites without forward secrecy (AES128-SHA)"};
#else
constexpr capability static_rsa{
    "ssl_ciphers",
    "suites without forward secrecy (AES128-SHA)",
    support::absent,
    "this wolfSSL was built without them; use ECDHE suites"};
#endif

constexpr auto no_ssl = "no wolfSSL that postern works with speaks it, and nobody should";

constexpr capability rows[] = {
    {"ssl",                                                        "from the first byte"                          },
    {"starttls",                                                   "on, only"                                     },
    {"ssl_certificate",                                            "RSA keys"                                     },
    {"ssl_certificate",                                            "ECDSA keys"                                   },
    ed25519,
    {"ssl_certificate",                                            "several, chosen by what the client can verify"},
    {"ssl_certificate_key",                                        "a key that does not belong to it is refused"  },
    {"ssl_password_file",                                          "keys encrypted with a pass phrase"            },
    {"ssl_protocols",                                              "SSLv2",                                         support::absent, no_ssl},
    {"ssl_protocols",                                                      "SSLv3",                                                                                                     support::absent, no_ssl},
    tls1,
    tls1_1,
    tls1_2,
    tls1_3,
    {"ssl_protocols","lists with a gap"},
    {"ssl_ciphers",                                                            "OpenSSL's cipher list notation"                                                                                            },
    {"ssl_ciphers",
     "suites of equal preference ([A|B])",                                                                                                                                                                    support::absent,
     "wolfSSL has no such groups; write A:B"},
    {"ssl_ciphers",
     "DHE suites",   support::partial,
     "only with clients that offer one of the groups of RFC 7919"},
    static_rsa,
    {"ssl_prefer_server_ciphers",                                             "TLSv1.2 and older"                                                                      },
    {"ssl_prefer_server_ciphers",                                                "TLSv1.3"                                                                                                 },
    {"ssl_session_cache", "off, none"                                               },
    {"ssl_session_cache","builtin"},
    {"ssl_session_cache",    "shared"},
    {"ssl_session_timeout",                                                 "sessions and tickets"                                                },
};

}

std::span<const capability> capabilities() { return rows; }

}
