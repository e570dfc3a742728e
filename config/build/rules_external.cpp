#include "config/build/rules.hpp"

#include <utility>

namespace postern::config {

namespace {

std::pair<std::string_view, auth_methods> auth_of(const server_settings& s) {
    switch (s.protocol) {
    case mail_protocol::imap: return {"imap_auth", s.imap.auth};
    case mail_protocol::pop3: return {"pop3_auth", s.pop3.auth};
    case mail_protocol::smtp: break;
    }
    return {"smtp_auth", s.smtp.auth};
}

bool can_judge(const judged& j, std::string_view auth) {
    return !j.notes().is_broken({"listen", "ssl", "starttls", "protocol", auth}) &&
           !j.notes().is_broken({"ssl_verify_client", "auth_http", "xclient", "proxy_smtp_auth"});
}

}

// EXTERNAL brings no password along. Who gives one to the upstream? Where no client is asked for a
// certificate it is never offered, so there a word that was inherited does no harm.
void check_external(const judged& j, findings& out) {
    auto& s = j.server();
    auto [directive, methods] = auth_of(s);
    if (!can_judge(j, directive)) return;
    auto complain = [&, about = std::string(directive)](std::string text, std::string hint) {
        out.error(j.notes().place_of(about, 0), about + ": " + text, std::move(hint));
    };
    bool wanted = methods.contains(auth_method::external);
    bool asks = s.uses_tls() && s.tls.verify.asks();
    if (!wanted && s.uses_tls() && j.notes().is_own("ssl_client_identity") &&
        s.tls.verify.identity != verify_settings().identity)
        out.warning(
            j.notes().place_of("ssl_client_identity", 0),
            "ssl_client_identity: has no effect: \"external\" is not in " + std::string(directive)
        );
    if (wanted && !asks && j.notes().is_own(directive))
        complain(
            "external needs a client's certificate, and none is asked for",
            "write ssl_verify_client = \"optional\""
        );
    bool by_xclient = s.protocol == mail_protocol::smtp && s.proxy.xclient && !s.proxy.smtp_auth;
    if (wanted && asks && s.lookup.auth_http.empty() && !by_xclient)
        complain(
            "external has no password for the upstream, and static routes know none",
            "ask an auth_http service, which answers with Auth-Pass"
        );
}

// A digest proves a password to whoever knows it. Static routes do not know any, nor can the
// upstream be asked: it is over our challenge and not over its own.
void check_digests(const judged& j, findings& out) {
    auto& s = j.server();
    auto [directive, methods] = auth_of(s);
    bool is_static = !s.lookup.upstream.host.empty() || !s.lookup.routes.empty();
    if (!can_judge(j, directive) || !s.lookup.auth_http.empty() || !is_static) return;
    for (auto [word, method] :
         {std::pair("cram-md5", auth_method::cram_md5), std::pair("apop", auth_method::apop)})
        if (methods.contains(method))
            out.error(
                j.notes().place_of(directive, 0),
                std::string(directive) + ": " + word +
                    " shows only whether a client knows its password, and without auth_http nobody "
                    "here knows any",
                "ask an auth_http service, or leave it out"
            );
}

}
