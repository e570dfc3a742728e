#include "gateway/session/generation.hpp"

#include "gateway/lookup/auth_http_tls.hpp"
#include "gateway/lookup/make_lookup.hpp"
#include "gateway/resolver/find_name.hpp"

#include <utility>

namespace postern::gateway {
namespace {

using builtin_mode = config::session_cache::builtin_mode;

// The stores that a server's ssl_session_cache asks for.
tls::session_services services_of(
    const config::session_cache& cache,
    const session_places& places,
    std::vector<config::complaint>& complaints
) {
    tls::session_services out;
    out.keys = places.keys;
    out.folder = places.folder;
    out.report = places.report;
    out.secrets = places.secrets;
    out.proved = places.proved;
    if (cache.builtin == builtin_mode::used && places.builtin)
        out.builtin = places.builtin(cache.builtin_sessions);
    if (!cache.uses_zone() || !places.zone) return out;
    out.shared = places.zone(cache.zone);
    if (!out.shared) {
        config::complaint c;
        c.directive = "ssl_session_cache";
        c.text = "the zone \"" + cache.zone + "\" is not there";
        c.hint = "a new zone needs a restart";
        complaints.push_back(std::move(c));
    }
    return out;
}

std::shared_ptr<const tls::server> tls_of(
    const config::server_settings& s,
    const tls::backend& library,
    const session_places& places,
    std::vector<config::complaint>& complaints
) {
    if (!s.uses_tls()) return nullptr;
    auto services = services_of(s.tls.cache, places, complaints);
    auto compiled = library.compile(s.tls, config::name(s.protocol), services);
    for (auto& c : compiled.complaints)
        complaints.push_back(std::move(c));
    return compiled.made;
}

// Servers that ask alike share what they have heard.
using known_hosts =
    std::vector<std::pair<const config::resolver_settings*, std::shared_ptr<host_names>>>;

std::shared_ptr<host_names> hosts_of(
    const config::server_settings& s,
    boost::asio::io_context& loop,
    known_hosts& known,
    std::vector<config::complaint>& complaints
) {
    if (!s.looks_up_clients()) return nullptr;
    for (auto& [how, made] : known)
        if (*how == s.resolver) return made;
    std::string trouble;
    auto made = make_host_names(loop.get_executor(), s.resolver, trouble);
    if (!made) {
        config::complaint c;
        c.directive = "resolver";
        c.text = trouble.empty() ? "this build of postern has no resolver" : trouble;
        if (trouble.empty())
            c.hint = "write resolver = \"off\", or build with -DPOSTERN_RESOLVER=ON";
        complaints.push_back(std::move(c));
        return nullptr;
    }
    known.emplace_back(&s.resolver, made);
    return made;
}

}

raised raise(
    const config::loaded& from,
    const tls::backend& library,
    const session_places& places,
    boost::asio::io_context& loop
) {
    raised out;
    if (!from.made) return out;
    auto made = std::make_shared<generation>();
    made->settings = from.made;
    auto& servers = from.made->servers;
    known_hosts hosts;
    for (std::size_t i = 0; i < servers.size(); ++i) {
        std::vector<config::complaint> complaints;
        running_server s;
        s.settings = &servers[i];
        s.tls = tls_of(servers[i], library, places, complaints);
        auto& lookup = servers[i].lookup;
        auto by = tls_of_auth_http(lookup, library, complaints);
        auto mode = servers[i].proxy.tls.mode;
        s.where = make_lookup(lookup, loop.get_executor(), mode, std::move(by));
        s.hosts = hosts_of(servers[i], loop, hosts, complaints);
        auto& to = servers[i].error_log;
        if (!to.empty() && places.log_of) s.events = places.log_of(to);
        s.ways = upstreams(from, i, library, out.diagnostics);
        made->servers.push_back(std::move(s));
        for (auto& d : config::locate(complaints, from.from, i))
            out.diagnostics.push_back(std::move(d));
    }
    if (!config::any_error(out.diagnostics)) out.made = std::move(made);
    return out;
}

}
