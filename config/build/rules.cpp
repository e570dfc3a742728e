#include "config/build/rules.hpp"

#include <algorithm>
#include <array>

namespace postern::config {

namespace {

void check_protocol(const judged& j, findings& out) {
    constexpr std::array<std::uint16_t, 7> known{143, 993, 110, 995, 25, 465, 587};
    if (j.notes().is_broken({"listen"}) || j.server().listen.empty() || j.notes().find("protocol"))
        return;
    for (auto& l : j.server().listen)
        if (std::ranges::any_of(known, [&](auto port) { return l.has_port(port); })) return;
    out.error(
        j.notes().where,
        "the protocol of this server does not follow from its ports",
        "write protocol = \"imap\", \"pop3\" or \"smtp\""
    );
}

void check_lookup(const judged& j, findings& out) {
    auto& lookup = j.server().lookup;
    if (j.notes().is_broken({"upstream", "auth_http"}) || !lookup.upstream.host.empty() ||
        !lookup.routes.empty() || !lookup.auth_http.empty())
        return;
    out.error(
        j.notes().where,
        "this server does not know where mail lives: no \"upstream\", no routes, no \"auth_http\"",
        "write upstream = \"imap.example.org\", here or in [mail]"
    );
}

// A static lookup knows no passwords and a login at the gateway is one at an SMTP upstream only if
// it is repeated there. Otherwise whoever claims to be somebody is believed.
void check_passwords(const judged& j, findings& out) {
    auto& s = j.server();
    bool is_static =
        s.lookup.auth_http.empty() && (!s.lookup.upstream.host.empty() || !s.lookup.routes.empty());
    bool logins =
        s.smtp.auth.contains(auth_method::plain) || s.smtp.auth.contains(auth_method::login);
    if (s.protocol != mail_protocol::smtp || !is_static || !logins || s.proxy.smtp_auth ||
        j.notes().is_broken({"listen", "protocol", "smtp_auth", "proxy_smtp_auth", "auth_http"}))
        return;
    out.error(
        j.notes().where,
        "nobody checks the passwords of this server: any will do",
        "write proxy_smtp_auth = \"on\" to have the upstream check them, ask an auth_http service, "
        "or write smtp_auth = \"none\" where nobody logs in"
    );
}

constexpr void (*rules[])(const judged&, findings&) = {
    check_listen,
    check_protocol,
    check_lookup,
    check_passwords,
    check_tls,
    check_names,
    check_verify,
    check_external,
    check_digests,
    check_auth_http,
    check_zone,
    check_tickets,
    check_budget,
    check_real_ip,
    check_routes,
    check_proxy_tls,
    check_effect,
    check_capabilities};

}

std::string short_place(const place& p) { return p.file + ":" + std::to_string(p.line); }

void apply_rules(const draft& all, const std::string& name, findings& out) {
    // After another complaint this one would only be its consequence: a misspelt block, say.
    if (all.made.servers.empty() && !out.any_error())
        out.error(
            {name, 0, 0},
            "no [[mail.server]]: there is nothing to serve",
            "a server needs a listen and an upstream"
        );
    for (std::size_t i = 0; i < all.made.servers.size(); ++i)
        for (auto rule : rules)
            rule({all, i}, out);
    check_duplicates(all, out);
    check_key_process(all, out);
    check_logs(all, out);
}

}
