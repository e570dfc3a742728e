#include "config/directive/all.hpp"
#include "config/directive/bind.hpp"
#include "config/value/texts.hpp"
#include "config/value/tls_name.hpp"
#include "config/value/words.hpp"

namespace postern::config {

namespace {

using T = proxy_tls_settings;

constexpr unsigned anywhere = in_mail | in_server;

template <class Kind, auto Field> constexpr auto tls_row(directive about) {
    about.where = anywhere;
    about.when = matters::with_https;
    return bind<Kind, &server_settings::lookup, &lookup_settings::auth_http_tls, Field>(about);
}

constexpr row<server_settings> rows[] = {
    tls_row<flag, &T::verify>(
        {.name = "auth_http_ssl_verify",
         .summary = "Whether the certificate of an auth_http service must be valid for its name.",
         .more = "Names are compared as for `proxy_ssl_name`."}
    ),
    tls_row<named_file, &T::trusted_certificate>(
        {.name = "auth_http_ssl_trusted_certificate",
         .summary = "PEM file with the certificate authorities that the certificates of auth_http "
                    "services may come from, or with such a certificate itself."}
    ),
    tls_row<tls_name, &T::name>(
        {.name = "auth_http_ssl_name",
         .summary = "Whom the certificate of an auth_http service must name, and whom it is asked "
                    "for.",
         .by_default = "the host of its address"}
    ),
    tls_row<named_file, &T::certificate>(
        {.name = "auth_http_ssl_certificate",
         .summary = "PEM file with a certificate to show to auth_http services that ask for one, "
                    "then its chain.",
         .by_default = "none"}
    ),
    tls_row<named_file, &T::certificate_key>(
        {.name = "auth_http_ssl_certificate_key",
         .summary = "PEM file with that certificate's private key.",
         .by_default = "the certificate's own file"}
    ),
    tls_row<named_file, &T::password_file>(
        {.name = "auth_http_ssl_password_file",
         .summary = "File with pass phrases for that key, one a line; each is tried.",
         .by_default = "none"}
    ),
};

}

std::span<const row<server_settings>> auth_http_tls_rows() { return rows; }

}
