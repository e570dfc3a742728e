#include "gateway/observe/log.hpp"

#include "gateway/observe/line.hpp"

#include <cerrno>
#include <cstring>
#include <unistd.h>
#include <utility>

namespace postern::gateway {

static std::string_view name(config::log_level level) {
    constexpr std::string_view names[] = {"debug", "info", "notice", "warn", "error"};
    return names[static_cast<std::size_t>(level)];
}

// One write() for the whole line, so that lines of several processes never mix. When a disk is full
// less than all may be taken; then errno says why the rest is not.
static std::size_t write_line(int fd, std::string_view text) {
    std::size_t taken = 0;
    while (taken < text.size()) {
        auto written = ::write(fd, text.data() + taken, text.size() - taken);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) break;
        taken += static_cast<std::size_t>(written);
    }
    return taken;
}

log::log(int error_fd, int access_fd, config::log_level least, config::log_settings::style style)
    : error_{"error_log", error_fd}, access_{"access_log", access_fd}, least_(least),
      style_(style) {}

void log::reopen(
    int error_fd, int access_fd, config::log_level least, config::log_settings::style style
) {
    error_.fd = error_fd;
    access_.fd = access_fd;
    least_ = least;
    style_ = style;
}

void log::event(
    config::log_level level, std::string_view event, std::initializer_list<field> fields
) {
    this->event(level, event, std::vector<field>(fields));
}

void log::event(config::log_level level, std::string_view event, const std::vector<field>& fields) {
    if (level < least_ || error_.fd < 0) return;
    put(error_, event_line(level, event, fields));
}

std::string log::event_line(
    config::log_level level, std::string_view event, const std::vector<field>& fields
) const {
    line out(style_);
    out.add("level", name(level));
    out.add("event", event);
    for (auto& f : fields)
        out.add(f.key, f.value);
    return out.finish();
}

void log::access(std::string_view event, const std::vector<field>& fields) {
    if (access_.fd < 0) return;
    line out(style_);
    out.add("event", event);
    for (auto& f : fields)
        out.add(f.key, f.value);
    put(access_, out.finish());
}

void log::put(sink& to, std::string line) {
    if (to.torn) line.insert(0, "\n");
    auto taken = write_line(to.fd, line);
    auto error = errno;
    if (taken == line.size()) {
        to.torn = false;
        if (auto lost = std::exchange(to.lost, 0)) tell_found(to, lost);
        return;
    }
    to.torn = to.torn || taken > 0;
    if (++to.lost == 1) tell_lost(to, error);
}

// In the error log, or on standard error when it is that which takes no more.
void log::tell_lost(const sink& which, int error) {
    std::vector<field> fields{
        {"log",   which.name          },
        {"error", std::strerror(error)}
    };
    constexpr std::string_view what = "a log cannot be written, its lines are lost";
    if (&which != &error_) return event(config::log_level::error, what, fields);
    write_line(STDERR_FILENO, event_line(config::log_level::error, what, fields));
}

void log::tell_found(const sink& which, std::uint64_t lost) {
    event(
        config::log_level::error,
        "a log can be written again",
        {
            {"log",        which.name          },
            {"lines_lost", std::to_string(lost)}
    }
    );
}

}
