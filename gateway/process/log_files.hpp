#pragma once

#include "config/report/complaint.hpp"
#include "config/settings.hpp"
#include "gateway/process/descriptor.hpp"

#include <vector>

namespace postern::gateway {

// The logs of the program, open for appending. Only the master opens them, so that workers need no
// right to do so.
struct log_files {
    descriptor error, access; // no access log: it is off
    descriptor secrets;       // ssl_keylog_file; none: it is off
};

// Opens (and makes) what the settings name; complaints about what cannot be opened.
log_files open_logs(const config::log_settings&, std::vector<config::complaint>&);

}
