#include "config/directive/all.hpp"
#include "config/directive/bind.hpp"
#include "config/value/foreign.hpp"
#include "config/value/texts.hpp"

namespace postern::config {

namespace {

using S = server_settings;
using T = tls_settings;
using H = handshake_settings;

constexpr unsigned anywhere = in_mail | in_server;

constexpr foreign_answer stapling{
    "postern does not fetch responses itself",
    "write ssl_stapling_file, and let a timer job renew that file (openssl ocsp -respout)"};
constexpr foreign_answer stapling_verify{
    "a response's signature is not verified here", "openssl ocsp verifies what it fetches"};
constexpr foreign_answer early_data{
    "early data is never taken: whoever records it could send it again", "leave it out"};
constexpr foreign_answer compression{
    "certificates are not compressed", "leave it out; an ECDSA certificate is the smallest"};

constexpr row<S> rows[] = {
    bind<plain_text, &S::tls, &T::handshake, &H::groups>(
        {.name = "ssl_ecdh_curve",
         .where = anywhere,
         .summary = "Groups for key exchange, the best first, with colons between them.",
         .more = "By any of their names: `X25519MLKEM768`, `X25519`, `P-256` (`prime256v1`, "
                 "`secp256r1`), `P-384`, `P-521`, `X448`, `ffdhe2048`. `auto` is the best that the "
                 "library has, the one with protection against quantum computers first. A group "
                 "that the library does not have is a warning while others are left.",
         .when = matters::with_tls}
    ),
    bind<plain_text, &S::tls, &T::handshake, &H::tls13_suites>(
        {.name = "ssl_ciphersuites",
         .where = anywhere,
         .summary = "Cipher suites for TLS 1.3, the best first, with colons between them.",
         .more = "`TLS_AES_128_GCM_SHA256`, `TLS_AES_256_GCM_SHA384`, "
                 "`TLS_CHACHA20_POLY1305_SHA256`, and on wolfSSL `TLS_AES_128_CCM_SHA256` and "
                 "`TLS_AES_128_CCM_8_SHA256`. Their order counts with `ssl_prefer_server_ciphers`. "
                 "BoringSSL offers the first three, always: only this choice is accepted there.",
         .by_default = "the first three",
         .when = matters::with_tls}
    ),
    bind<list_of<named_file, true>, &S::tls, &T::handshake, &H::staples>(
        {.name = "ssl_stapling_file",
         .where = anywhere,
         .summary = "File with an OCSP response (DER or PEM) that is sent along with the "
                    "certificate.",
         .more = "With several certificates, one file for each, in the same order. A response that "
                 "is expired, or not about the certificate, is a warning, and not sent; one that "
                 "expires later is then sent no more. `openssl ocsp -respout FILE` makes one, and "
                 "a renewed file is noticed (`ssl_certificate_watch`).",
         .by_default = "none",
         .when = matters::with_tls}
    ),
    bind<always_off<stapling>, &S::tls, &T::handshake>(
        {.name = "ssl_stapling",
         .where = anywhere,
         .summary = "Fetching of OCSP responses, which postern leaves to others: only `off`.",
         .by_default = "off"}
    ),
    bind<always_off<stapling_verify>, &S::tls, &T::handshake>(
        {.name = "ssl_stapling_verify",
         .where = anywhere,
         .summary = "Verification of fetched OCSP responses: only `off`.",
         .by_default = "off"}
    ),
    bind<always_off<early_data>, &S::tls, &T::handshake>(
        {.name = "ssl_early_data",
         .where = anywhere,
         .summary = "Data ahead of the handshake, which is never taken: only `off`.",
         .by_default = "off"}
    ),
    bind<always_off<compression>, &S::tls, &T::handshake>(
        {.name = "ssl_certificate_compression",
         .where = anywhere,
         .summary = "Compression of certificates: only `off`.",
         .by_default = "off"}
    ),
    bind<dh_file, &S::tls, &T::handshake>(
        {.name = "ssl_dhparam",
         .where = anywhere,
         .summary = "Parameters for DHE, which nobody uses any more: has no effect."}
    ),
    bind<list_of<openssl_command, true>, &S::tls, &T::handshake, &H::openssl_commands>(
        {.name = "ssl_conf_command",
         .where = anywhere,
         .summary = "A command of OpenSSL, which is not here.",
         .more = "Known so that a configuration of nginx is answered: each command is refused "
                 "with the directive that does the same, except for `Options` that name what is so "
                 "anyway (`NoRenegotiation`, `-Compression`, `AntiReplay`)."}
    ),
};

}

std::span<const row<server_settings>> handshake_rows() { return rows; }

}
