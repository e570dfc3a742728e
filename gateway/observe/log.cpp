#include "gateway/observe/log.hpp"

#include "gateway/observe/line.hpp"

#include <unistd.h>

namespace postern::gateway {

static std::string_view name(config::log_level level) {
    constexpr std::string_view names[] = {"debug", "info", "notice", "warn", "error"};
    return names[static_cast<std::size_t>(level)];
}

// One write() for the whole line, so that lines of several processes never mix. What cannot be
// written is lost: nobody could be told.
static void put(int fd, const std::string& text) {
    auto written = ::write(fd, text.data(), text.size());
    static_cast<void>(written);
}

log::log(int error_fd, int access_fd, config::log_level least, config::log_settings::style style)
    : error_fd_(error_fd), access_fd_(access_fd), least_(least), style_(style) {}

void log::reopen(
    int error_fd, int access_fd, config::log_level least, config::log_settings::style style
) {
    error_fd_ = error_fd;
    access_fd_ = access_fd;
    least_ = least;
    style_ = style;
}

void log::event(
    config::log_level level, std::string_view event, std::initializer_list<field> fields
) {
    this->event(level, event, std::vector<field>(fields));
}

void log::event(config::log_level level, std::string_view event, const std::vector<field>& fields) {
    if (level < least_ || error_fd_ < 0) return;
    line out(style_);
    out.add("level", name(level));
    out.add("event", event);
    for (auto& f : fields)
        out.add(f.key, f.value);
    put(error_fd_, out.finish());
}

void log::access(std::string_view event, const std::vector<field>& fields) {
    if (access_fd_ < 0) return;
    line out(style_);
    out.add("event", event);
    for (auto& f : fields)
        out.add(f.key, f.value);
    put(access_fd_, out.finish());
}

}
