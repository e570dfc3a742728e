#include "gateway/process/program_logs.hpp"

#include <algorithm>

namespace postern::gateway {

void program_logs::keep(log_files files, const config::settings& settings) {
    auto& to = settings.log;
    // The access log is for those who serve.
    events_.use(outlets_.ways(to.error), nullptr, to.format);
    outlets_.use(files.targets, events_);
    files_ = std::move(files);
}

bool program_logs::reopen(const config::settings& settings) {
    std::vector<log_files::trouble> wrong;
    auto fresh = open_log_files(settings, wrong, files_.targets);
    for (auto& w : wrong)
        events_.event(
            config::log_level::error,
            "cannot reopen a log",
            {
                {"why", w.what.text}
        }
        );
    if (!wrong.empty()) return false;
    keep(std::move(fresh), settings);
    return true;
}

bool program_logs::lend(open_logs& targets, descriptor& secrets) const {
    targets = duplicate(files_.targets);
    secrets = duplicate(files_.secrets.get());
    return std::ranges::all_of(targets, [](auto& l) { return static_cast<bool>(l.file); });
}

}
