#pragma once

#include "config/report/complaint.hpp"
#include "config/settings.hpp"
#include "gateway/process/open_log.hpp"

#include <cstddef>
#include <vector>

namespace postern::gateway {

// All that the settings name for logs, open for appending or to send datagrams, each target once.
// Only the master opens them, so that workers need no right to do so.
struct log_files {
    // A complaint about the program's directives (origins::process) or a server's.
    struct trouble {
        std::size_t server;
        config::complaint what;
    };

    open_logs targets;
    descriptor secrets; // ssl_keylog_file; none: it is off
};

// Opens (and makes) what the settings name. A collector that is away is no complaint, it may come;
// a name that is not found is one. `known`: logs of the same settings, whose addresses still count.
log_files open_log_files(
    const config::settings&, std::vector<log_files::trouble>& wrong, const open_logs& known = {}
);

// Whether anything is logged to standard error, and whether only that tells of the program.
bool logs_to_stderr(const config::settings&);
bool tells_stderr_only(const config::settings&);

}
