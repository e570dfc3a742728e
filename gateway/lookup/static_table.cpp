#include "gateway/lookup/static_table.hpp"

#include "gateway/lookup/wildcard.hpp"

namespace postern::gateway {

using config::route_settings;

static_table::static_table(const config::lookup_settings& settings, config::upstream_tls mode)
    : settings_(settings), mode_(mode) {
    for (auto& r : settings.routes) {
        if (!r.user.empty())
            users_[fold(r.user)].push_back(&r);
        else if (!r.domain.empty())
            domains_[fold(r.domain)].push_back(&r);
        else
            patterns_.push_back(&r);
    }
}

static bool serves(const route_settings& r, config::mail_protocol p) {
    return !r.protocol || *r.protocol == p;
}

const route_settings* static_table::choose(std::string_view user, config::mail_protocol protocol)
    const {
    auto first_of = [&](const rows& all, std::string_view name) -> const route_settings* {
        auto found = all.find(fold(name));
        if (found == all.end()) return nullptr;
        for (auto* r : found->second)
            if (serves(*r, protocol)) return r;
        return nullptr;
    };
    if (auto* r = first_of(users_, user)) return r;
    if (auto* r = first_of(domains_, domain_of(user))) return r;
    for (auto* r : patterns_)
        if (serves(*r, protocol) && fits(r->pattern, user)) return r;
    return nullptr;
}

config::upstream_address with_port(
    config::upstream_address to, config::mail_protocol protocol, config::upstream_tls mode
) {
    if (to.port != 0 || to.host.starts_with("unix:")) return to;
    bool tls = mode == config::upstream_tls::on;
    switch (protocol) {
    case config::mail_protocol::imap: to.port = tls ? 993 : 143; break;
    case config::mail_protocol::pop3: to.port = tls ? 995 : 110; break;
    case config::mail_protocol::smtp: to.port = tls ? 465 : 25; break;
    }
    return to;
}

verdict static_table::find(std::string_view user, config::mail_protocol protocol) const {
    auto* chosen = choose(user, protocol);
    auto& upstream = chosen ? chosen->upstream : settings_.upstream;
    if (upstream.host.empty()) {
        denial no;
        no.what.why = refusal::kind::bad_login;
        no.what.text = "Invalid login or password";
        no.may_retry = true;
        return no;
    }
    bool own = chosen && !chosen->upstream_user.empty();
    route to;
    to.upstream = with_port(upstream, protocol, chosen ? chosen->tls.mode : mode_);
    if (chosen) to.tls = &chosen->tls;
    if (chosen) to.header = chosen->header;
    to.user = fill_in(own ? chosen->upstream_user : settings_.upstream_user, user);
    return to;
}

task<result<verdict>> static_table::find(const query& q, std::string&) {
    // smtp_auth none: nobody logs in, but the sender's and the recipient's names are not logins.
    co_return find(q.login.user, q.protocol);
}

}
