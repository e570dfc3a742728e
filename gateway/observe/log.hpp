#pragma once

#include "config/settings.hpp"
#include "gateway/observe/outlet.hpp"

#include <cstdint>
#include <initializer_list>
#include <memory>
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
// outlets. A line that cannot be written is lost; that this happens is told where it can be, and
// how often when it works again.
class log {
public:
    // Where lines of that level go, and of graver ones.
    struct way {
        std::shared_ptr<outlet> to;
        config::log_level least;
    };

    // The program's. Descriptors are borrowed; -1 for `access` means off.
    log(int error_fd, int access_fd, config::log_level least, config::log_settings::style);

    // A server's own, beside the program's, which outlives it. When all its ways are closed its
    // lines go there.
    log(std::vector<way>, log& program);

    // An event. `event` is a fixed word or sentence of ours, never a peer's text. Nothing is
    // formatted that nobody takes; who has much to put together asks before.
    bool wants(config::log_level) const;
    void event(config::log_level, std::string_view event, std::initializer_list<field> = {});
    void event(config::log_level, std::string_view event, const std::vector<field>&);

    // A line of the access log: a login or an end of session. Asks first whether it is wanted.
    bool wants_access() const { return access_ && access_->is_open(); }
    void access(std::string_view event, const std::vector<field>&);

    // Other ways, after a reload. No access log: it is off.
    void use(std::vector<way>, std::shared_ptr<outlet> access, config::log_settings::style);
    // The same with descriptors, for one that was made with some.
    void reopen(int error_fd, int access_fd, config::log_level least, config::log_settings::style);

private:
    bool is_closed() const;
    config::log_settings::style style() const { return program_ ? program_->style() : style_; }
    std::string event_line(config::log_level, std::string_view event, const std::vector<field>&)
        const;
    void put(outlet&, std::optional<config::log_level>, std::string_view line);
    void tell_lost(const outlet&, int error);
    bool tell_others(const outlet&, std::string_view line);
    void tell_found(const outlet&, std::uint64_t lost);

    std::vector<way> ways_;
    std::shared_ptr<outlet> access_;
    config::log_settings::style style_{};
    log* program_ = nullptr; // null: it is this one
};

}
