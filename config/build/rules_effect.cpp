#include "config/build/rules.hpp"
#include "config/directive/all.hpp"
#include "config/report/effect.hpp"
#include "config/report/source_text.hpp"

#include <array>

namespace postern::config {

namespace {

std::string reason(matters when) {
    switch (when) {
    case matters::always: return {};
    case matters::with_tls: return "this server never speaks TLS";
    case matters::with_imap: return "this server does not speak IMAP";
    case matters::with_pop3: return "this server does not speak POP3";
    case matters::with_smtp: return "this server does not speak SMTP";
    case matters::with_static: return "\"auth_http\" is asked instead";
    case matters::with_auth_http: return "this server has no \"auth_http\"";
    case matters::with_https: return "no \"auth_http\" of this server is https";
    case matters::with_certificate_dir: return "this server has no \"ssl_certificate_dir\"";
    case matters::with_proxy_ssl: return "\"proxy_ssl\" is off";
    case matters::with_proxy_protocol: return "no \"listen\" says \"proxy_protocol\"";
    case matters::with_resolver:
        return "this server looks no client's name up: it does not speak SMTP, or \"resolver\" is "
               "off";
    }
    return {};
}

std::string upper(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    return out;
}

// Announced by postern itself, when and as the settings say.
bool is_ours(const std::string& capability) {
    auto word = upper(capability.substr(0, capability.find_first_of(" =")));
    for (auto ours : {"STARTTLS", "STLS", "AUTH", "SASL", "LOGINDISABLED"})
        if (word == ours) return true;
    return false;
}

void check_list(
    const judged& j,
    std::string_view directive,
    const std::vector<std::string>& words,
    findings& out
) {
    if (!j.notes().find(directive)) return;
    for (std::size_t n = 0; n < words.size(); ++n)
        if (is_ours(words[n]))
            out.warning(
                j.notes().place_of(directive, n),
                std::string(directive) + ": " + in_quotes(words[n]) +
                    " will be announced twice, or where it is not true",
                "postern announces it by itself when it applies; leave it out"
            );
}

// Whether what decides about an effect could not be read.
bool is_unknown(matters when, const server_notes& notes) {
    switch (when) {
    case matters::always: return false;
    case matters::with_tls: return notes.is_broken({"listen", "ssl", "starttls"});
    case matters::with_imap:
    case matters::with_pop3:
    case matters::with_smtp: return notes.is_broken({"listen", "protocol"});
    case matters::with_proxy_protocol: return notes.is_broken({"listen"});
    case matters::with_resolver: return notes.is_broken({"listen", "protocol", "resolver"});
    case matters::with_static:
    case matters::with_https:
    case matters::with_auth_http: return notes.is_broken({"auth_http"});
    case matters::with_certificate_dir:
        return notes.is_broken({"listen", "ssl", "starttls", "ssl_certificate_dir"});
    case matters::with_proxy_ssl:
        return notes.is_broken({"proxy_ssl"}) || !notes.broken_routes.empty();
    }
    return false;
}

}

// Nothing is silently ignored: what a server itself writes must mean something there. What it
// inherits need not, since [mail] speaks to servers of all sorts.
void check_effect(const judged& j, findings& out) {
    for (auto& [name, laid] : j.notes().written) {
        auto found = find_directives(name, in_server);
        if (!laid.own || found.empty() || has_effect(*found[0], j.server()) ||
            is_unknown(found[0]->when, j.notes()))
            continue;
        out.warning(laid.what->where, name + ": has no effect: " + reason(found[0]->when));
    }
    if (j.notes().routes_own && !j.server().lookup.auth_http.empty())
        out.warning(
            j.notes().routes[0]->where, "routes have no effect: " + reason(matters::with_static)
        );
}

void check_capabilities(const judged& j, findings& out) {
    if (j.notes().is_broken({"listen", "protocol"})) return;
    auto& s = j.server();
    switch (s.protocol) {
    case mail_protocol::imap: return check_list(j, "imap_capabilities", s.imap.capabilities, out);
    case mail_protocol::pop3: return check_list(j, "pop3_capabilities", s.pop3.capabilities, out);
    case mail_protocol::smtp: return check_list(j, "smtp_capabilities", s.smtp.capabilities, out);
    }
}

}
