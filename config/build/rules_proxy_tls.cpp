#include "config/build/nearness.hpp"
#include "config/build/rules.hpp"
#include "config/report/source_text.hpp"

#include <algorithm>
#include <string>

namespace postern::config {

namespace {

// One way to an upstream, a server's own or a route's, and where its directives are written.
struct way {
    const judged& by;
    const upstream_address& upstream;
    const proxy_tls_settings& tls;
    const block* route; // null: the server's own

    // In the route, else in the server, else the server itself.
    place place_of(std::string_view directive) const {
        if (route)
            for (auto& e : route->entries)
                if (e.name == directive) return e.given.where;
        return by.notes().find(directive) || !route ? by.notes().place_of(directive, 0)
                                                    : route->where;
    }
    // Whether the complaint is this way's and not one of all that inherit from the same place.
    bool says(std::string_view directive) const {
        if (!route) return by.notes().find(directive) != nullptr;
        return std::ranges::any_of(route->entries, [&](auto& e) { return e.name == directive; });
    }
};

bool gives_passwords(const server_settings& s) {
    return s.protocol != mail_protocol::smtp || s.proxy.smtp_auth;
}

constexpr auto both_ways_out =
    "write proxy_ssl = \"starttls\" or \"on\"; or, where nobody can listen on the way there, "
    "proxy_allow_plaintext = \"on\"";

// What connecting will decide in the end, as far as it is known before: serve() refuses it then.
void check_plaintext(const way& w, findings& out) {
    if (w.tls.uses_tls() || w.tls.allow_plaintext || w.upstream.host.empty()) return;
    auto& host = w.upstream.host;
    switch (where_is(host)) {
    case nearness::here: return;
    case nearness::elsewhere:
        return out.error(
            w.place_of("upstream"),
            "upstream: passwords would go to " + host + " in clear text",
            both_ways_out
        );
    case nearness::unknown:
        return out.warning(
            w.place_of("upstream"),
            "upstream: passwords would go to " + host +
                " in clear text; unless that is this machine, nobody can log in",
            both_ways_out
        );
    }
}

void check_port(const way& w, findings& out) {
    auto port = w.upstream.port;
    bool implicit = port == 993 || port == 995 || port == 465;
    bool in_clear = port == 143 || port == 110 || port == 25 || port == 587;
    auto complain = [&](const std::string& text, const char* word) {
        out.warning(
            w.place_of("upstream"),
            "upstream: servers at port " + std::to_string(port) + " " + text,
            "write proxy_ssl = \"" + std::string(word) + "\""
        );
    };
    if (implicit && w.tls.mode != upstream_tls::on)
        complain("expect TLS from the first byte, which proxy_ssl does not say", "on");
    if (in_clear && w.tls.mode == upstream_tls::on)
        complain("do not expect TLS from the first byte, which proxy_ssl says", "starttls");
}

void check_trust(const way& w, findings& out) {
    if (w.tls.verify) return;
    auto where = w.place_of("proxy_ssl_verify");
    if (w.tls.pins.empty() && (w.says("proxy_ssl_verify") || w.says("proxy_ssl")))
        out.warning(
            where,
            "proxy_ssl_verify: without it, whoever sits on the way to the upstream can read "
            "everything",
            "leave it on; or name the upstream's key by proxy_ssl_pin"
        );
    if (w.says("proxy_ssl_crl")) // the others have defaults, which a dump writes down
        out.warning(
            w.place_of("proxy_ssl_crl"), "proxy_ssl_crl: has no effect: \"proxy_ssl_verify\" is off"
        );
}

void check_certificate(const way& w, findings& out) {
    if (!w.tls.certificate.path.empty()) return;
    for (auto name : {"proxy_ssl_certificate_key", "proxy_ssl_password_file"})
        if (w.says(name))
            out.error(
                w.place_of(name),
                std::string(name) + ": there is no \"proxy_ssl_certificate\" that it belongs to"
            );
}

// A route without TLS in which something is said about it. A server's own lines are looked at by
// check_effect.
void check_route_effect(const way& w, findings& out) {
    if (!w.route || w.tls.uses_tls()) return;
    for (auto& e : w.route->entries)
        if (e.name.starts_with("proxy_ssl_"))
            out.warning(e.where, e.name + ": has no effect: \"proxy_ssl\" is off");
}

void check_way(const way& w, findings& out) {
    if (gives_passwords(w.by.server())) check_plaintext(w, out);
    check_port(w, out);
    check_route_effect(w, out);
    if (!w.tls.uses_tls()) return;
    check_trust(w, out);
    check_certificate(w, out);
}

}

void check_proxy_tls(const judged& j, findings& out) {
    auto& s = j.server();
    if (j.notes().is_broken(
            {"listen",
             "protocol",
             "upstream",
             "auth_http",
             "proxy_ssl",
             "proxy_allow_plaintext",
             "proxy_ssl_verify",
             "proxy_ssl_pin",
             "proxy_ssl_certificate",
             "proxy_smtp_auth"}
        ))
        return;
    check_way(
        {j,
         s.lookup.auth_http.empty() ? s.lookup.upstream : upstream_address{},
         s.proxy.tls,
         nullptr},
        out
    );
    if (!s.lookup.auth_http.empty()) return;
    for (std::size_t n = 0; n < s.lookup.routes.size(); ++n) {
        auto& r = s.lookup.routes[n];
        bool taken = !r.protocol || *r.protocol == s.protocol;
        if (taken && !j.notes().broken_routes.contains(n))
            check_way({j, r.upstream, r.tls, j.notes().routes[n]}, out);
    }
}

}
