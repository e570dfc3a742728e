#include "config/build/rules.hpp"
#include "config/report/source_text.hpp"

#include <algorithm>

namespace postern::config {

namespace {

std::string lowered(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    return out;
}

bool same_logins(const route_settings& a, const route_settings& b) {
    bool overlap = !a.protocol || a.protocol == b.protocol;
    return overlap && lowered(a.user) == lowered(b.user) &&
           lowered(a.domain) == lowered(b.domain) && lowered(a.pattern) == lowered(b.pattern);
}

void check_route(const route_settings& r, const place& where, findings& out) {
    int keys = !r.user.empty() + !r.domain.empty() + !r.pattern.empty();
    if (keys != 1)
        out.error(
            where,
            keys == 0 ? "this route is for nobody"
                      : "this route has more than one of user, domain and pattern",
            "write one of user = \"joe@example.org\", domain = \"example.org\" and pattern = \"*\""
        );
    if (r.upstream.host.empty())
        out.error(
            where, "no \"upstream\" in this route", "write upstream = \"imap.example.org:143\""
        );
}

}

void check_routes(const judged& j, findings& out) {
    auto& routes = j.server().lookup.routes;
    auto& broken = j.notes().broken_routes;
    for (std::size_t n = 0; n < routes.size(); ++n) {
        if (broken.contains(n)) continue;
        auto& where = j.notes().routes[n]->where;
        check_route(routes[n], where, out);
        for (std::size_t m = 0; m < n; ++m) {
            if (broken.contains(m) || !same_logins(routes[m], routes[n])) continue;
            out.warning(
                where,
                "this route is never taken",
                "the one at " + short_place(j.notes().routes[m]->where) + " is for the same logins"
            );
            break;
        }
    }
}

}
