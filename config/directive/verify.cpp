#include "config/directive/all.hpp"
#include "config/directive/bind.hpp"
#include "config/value/numbers.hpp"
#include "config/value/texts.hpp"
#include "config/value/words.hpp"

namespace postern::config {

namespace {

using S = server_settings;
using T = tls_settings;
using V = verify_settings;

constexpr unsigned anywhere = in_mail | in_server;

constexpr named<verify_client> modes[] = {
    {"off",            verify_client::off           },
    {"on",             verify_client::on            },
    {"optional",       verify_client::optional      },
    {"optional_no_ca", verify_client::optional_no_ca},
};

constexpr named<client_identity> identities[] = {
    {"email",         client_identity::email        },
    {"subject_email", client_identity::subject_email},
    {"dns",           client_identity::dns          },
    {"cn",            client_identity::cn           },
};

constexpr row<S> rows[] = {
    bind<one_of<modes>, &S::tls, &T::verify, &V::client>(
        {.name = "ssl_verify_client",
         .where = anywhere,
         .summary = "Whether clients are asked for a certificate, and must have one.",
         .more = "Who shows a bad one is refused in the protocol's words, after the handshake and "
                 "before a greeting. `on` also refuses who shows none; `optional` does not. "
                 "`optional_no_ca` lets strangers' certificates pass, for an auth_http service to "
                 "judge, but none that is expired, revoked or wrong in another way.\n\nSessions of "
                 "clients that show a certificate are not resumed, so that each connection is "
                 "judged anew.",
         .when = matters::with_tls}
    ),
    bind<number<0, 15>, &S::tls, &T::verify, &V::depth>(
        {.name = "ssl_verify_depth",
         .where = anywhere,
         .summary = "How many certificates may stand between a client's and one that is believed.",
         .when = matters::with_tls}
    ),
    bind<named_file, &S::tls, &T::verify, &V::client_certificate>(
        {.name = "ssl_client_certificate",
         .where = anywhere,
         .summary = "PEM file of authorities whose clients are believed; clients are told their "
                    "names.",
         .more = "It need not hold roots: whoever stands in it is believed.",
         .by_default = "none",
         .when = matters::with_tls}
    ),
    bind<named_file, &S::tls, &T::verify, &V::trusted_certificate>(
        {.name = "ssl_trusted_certificate",
         .where = anywhere,
         .summary = "PEM file of more such authorities, whose names clients are not told.",
         .by_default = "none",
         .when = matters::with_tls}
    ),
    bind<named_file, &S::tls, &T::verify, &V::crl>(
        {.name = "ssl_crl",
         .where = anywhere,
         .summary = "PEM file of revocation lists.",
         .more =
             "With one, every issuer between a client and an authority that is believed needs a "
             "list that has not expired; the authority's own issuer does not.",
         .by_default = "none",
         .when = matters::with_tls}
    ),
    bind<one_of<identities>, &S::tls, &T::verify, &V::identity>(
        {.name = "ssl_client_identity",
         .where = anywhere,
         .summary = "What in a client's certificate is its login name, for EXTERNAL.",
         .more = "`email` and `dns` are names among its alternative names, `subject_email` and "
                 "`cn` the address and the common name in its subject. Where there are several, "
                 "the client may choose; the first counts when it does not. Whoever issues the "
                 "certificates decides who logs in as whom, so all in `ssl_client_certificate` and "
                 "`ssl_trusted_certificate` must be as careful with that part as you are.",
         .when = matters::with_tls}
    ),
};

}

std::span<const row<server_settings>> verify_rows() { return rows; }

}
