#include "config/directive/all.hpp"
#include "config/directive/bind.hpp"
#include "config/value/network.hpp"

namespace postern::config {

namespace {

using S = server_settings;

constexpr row<S> rows[] = {
    bind<list_of<network_kind, true>, &S::real_ip_from>(
        {.name = "set_real_ip_from",
         .where = in_mail | in_server,
         .summary = "Load balancers that are believed when a PROXY protocol header says who is "
                    "behind them.",
         .more =
             "Their client's address is then the one that the lookup, an upstream (XCLIENT) and "
             "the log are told; the log has the load balancer's as `via`. Others must send a "
             "header as well where `listen` says `proxy_protocol`; what it says is in the log "
             "as `claimed` and counts for nothing. `unix:` is whoever comes over a Unix socket. "
             "Names are looked up when postern starts and at each reload, by the machine's "
             "resolver; all their addresses are meant.",
         .by_default = "nobody",
         .when = matters::with_proxy_protocol}
    ),
};

}

std::span<const row<server_settings>> real_ip_rows() { return rows; }

}
