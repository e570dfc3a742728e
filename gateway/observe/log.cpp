#include "gateway/observe/log.hpp"

#include "gateway/observe/line.hpp"

#include <algorithm>
#include <cstring>
#include <unistd.h>
#include <utility>

namespace postern::gateway {

using config::log_level;

static std::string_view name(log_level level) {
    constexpr std::string_view names[] = {"debug", "info", "notice", "warn", "error"};
    return names[static_cast<std::size_t>(level)];
}

log::log(int error_fd, int access_fd, log_level least, config::log_settings::style style)
    : ways_{{std::make_shared<outlet>("error_log"), least}},
      access_(std::make_shared<outlet>("access_log")) {
    reopen(error_fd, access_fd, least, style);
}

log::log(std::vector<way> ways, log& program) : ways_(std::move(ways)), program_(&program) {}

void log::reopen(int error_fd, int access_fd, log_level least, config::log_settings::style style) {
    ways_.at(0).least = least;
    ways_.at(0).to->use(error_fd);
    access_->use(access_fd);
    style_ = style;
}

void log::use(
    std::vector<way> ways, std::shared_ptr<outlet> access, config::log_settings::style style
) {
    ways_ = std::move(ways);
    access_ = std::move(access);
    style_ = style;
}

bool log::is_closed() const {
    return std::ranges::none_of(ways_, [](auto& w) { return w.to->is_open(); });
}

bool log::wants(log_level level) const {
    if (program_ && is_closed()) return program_->wants(level);
    return std::ranges::any_of(ways_, [&](auto& w) { return level >= w.least && w.to->is_open(); });
}

void log::event(log_level level, std::string_view event, std::initializer_list<field> fields) {
    this->event(level, event, std::vector<field>(fields));
}

void log::event(log_level level, std::string_view event, const std::vector<field>& fields) {
    if (program_ && is_closed()) return program_->event(level, event, fields);
    if (!wants(level)) return;
    auto line = event_line(level, event, fields);
    for (auto& w : ways_)
        if (level >= w.least && w.to->is_open()) put(*w.to, level, line);
}

std::string log::event_line(
    log_level level, std::string_view event, const std::vector<field>& fields
) const {
    line out(style());
    out.add("level", name(level));
    out.add("event", event);
    for (auto& f : fields)
        out.add(f.key, f.value);
    return out.finish();
}

void log::access(std::string_view event, const std::vector<field>& fields) {
    if (!wants_access()) return;
    line out(style());
    out.add("event", event);
    for (auto& f : fields)
        out.add(f.key, f.value);
    put(*access_, {}, out.finish());
}

void log::put(outlet& to, std::optional<log_level> level, std::string_view line) {
    if (auto error = to.put(level, line)) {
        if (to.lose()) tell_lost(to, error);
    } else if (auto lost = to.regain()) {
        tell_found(to, lost);
    }
}

// On standard error when nobody else takes it.
void log::tell_lost(const outlet& which, int error) {
    auto line = event_line(
        log_level::error,
        "a log cannot be written, its lines are lost",
        {
            {"log",   which.name()        },
            {"error", std::strerror(error)}
    }
    );
    if (tell_others(which, line)) return;
    outlet last("stderr");
    last.use(STDERR_FILENO);
    last.put(log_level::error, line);
}

bool log::tell_others(const outlet& which, std::string_view line) {
    bool told = false;
    for (auto& w : ways_) {
        if (w.to.get() == &which || !w.to->is_open()) continue;
        if (auto error = w.to->put(log_level::error, line)) {
            if (w.to->lose()) tell_lost(*w.to, error);
        } else {
            told = true;
        }
    }
    return told || (program_ && program_->tell_others(which, line));
}

void log::tell_found(const outlet& which, std::uint64_t lost) {
    event(
        log_level::error,
        "a log can be written again",
        {
            {"log",        which.name()        },
            {"lines_lost", std::to_string(lost)}
    }
    );
}

}
