#pragma once

#include "backends/tls/backend.hpp"
#include "config/build/load.hpp"
#include "config/settings.hpp"
#include "gateway/lookup/lookup.hpp"
#include "gateway/session/upstreams.hpp"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace postern::gateway {
class host_names;
class log;

// One server of a configuration, ready to serve.
struct running_server {
    const config::server_settings* settings = nullptr; // within generation::settings
    std::shared_ptr<const tls::server> tls;            // null when the server never speaks TLS
    std::unique_ptr<lookup> where;
    std::shared_ptr<host_names> hosts; // null: nobody's name is looked up
    std::shared_ptr<log> events;       // what it tells; null: the program's
    upstreams ways;                    // how those are spoken to, to whom the lookup leads
};

// One configuration in force. Sessions hold a shared_ptr to theirs; a reload makes a new one for
// new sessions, and the old one goes with its last session.
struct generation {
    std::shared_ptr<const config::settings> settings;
    std::vector<running_server> servers; // as in settings->servers
};

// Where TLS sessions are kept, by the names that ssl_session_cache gives; these outlive every
// generation. And certificates.
struct session_places {
    std::function<tls::session_store*(const std::string& zone)> zone; // null: no such zone
    std::function<tls::session_store*(std::size_t sessions)> builtin; // this worker's own cache
    tls::ticket_keys* keys = nullptr;

    // What ssl_certificate_dir names, null: not there; and who hears of a certificate in it that
    // cannot be used.
    std::function<std::shared_ptr<const tls::catalog_shelf>(const std::string& path)> folder = {};
    std::function<void(const config::complaint&)> report = {};
    // A server's own log. None: nothing is logged, nobody comes.
    std::function<std::shared_ptr<log>(const config::error_targets&)> log_of = {};
    const tls::key_log* secrets = nullptr; // ssl_keylog_file; null: none
    bool proved = false;                   // the same was raised elsewhere, with these very files
};

// Settings into a generation: TLS contexts compiled and proved, lookups made. Diagnostics carry the
// lines of the configuration; when one is an error the generation is null. Also what `postern
// check` calls.
struct raised {
    std::shared_ptr<const generation> made;
    std::vector<config::diagnostic> diagnostics;
};
raised
raise(const config::loaded&, const tls::backend&, const session_places&, boost::asio::io_context&);

}
