#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace postern::config {

enum class log_level { debug, info, notice, warn, error };

// Who collects syslog messages, and what those of ours say of themselves (RFC 3164 section 4.1).
struct syslog_collector {
    std::string host; // an address or a name; empty: a Unix socket
    std::uint16_t port = 514;
    std::string path;       // the Unix socket's
    unsigned facility = 23; // local7
    unsigned severity = 6;  // info; of lines that have no level
    std::string tag = "postern";
    bool says_host_name = true; // off: nohostname

    bool operator==(const syslog_collector&) const = default;
};

// Where lines go.
struct log_target {
    std::string file = "stderr"; // "stderr" or a file; empty: the collector
    syslog_collector collector = {};

    bool is_syslog() const { return file.empty(); }
    bool operator==(const log_target&) const = default;
};

// One of those that an error_log names, and the least important level that goes there.
struct error_target {
    log_target where = {};
    log_level least = log_level::notice;

    bool operator==(const error_target&) const = default;
};

using error_targets = std::vector<error_target>;

struct log_settings {
    enum class style { text, json };
    error_targets error = error_targets(1);
    log_target access; // one line a login and one an end of session; the file "off": none
    style format = style::text;
    std::string keylog_file; // ssl_keylog_file; empty: none

    bool has_access() const { return access.file != "off"; }
};

}
