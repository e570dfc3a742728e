// What others are told of a client: upstreams, and for SMTP also the auth_http service.
#include "config/directive/all.hpp"
#include "config/directive/bind.hpp"
#include "config/value/numbers.hpp"
#include "config/value/resolver.hpp"
#include "config/value/words.hpp"

namespace postern::config {

namespace {

using S = server_settings;
using R = route_settings;

constexpr unsigned anywhere = in_mail | in_server;

constexpr named<proxy_header> header_words[] = {
    {"off", proxy_header::off},
    {"on",  proxy_header::v1 },
    {"v2",  proxy_header::v2 },
};

constexpr directive about_header{
    .name = "proxy_protocol",
    .where = anywhere | in_route,
    .summary = "Whether an upstream is told of the client by HAProxy's PROXY protocol.",
    .more =
        "`on` is version 1, a line of text; `v2` is version 2, in bytes. It comes first of all, "
        "before TLS and the upstream's greeting, so the upstream must expect it there "
        "(Dovecot: `haproxy = yes` and `haproxy_trusted_networks`; Postfix: "
        "`smtpd_upstream_proxy_protocol = haproxy`). What it says is the client's address and the "
        "one that it connected to; behind a load balancer that `set_real_ip_from` names, those "
        "that the load balancer told. Clients of Unix sockets are `UNKNOWN`; so, in version 1, "
        "are addresses of two families, which version 2 writes as IPv6.\n\nVersion 2 has a "
        "checksum as well, and of clients with TLS the name that they asked for (AUTHORITY), the "
        "protocol (ALPN), version, cipher, and the common name of a certificate with whether it "
        "was verified. A route has its server's where it does not say otherwise."};

constexpr row<S> rows[] = {
    bind<one_of<header_words>, &S::proxy, &proxy_settings::header>(about_header),
    bind<resolver_kind, &S::resolver, &resolver_settings::from>(
        {.name = "resolver",
         .where = anywhere,
         .summary = "DNS servers that are asked for the names of SMTP clients.",
         .more =
             "Before the greeting the client's address is looked up, and the name that it points "
             "to; when that has the address, it is the client's name, in `Client-Host` for an "
             "auth_http service and in `XCLIENT NAME` for an upstream. Otherwise, and without "
             "`resolver`, they are told `[UNAVAILABLE]`; `[TEMPUNAVAIL]` when DNS gave no good "
             "answer, when the name holds anything but letters, digits, `-` and `.`, and for "
             "clients of a Unix socket.\n\nServers are addresses, asked in turn. Each worker "
             "keeps answers as long as they say (an hour at most; that there is no name, a "
             "minute), or for `valid`. With `ipv4=off` or `ipv6=off` such clients have no name. "
             "It serves these names only: those of upstreams and of auth_http are resolved as by "
             "every program of this machine.",
         .when = matters::with_smtp}
    ),
    bind<time_of<std::chrono::milliseconds, 1>, &S::resolver, &resolver_settings::timeout>(
        {.name = "resolver_timeout",
         .where = anywhere,
         .summary = "How long looking for an SMTP client's name may take.",
         .more = "After that, and after `timeout` if it is shorter, the client is greeted as one "
                 "whose name is `[TEMPUNAVAIL]`. It counts for `login_timeout`.",
         .when = matters::with_resolver}
    ),
};

constexpr row<R> route_part[] = {
    bind<maybe_one_of<header_words>, &R::header>(about_header),
};

}

std::span<const row<server_settings>> outward_rows() { return rows; }
std::span<const row<route_settings>> outward_route_rows() { return route_part; }

}
