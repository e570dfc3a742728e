#include "gateway/certificates/inventory.hpp"

#include "backends/tls/server_names.hpp"
#include "gateway/certificates/units.hpp"
#include "protocols/text/hex.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace postern::gateway {
namespace {

std::string name_of(const config::server_settings& server) {
    std::string out(config::name(server.protocol));
    for (auto& l : server.listen)
        out += " " + l.written.substr(0, l.written.find(' '));
    return out;
}

certificate_facts facts_of(const tls::key_pair& pair, const tls::crypto& library) {
    certificate_facts out;
    out.file = pair.certificate_path;
    out.key_file = pair.key_path;
    out.names = tls::names_in(pair.leaf);
    out.key = pair.leaf.key_name;
    out.sha256 = text::to_hex(library.sha256(std::as_bytes(std::span(pair.chain.front()))));
    out.not_before = pair.leaf.not_before;
    out.not_after = pair.leaf.not_after;
    return out;
}

void add_server(certificate_facts& to, const std::string& name) {
    if (std::ranges::find(to.servers, name) == to.servers.end()) to.servers.push_back(name);
}

// Where the configuration says whom a certificate is for, that counts.
const std::vector<std::string>* names_written(
    const config::tls_settings& tls, const std::string& path
) {
    for (auto& one : tls.names.certificates)
        if (one.certificate.path == path && !one.names.empty()) return &one.names;
    return nullptr;
}

}

std::vector<certificate_facts> inventory(const examined& e, const tls::crypto& library) {
    std::map<std::string, certificate_facts> found;
    auto& settings = *e.config.draft;
    for (auto& unit : renewables_of(settings))
        for (auto& one : unit.pairs) {
            auto& server = settings.servers[one.server];
            std::vector<config::complaint> ignored; // among the diagnostics
            auto pair = tls::read_key_pair(one.certificate, one.key, ignored);
            if (!pair) continue;
            auto [at, is_new] = found.try_emplace(one.certificate.path);
            if (is_new) at->second = facts_of(*pair, library);
            if (auto* names = names_written(server.tls, one.certificate.path))
                at->second.names = *names;
            add_server(at->second, name_of(server));
        }
    for (auto& [path, folder] : e.folders)
        for (auto& item : folder->items) {
            auto pair =
                item.entry ? tls::pair_of(folder->catalog->entry(*item.entry)) : std::nullopt;
            if (!pair) continue;
            auto [at, is_new] = found.try_emplace(pair->certificate_path);
            if (is_new) at->second = facts_of(*pair, library);
            for (auto& server : settings.servers)
                if (server.uses_tls() && server.tls.names.folder == path)
                    add_server(at->second, name_of(server));
        }
    std::vector<certificate_facts> out;
    for (auto& [path, facts] : found)
        out.push_back(std::move(facts));
    return out;
}

}
