#include "gateway/session/upstreams.hpp"

#include <tuple>

namespace postern::gateway {
namespace {

// What of the settings a client is made of. The name is told for each connection.
auto parts_of(const config::proxy_tls_settings& s) {
    return std::tie(
        s.verify,
        s.trusted_certificate.path,
        s.crl.path,
        s.verify_depth,
        s.pins,
        s.server_name,
        s.alpn,
        s.certificate.path,
        s.certificate_key.path,
        s.password_file.path,
        s.session_reuse,
        s.versions,
        s.ciphers
    );
}

void append(std::vector<config::diagnostic>& out, std::vector<config::diagnostic> more) {
    out.insert(out.end(), more.begin(), more.end());
}

}

upstreams::upstreams(
    const config::loaded& from,
    std::size_t server,
    const tls::backend& library,
    std::vector<config::diagnostic>& out
) {
    auto& s = from.made->servers[server];
    auto protocol = config::name(s.protocol);
    auto add = [&](const config::proxy_tls_settings& settings, auto locate) {
        if (!settings.uses_tls()) return;
        for (auto& known : distinct_)
            if (parts_of(*known.settings) == parts_of(settings)) {
                all_.emplace(&settings, known.client);
                return;
            }
        auto compiled = library.compile_client(settings, protocol);
        append(out, locate(compiled.complaints));
        distinct_.push_back({&settings, compiled.made});
        all_.emplace(&settings, compiled.made);
    };
    add(s.proxy.tls,
        [&](auto& complaints) { return config::locate(complaints, from.from, server); });
    if (!s.lookup.auth_http.empty()) return;
    for (std::size_t n = 0; n < s.lookup.routes.size(); ++n)
        add(s.lookup.routes[n].tls, [&](auto& complaints) {
            return config::locate_in_route(complaints, from.from, server, n);
        });
}

std::shared_ptr<const tls::client> upstreams::of(const config::proxy_tls_settings& settings) const {
    auto found = all_.find(&settings);
    return found == all_.end() ? nullptr : found->second;
}

}
