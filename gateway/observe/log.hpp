#pragma once

#include "config/settings.hpp"

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace postern::gateway {

// One key=value of a line. Values may be hostile: the log encodes them, so that nothing can break a
// line or forge one.
struct field {
    std::string_view key;
    std::string value;
};

// Writes events as single lines, "key=value" or JSON (log_format), each with one write() so that
// lines of several workers never mix. Opening files is the master's business: a log is given
// descriptors. A line that cannot be written is lost; that this happens is told, and how often when
// it works again.
class log {
public:
    // Descriptors are borrowed; -1 for `access` means off.
    log(int error_fd, int access_fd, config::log_level least, config::log_settings::style);

    // An event of the program. `event` is a fixed word or sentence of ours, never a peer's text.
    void event(config::log_level, std::string_view event, std::initializer_list<field> = {});

    void event(config::log_level, std::string_view event, const std::vector<field>&);

    // A line of the access log: a login or an end of session. Asks first whether it is wanted.
    bool wants_access() const { return access_.fd >= 0; }
    void access(std::string_view event, const std::vector<field>&);

    // New descriptors or a new level, after a reload or USR1.
    void reopen(int error_fd, int access_fd, config::log_level least, config::log_settings::style);

private:
    // A file that lines go to. The first line that is lost is told of elsewhere: there may be no
    // room for another one.
    struct sink {
        const char* name; // of its directive
        int fd;
        std::uint64_t lost = 0;
        bool torn = false; // it ends with the beginning of a line
    };

    std::string event_line(config::log_level, std::string_view event, const std::vector<field>&)
        const;
    void put(sink&, std::string line);
    void tell_lost(const sink&, int error);
    void tell_found(const sink&, std::uint64_t lost);

    sink error_, access_;
    config::log_level least_;
    config::log_settings::style style_;
};

}
