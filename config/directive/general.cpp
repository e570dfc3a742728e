#include "config/directive/all.hpp"
#include "config/directive/bind.hpp"
#include "config/directive/protocol_words.hpp"
#include "config/value/address.hpp"
#include "config/value/numbers.hpp"
#include "config/value/texts.hpp"

namespace postern::config {

namespace {

using S = server_settings;

constexpr row<S> rows[] = {
    bind<list_of<listen_kind>, &S::listen>(
        {.name = "listen",
         .where = in_server,
         .summary = "The addresses that clients connect to.",
         .more =
             "A port alone is that port of every IPv4 address, `[::]:993` of every IPv6 address; "
             "of a connection that fits several, the most particular address decides the server. A "
             "name means all addresses that the machine's resolver knows for it when postern "
             "starts or reloads. An address may be written only once in the file. `ssl` means TLS "
             "from the first byte. `proxy_protocol` is for load balancers that say who is behind "
             "them in a PROXY protocol header (version 1 or 2), before all else; see "
             "`set_real_ip_from`. Who sends none is not heard. `so_keepalive` is on unless it is "
             "off. `bind` and `reuseport` change nothing: each worker has a socket of its own for "
             "each address. `deferred` leaves a connection to the system until the client has sent "
             "something, and so goes with `ssl` or `proxy_protocol`. `fastopen` takes data with "
             "the first packet (RFC 7413), `multipath` speaks Multipath TCP (RFC 8684); the system "
             "must allow both.",
         .by_default = "none; every server needs one"}
    ),
    bind<one_of<protocol_words>, &S::protocol>(
        {.name = "protocol",
         .where = in_server,
         .summary = "What is spoken.",
         .by_default =
             "by the first `listen` with a well-known port: imap 143 993, pop3 110 995, smtp "
             "25 465 587"}
    ),
    bind<host_name, &S::server_name>(
        {.name = "server_name",
         .where = in_mail | in_server,
         .summary = "The name this machine gives itself, in SMTP's greeting for example.",
         .by_default = "the machine's host name"}
    ),
    bind<time_of<std::chrono::milliseconds, 1>, &S::timeout>(
        {.name = "timeout",
         .where = in_mail | in_server,
         .summary = "For one attempt to log in, and for one login at the upstream.",
         .more = "It also limits the TLS handshake. Commands do not restart it; a login that was "
                 "refused does. `login_timeout` limits the whole."}
    ),
};

}

std::span<const row<server_settings>> general_rows() { return rows; }

}
