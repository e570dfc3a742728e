#include "config/build/rules.hpp"
#include "config/value/address.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace postern::config {

namespace {

void check_given(const judged& j, findings& out) {
    if (!j.notes().find("listen"))
        out.error(
            j.notes().where,
            "no \"listen\" in this server",
            "write listen = \"0.0.0.0:993 ssl\", or whichever address clients connect to"
        );
}

void check_implicit_ports(const judged& j, findings& out) {
    constexpr std::array<std::uint16_t, 3> implicit{993, 995, 465};
    if (j.notes().is_broken({"listen", "ssl"})) return;
    for (std::size_t n = 0; n < j.server().listen.size(); ++n) {
        auto& l = j.server().listen[n];
        auto port = std::ranges::find_if(implicit, [&](auto p) { return l.has_port(p); });
        if (l.ssl || port == implicit.end()) continue;
        out.warning(
            j.notes().place_of("listen", n),
            "listen: clients of port " + std::to_string(*port) +
                " expect TLS from the first byte, but this address has none",
            "write listen = \"" + l.written + " ssl\""
        );
    }
}

// Whoever waits for a greeting before it says anything would wait in vain.
void check_deferred(const judged& j, findings& out) {
    if (j.notes().is_broken({"listen", "ssl"})) return;
    for (std::size_t n = 0; n < j.server().listen.size(); ++n) {
        auto& l = j.server().listen[n];
        if (!l.deferred || l.ssl || l.proxy_protocol) continue;
        out.error(
            j.notes().place_of("listen", n),
            "listen: \"deferred\" waits for a client that waits for the greeting",
            "leave it out, or write \"ssl\" where TLS comes first"
        );
    }
}

bool overlap(const listen_address& a, const listen_address& b) {
    if (a.is_unix != b.is_unix || a.host != b.host) return false;
    if (a.is_unix) return true;
    return a.port != 0 && b.port != 0 && (a.has_port(b.port) || b.has_port(a.port));
}

std::string shown(const listen_address& l) {
    if (l.is_unix) return "unix:" + l.host;
    auto first = join_address(l.host, l.port);
    return l.last_port == 0 ? first : first + '-' + std::to_string(l.last_port);
}

}

void check_listen(const judged& j, findings& out) {
    check_given(j, out);
    check_implicit_ports(j, out);
    check_deferred(j, out);
}

void check_duplicates(const draft& all, findings& out) {
    struct seen {
        const listen_address* address;
        place where;
    };
    std::vector<seen> before;
    for (std::size_t i = 0; i < all.made.servers.size(); ++i) {
        auto& listen = all.made.servers[i].listen;
        for (std::size_t n = 0; n < listen.size(); ++n) {
            auto where = all.notes[i].place_of("listen", n);
            auto first = std::ranges::find_if(before, [&](const seen& s) {
                return overlap(*s.address, listen[n]);
            });
            if (first == before.end())
                before.push_back({&listen[n], where});
            else
                out.error(
                    where,
                    "listen: duplicate \"" + shown(listen[n]) + "\" address and port pair",
                    "it is already at " + short_place(first->where)
                );
        }
    }
}

}
