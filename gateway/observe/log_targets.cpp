#include "gateway/observe/log_targets.hpp"

#include "config/value/log_target.hpp"

#include <algorithm>
#include <utility>

namespace postern::gateway {

std::shared_ptr<outlet> log_targets::find(const config::log_target& target) {
    auto name = config::name_of(target);
    auto& at = all_[name];
    if (!at)
        at = target.is_syslog() ? std::make_shared<outlet>(name, target.collector)
                                : std::make_shared<outlet>(name);
    return at;
}

std::vector<log::way> log_targets::ways(const config::error_targets& targets) {
    std::vector<log::way> out;
    for (auto& t : targets) {
        auto to = find(t.where);
        auto same = std::ranges::find(out, to, &log::way::to);
        if (same == out.end())
            out.push_back({std::move(to), t.least});
        else
            same->least = std::min(same->least, t.least);
    }
    return out;
}

void log_targets::use(const open_logs& files, log& events) {
    auto before = std::exchange(all_, {});
    for (auto& f : files)
        if (auto at = before.extract(f.name)) {
            at.mapped()->use(f.file.get(), f.peer);
            all_.insert(std::move(at));
        }
    for (auto& [name, outlet] : before)
        if (auto lost = outlet->give_up())
            events.event(
                config::log_level::error,
                "a log that could not be written is given up",
                {
                    {"log",        name                },
                    {"lines_lost", std::to_string(lost)}
            }
            );
}

}
