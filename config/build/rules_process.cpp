#include "config/build/rules.hpp"

#include <algorithm>

namespace postern::config {

// What serves must not be what reads the keys, or they would only seem to be elsewhere.
void check_key_process(const draft& all, findings& out) {
    auto written = all.from.find(origins::process, "ssl_key_process");
    if (!written || !all.made.process.key_process) return;
    if (all.made.process.workers == 0)
        out.error(
            *written,
            "\"ssl_key_process\" on conflicts with \"worker_processes\" 0: the one process that "
            "serves also reads the keys",
            "set worker_processes to 1, or leave ssl_key_process out"
        );
    for (std::size_t i = 0; i < all.made.servers.size(); ++i)
        if (auto& server = all.made.servers[i];
            server.uses_tls() && !server.tls.names.folder.empty())
            out.error(
                all.notes[i].place_of("ssl_certificate_dir"),
                "\"ssl_certificate_dir\" conflicts with \"ssl_key_process\" on: workers would hold "
                "the "
                "keys of the folder",
                "name the certificates in [[mail.certificate]] blocks, or leave ssl_key_process out"
            );
    auto has_key = [](auto& server) {
        auto shows = [](auto& at) { return at.tls.uses_tls() && !at.tls.certificate.path.empty(); };
        return server.uses_tls() || shows(server.proxy) ||
               std::ranges::any_of(server.lookup.routes, shows);
    };
    if (std::ranges::none_of(all.made.servers, has_key) && !all.made.servers.empty())
        out.warning(*written, "ssl_key_process: has no effect: no server speaks TLS");
}

}
