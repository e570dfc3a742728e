#include "config/directive/all.hpp"
#include "config/directive/bind.hpp"
#include "config/directive/tls_words.hpp"
#include "config/value/numbers.hpp"
#include "config/value/pin.hpp"
#include "config/value/texts.hpp"
#include "config/value/tls_name.hpp"

#include <array>

namespace postern::config {

namespace {

using T = proxy_tls_settings;

constexpr unsigned anywhere = in_mail | in_server | in_route;

constexpr named<upstream_tls> mode_words[] = {
    {"off",      upstream_tls::off     },
    {"on",       upstream_tls::on      },
    {"starttls", upstream_tls::starttls},
};

// The same directives for a server and for a route: `Way` leads from either to its settings.
template <auto... Way> constexpr auto make_rows() {
    return std::array{
        bind<one_of<mode_words>, Way..., &T::mode>(
            {.name = "proxy_ssl",
             .where = anywhere,
             .summary = "Whether upstreams are spoken to with TLS, and from when on.",
             .more =
                 "`on` is TLS from the first byte; the port is then 993, 995 or 465 where none is "
                 "given. `starttls` begins in clear and switches by STARTTLS (POP3: STLS) before "
                 "anything else is said; an upstream that does not offer it, refuses it, or says "
                 "more than it was asked is not logged in to.\n\nA route has what its server has, "
                 "where it does not say otherwise. An auth_http service may decide for each login "
                 "by the headers `Auth-Proxy-SSL: off`, `on` or `starttls` and `Auth-Proxy-SSL-"
                 "Name: NAME` (see `proxy_ssl_name`), where `proxy_ssl` is not `off`."}
        ),
        bind<flag, Way..., &T::allow_plaintext>(
            {.name = "proxy_allow_plaintext",
             .where = anywhere,
             .summary = "Whether passwords may go to an upstream in clear text over a network.",
             .more = "Upstreams on this machine (a loopback address) may always be spoken to in "
                     "clear. Any other is judged by the address that was really connected to: "
                     "with this off it is not given a password without TLS."}
        ),
        bind<flag, Way..., &T::verify>(
            {.name = "proxy_ssl_verify",
             .where = anywhere,
             .summary = "Whether an upstream's certificate must be valid, and for the right name.",
             .more = "With `off`, `proxy_ssl_pin` can still tell a true upstream from a false one.",
             .when = matters::with_proxy_ssl}
        ),
        bind<named_file, Way..., &T::trusted_certificate>(
            {.name = "proxy_ssl_trusted_certificate",
             .where = anywhere,
             .summary = "PEM file with the certificate authorities that upstreams' certificates "
                        "may come from.",
             .when = matters::with_proxy_ssl}
        ),
        bind<named_file, Way..., &T::crl>(
            {.name = "proxy_ssl_crl",
             .where = anywhere,
             .summary = "PEM file with revocation lists for upstreams' certificates.",
             .by_default = "none",
             .when = matters::with_proxy_ssl}
        ),
        bind<number<0, 100>, Way..., &T::verify_depth>(
            {.name = "proxy_ssl_verify_depth",
             .where = anywhere,
             .summary = "How many intermediate certificates may stand between an upstream's and "
                        "its authority's.",
             .when = matters::with_proxy_ssl}
        ),
        bind<tls_name, Way..., &T::name>(
            {.name = "proxy_ssl_name",
             .where = anywhere,
             .summary = "Whom an upstream's certificate must name, and whom it is asked for.",
             .more = "A host name, by RFC 9525: a subject alternative name of the certificate, a "
                     "wildcard standing for one whole label at the left; the common name does not "
                     "count. Or an address, which must be among the certificate's addresses.",
             .by_default = "the upstream's host name or address, as `upstream` or the lookup says",
             .when = matters::with_proxy_ssl}
        ),
        bind<list_of<pin_kind, true>, Way..., &T::pins>(
            {.name = "proxy_ssl_pin",
             .where = anywhere,
             .summary = "SHA-256 of an upstream's public key; it must have one of these keys.",
             .more =
                 "Over the SubjectPublicKeyInfo of its own certificate: `openssl x509 -in FILE "
                 "-noout -pubkey | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary "
                 "| base64`. With `proxy_ssl_verify` on the certificate must be valid as well; "
                 "with it off a right key is enough, whatever its certificate says.",
             .by_default = "none",
             .when = matters::with_proxy_ssl}
        ),
        bind<flag, Way..., &T::server_name>(
            {.name = "proxy_ssl_server_name",
             .where = anywhere,
             .summary = "Whether an upstream is told the name that is expected (SNI).",
             .more = "Addresses are never sent, as RFC 6066 has it.",
             .when = matters::with_proxy_ssl}
        ),
        bind<flag, Way..., &T::alpn>(
            {.name = "proxy_ssl_alpn",
             .where = anywhere,
             .summary = "Whether the protocol is offered by ALPN: `imap`, `pop3` or `smtp`.",
             .when = matters::with_proxy_ssl}
        ),
        bind<named_file, Way..., &T::certificate>(
            {.name = "proxy_ssl_certificate",
             .where = anywhere,
             .summary = "PEM file with a certificate to show to upstreams that ask for one, then "
                        "its chain.",
             .by_default = "none",
             .when = matters::with_proxy_ssl}
        ),
        bind<named_file, Way..., &T::certificate_key>(
            {.name = "proxy_ssl_certificate_key",
             .where = anywhere,
             .summary = "PEM file with that certificate's private key.",
             .by_default = "the certificate's own file",
             .when = matters::with_proxy_ssl}
        ),
        bind<named_file, Way..., &T::password_file>(
            {.name = "proxy_ssl_password_file",
             .where = anywhere,
             .summary = "File with pass phrases for that key, one a line; each is tried.",
             .by_default = "none",
             .when = matters::with_proxy_ssl}
        ),
        bind<flag, Way..., &T::session_reuse>(
            {.name = "proxy_ssl_session_reuse",
             .where = anywhere,
             .summary = "Whether TLS sessions with upstreams are resumed.",
             .more = "Each worker remembers some of its own, for the same settings, address and "
                     "name only; a reload forgets them.",
             .when = matters::with_proxy_ssl}
        ),
        bind<set_of<tls_versions, version_words>, Way..., &T::versions>(
            {.name = "proxy_ssl_protocols",
             .where = anywhere,
             .summary = "The versions of TLS that are spoken with upstreams.",
             .when = matters::with_proxy_ssl}
        ),
        bind<plain_text, Way..., &T::ciphers>(
            {.name = "proxy_ssl_ciphers",
             .where = anywhere,
             .summary = "Cipher suites for TLS 1.2 and older with upstreams, in OpenSSL's "
                        "notation.",
             .when = matters::with_proxy_ssl}
        ),
    };
}

constexpr auto server_part = make_rows<&server_settings::proxy, &proxy_settings::tls>();
constexpr auto route_part = make_rows<&route_settings::tls>();

}

std::span<const row<server_settings>> proxy_tls_rows() { return server_part; }
std::span<const row<route_settings>> proxy_tls_route_rows() { return route_part; }

}
