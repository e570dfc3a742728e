#include "gateway/process/examine.hpp"

#include "backends/tls/builtin_store.hpp"
#include "backends/tls/ticket_ring.hpp"
#include "gateway/certificates/marks.hpp"
#include "gateway/nginx/nginx.hpp"
#include "gateway/session/generation.hpp"

#include <boost/asio/io_context.hpp>

#include <cstring>
#include <set>
#include <string>

namespace postern::gateway {
namespace {

using shelf = tls::catalog_shelf;

// Each folder's certificates with the first server that names it.
void prove_folders(const generation& all, const examination& how) {
    std::set<std::string> done;
    for (auto& s : all.servers) {
        auto in_folder = s.tls && s.tls->names ? s.tls->names->in_folder() : nullptr;
        if (!in_folder || !done.insert(s.settings->tls.names.folder).second) continue;
        if (how.trying) how.trying(s.settings->tls.names.folder, in_folder->size());
        s.tls->names->prove_all();
    }
}

// Contexts are compiled, each shakes hands with itself, and all of it is thrown away again.
std::vector<config::diagnostic> prove(
    const examined& e,
    const config::loaded& config,
    const tls::backend& library,
    const examination& how
) {
    boost::asio::io_context loop;
    tls::builtin_store store(16);
    tls::local_ticket_keys keys;
    session_places places;
    places.zone = [&](const std::string&) { return &store; };
    places.builtin = [&](std::size_t) { return &store; };
    places.keys = &keys;
    places.folder = [&](const std::string& path) -> std::shared_ptr<const shelf> {
        auto at = e.folders.find(path);
        if (at == e.folders.end()) return nullptr;
        return std::make_shared<const shelf>(shelf{at->second->catalog});
    };
    std::vector<config::complaint> later;
    places.report = [&](const config::complaint& c) { later.push_back(c); };
    auto made = raise(config, library, places, loop);
    if (how.thorough && made.made) prove_folders(*made.made, how);
    for (auto& d : config::locate(later, config.from, 0))
        made.diagnostics.push_back(std::move(d));
    return made.diagnostics;
}

// load() has said so already, and why.
bool is_of_unread_file(const config::diagnostic& d) {
    return d.text.ends_with(" could not be read");
}

// What only the TLS library can tell is told together with the rest, so a configuration with errors
// is proved as well, as far as it could be read.
std::vector<config::diagnostic> prove_draft(const examined& e, const tls::backend& library) {
    auto config = e.config;
    config.made = config.draft;
    auto found = prove(e, config, library, {});
    std::erase_if(found, is_of_unread_file);
    return found;
}

// A few of many, as warnings about the first server that names the folder.
void complain_of_files(examined& e, const read_folder& folder, std::size_t server) {
    constexpr std::size_t most_told = 20;
    std::vector<config::complaint> out;
    std::size_t count = 0;
    for (auto& item : folder.items)
        if (!item.wrong.empty() && ++count <= most_told)
            out.push_back({config::severity::warning, "ssl_certificate_dir", item.wrong, {}});
    if (count > most_told)
        out.push_back(
            {config::severity::warning,
             "ssl_certificate_dir",
             std::to_string(count - most_told) + " more files in \"" + folder.path +
                 "\" cannot be used",
             {}}
        );
    e.complain(out, server);
}

void read_folder_of(
    examined& e, const std::string& path, std::size_t server, const folder_reading& how
) {
    auto listed = list_folder(path);
    folder_result got;
    if (listed.error == 0) got = read_listed(path, listed, how);
    auto why = listed.error ? std::strerror(listed.error) : got.error;
    if (got.made) {
        e.folders[path] = got.made;
        return complain_of_files(e, *got.made, server);
    }
    e.complain(
        {
            {config::severity::error,
             "ssl_certificate_dir", "cannot read the folder \"" + path + "\": " + why,
             {}}
    },
        server
    );
}

// The folders of ssl_certificate_dir, each once.
void read_folders(examined& e, const tls::backend& library, const examined* before) {
    if (!e.config.draft) return;
    auto& servers = e.config.draft->servers;
    std::set<std::string> seen;
    for (std::size_t n = 0; n < servers.size(); ++n) {
        auto& path = servers[n].tls.names.folder;
        if (path.empty() || !servers[n].uses_tls() || !seen.insert(path).second) continue;
        folder_reading how{library.primitives()};
        if (before)
            if (auto old = before->folders.find(path); old != before->folders.end())
                how.before = old->second.get();
        read_folder_of(e, path, n, how);
    }
}

// Passwords can be read by whoever has that file and a recording.
std::vector<config::complaint> look_at_key_log(
    const config::loaded& config, const tls::backend& library
) {
    constexpr auto directive = "ssl_keylog_file";
    auto& settings = config.made ? config.made : config.draft;
    if (!settings || settings->log.keylog_file.empty()) return {};
    auto* row = tls::find_capability(library.capabilities(), directive, "");
    if (row && row->level == tls::support::absent)
        return {
            {config::severity::error,
             directive, std::string(library.name()) + " cannot tell its secrets: " + std::string(row->reason),
             "leave it out"}
        };
    return {
        {config::severity::warning,
         directive, "the secrets of all TLS sessions are written to \"" + settings->log.keylog_file +
             "\": who has them and a recording reads every password", "for debugging only; remove it, and the file, afterwards"}
    };
}

config::diagnostic unreadable(const std::string& path, int error) {
    return {
        config::severity::error,
        {path, 0, 0},
        std::string("cannot read the configuration: ") + std::strerror(error),
        "name it with -c FILE"
    };
}

}

void examined::complain(const std::vector<config::complaint>& all, std::size_t server) {
    auto more = config::locate(all, config.from, server);
    diagnostics.insert(diagnostics.end(), more.begin(), more.end());
    config::tidy(diagnostics);
}

std::string examined::printed() const {
    std::string out;
    for (auto& d : diagnostics) {
        auto of_nginx = nginx_texts.find(d.where.file);
        auto whole = of_nginx == nginx_texts.end() ? text.reveal() : of_nginx->second;
        out += config::print(d, whole);
    }
    return out;
}

config::file_reader reader_into(examined& e) {
    return [&e](const std::string& named) {
        e.marks[named] = mark_of_file(named);
        return e.files[named] = config::read_from_disk(named);
    };
}

void prove(examined& e, const tls::backend& library, const examination& how) {
    e.diagnostics = e.config.diagnostics;
    read_folders(e, library, how.before);
    auto more = e.config.made ? prove(e, e.config, library, how) : prove_draft(e, library);
    e.diagnostics.insert(e.diagnostics.end(), more.begin(), more.end());
    e.complain(look_at_key_log(e.config, library), config::origins::process);
}

examined examine(
    const configuration_file& file, const tls::backend& library, const examination& how
) {
    if (file.of_nginx) return examine_nginx(file, library, how);
    auto text = config::read_from_disk(file.path);
    if (text.bytes) return examine_text(file.path, *text.bytes, library, how);
    examined e;
    e.name = file.path;
    e.diagnostics.push_back(unreadable(file.path, text.error));
    return e;
}

examined examine_text(
    const std::string& path, const secret& text, const tls::backend& library, const examination& how
) {
    examined e;
    e.name = path;
    e.text = text;
    if (how.before) e.peers = how.before->peers; // until they are looked up again
    e.config = config::load(e.text.reveal(), path, reader_into(e));
    prove(e, library, how);
    return e;
}

}
