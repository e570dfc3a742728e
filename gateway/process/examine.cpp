#include "gateway/process/examine.hpp"

#include "backends/tls/builtin_store.hpp"
#include "backends/tls/ticket_ring.hpp"
#include "gateway/session/generation.hpp"

#include <boost/asio/io_context.hpp>

#include <cstring>
#include <string>

namespace postern::gateway {
namespace {

// Contexts are compiled, each shakes hands with itself, and all of it is thrown away again.
std::vector<config::diagnostic> prove(const config::loaded& config, const tls::backend& library) {
    boost::asio::io_context loop;
    tls::builtin_store store(16);
    tls::local_ticket_keys keys;
    session_places places;
    places.zone = [&](const std::string&) { return &store; };
    places.builtin = [&](std::size_t) { return &store; };
    places.keys = &keys;
    return raise(config, library, places, loop).diagnostics;
}

// load() has said so already, and why.
bool is_of_unread_file(const config::diagnostic& d) {
    return d.text.ends_with(" could not be read");
}

// What only the TLS library can tell is told together with the rest, so a configuration with errors
// is proved as well, as far as it could be read.
std::vector<config::diagnostic> prove_draft(config::loaded config, const tls::backend& library) {
    config.made = config.draft;
    auto found = prove(config, library);
    std::erase_if(found, is_of_unread_file);
    return found;
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
    for (auto& d : diagnostics)
        out += config::print(d, text.reveal());
    return out;
}

examined examine(const std::string& path, const tls::backend& library) {
    examined e;
    e.name = path;
    auto file = config::read_from_disk(path);
    if (!file.bytes) {
        e.diagnostics.push_back(unreadable(path, file.error));
        return e;
    }
    e.text = *file.bytes;
    auto read_and_keep = [&](const std::string& named) {
        return e.files[named] = config::read_from_disk(named);
    };
    e.config = config::load(e.text.reveal(), path, read_and_keep);
    e.diagnostics = e.config.diagnostics;
    auto more = e.config.made ? prove(e.config, library) : prove_draft(e.config, library);
    e.diagnostics.insert(e.diagnostics.end(), more.begin(), more.end());
    e.complain(look_at_key_log(e.config, library), config::origins::process);
    return e;
}

}
