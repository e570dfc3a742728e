#include "config/directive/all.hpp"
#include "config/directive/bind.hpp"
#include "config/directive/protocol_words.hpp"
#include "config/value/address.hpp"
#include "config/value/http.hpp"
#include "config/value/numbers.hpp"
#include "config/value/texts.hpp"
#include "config/value/words.hpp"

namespace postern::config {

namespace {

using S = server_settings;
using L = lookup_settings;
using R = route_settings;

constexpr unsigned anywhere = in_mail | in_server;

constexpr row<S> server_part[] = {
    bind<upstream_kind, &S::lookup, &L::upstream>(
        {.name = "upstream",
         .where = anywhere,
         .summary = "The mail server for everyone without a route.",
         .more =
             "Without a port it is the protocol's own: 143, 110 or 25; with `proxy_ssl` on 993, "
             "995 or 465.",
         .by_default = "none",
         .when = matters::with_static}
    ),
    bind<user_template, &S::lookup, &L::upstream_user>(
        {.name = "upstream_user",
         .where = anywhere,
         .summary = "The name to log in with at the upstream.",
         .more = "`{user}` is the whole login name, `{local}` and `{domain}` its parts before and "
                 "after "
                 "the last `@`.",
         .when = matters::with_static}
    ),
    bind<http_services, &S::lookup, &L::auth_http>(
        {.name = "auth_http",
         .where = anywhere,
         .summary =
             "A service, spoken to in nginx's auth_http protocol, that checks logins and says "
             "where each goes on.",
         .more = "It is asked instead of `upstream` and routes. Of several, as of a name with "
                 "several addresses, the first one that answers counts, in the order in which they "
                 "are written. One that cannot be reached, is silent, answers with a status of 5xx "
                 "and without Auth-Status, or with what is no HTTP is not asked again for ten "
                 "seconds, unless all others fail as well; an answer that cannot be acted upon "
                 "leads to the next one, too. Addresses of a name are looked up anew every twenty "
                 "seconds.\n\nPasswords go there: a service that is not on this machine should be "
                 "spoken to over https.",
         .by_default = "none"}
    ),
    bind<time_of<std::chrono::milliseconds, 1>, &S::lookup, &L::auth_http_timeout>(
        {.name = "auth_http_timeout",
         .where = anywhere,
         .summary = "How long that service, or all of them, may take for an answer.",
         .when = matters::with_auth_http}
    ),
    bind<list_of<header_kind, true>, &S::lookup, &L::auth_http_headers>(
        {.name = "auth_http_header",
         .where = anywhere,
         .summary = "A header to send to that service, such as a shared key.",
         .more =
             "Written as `\"Name value\"`, or `[\"Name\", \"value\"]` as an element of an array.",
         .when = matters::with_auth_http}
    ),
    bind<flag, &S::lookup, &L::auth_http_pass_client_cert>(
        {.name = "auth_http_pass_client_cert",
         .where = anywhere,
         .summary = "Whether that service is sent the client's certificate, in Auth-SSL-Cert.",
         .more = "As PEM, escaped as names and passwords are. `ssl_verify_client` decides whether "
                 "there is one.",
         .when = matters::with_auth_http}
    ),
};

constexpr row<R> route_part[] = {
    bind<plain_text, &R::user>(
        {.name = "user",
         .where = in_route,
         .summary = "The whole login name this route is for, in letters of either case.",
         .by_default = "none; a route has one of user, domain and pattern"}
    ),
    bind<host_name, &R::domain>(
        {.name = "domain",
         .where = in_route,
         .summary = "The domain this route is for: what follows the last `@` of the login name.",
         .by_default = "none"}
    ),
    bind<plain_text, &R::pattern>(
        {.name = "pattern",
         .where = in_route,
         .summary = "A pattern for the whole login name, with `*` and `?`.",
         .more =
             "Routes by user are tried first, then those by domain, then patterns as they are "
             "written, then the server's `upstream`. A server with routes of its own has none of "
             "[mail].",
         .by_default = "none"}
    ),
    bind<maybe_one_of<protocol_words>, &R::protocol>(
        {.name = "protocol",
         .where = in_route,
         .summary = "Makes the route count for this protocol only.",
         .by_default = "all"}
    ),
    bind<upstream_kind, &R::upstream>(
        {.name = "upstream",
         .where = in_route,
         .summary = "The mail server this route leads to.",
         .by_default = "none; every route needs one"}
    ),
    bind<user_template, &R::upstream_user>(
        {.name = "upstream_user",
         .where = in_route,
         .summary = "The name to log in with there.",
         .by_default = "the server's"}
    ),
};

}

std::span<const row<server_settings>> lookup_rows() { return server_part; }
std::span<const row<route_settings>> lookup_route_rows() { return route_part; }

}
