#include "config/build/rules.hpp"
#include "config/value/log_target.hpp"

#include <algorithm>
#include <set>

namespace postern::config {

namespace {

// Every process holds each of them open.
constexpr std::size_t most_targets = 256;

void warn_of_repetitions(const error_targets& all, const auto& place_of, findings& out) {
    for (std::size_t n = 1; n < all.size(); ++n) {
        auto is_same = [&](auto& before) { return before.where == all[n].where; };
        if (std::any_of(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(n), is_same))
            out.warning(
                place_of(n),
                "error_log: \"" + name_of(all[n].where) +
                    "\" is named twice; each line goes there "
                    "once, if either level lets it through",
                "keep the one with the lower level"
            );
    }
}

}

void check_logs(const draft& all, findings& out) {
    std::set<std::string> targets{name_of(all.made.log.access)};
    auto count = [&](const error_targets& some, const place& where) {
        auto before = targets.size();
        for (auto& one : some)
            targets.insert(name_of(one.where));
        if (before <= most_targets && targets.size() > most_targets)
            out.error(
                where,
                "error_log: more than " + std::to_string(most_targets) +
                    " targets in all, and every process holds each of them open",
                "let servers share them; each line of a session names its listener"
            );
    };
    auto written = all.from.find(origins::process, "error_log");
    if (written) {
        warn_of_repetitions(
            all.made.log.error, [&](std::size_t) { return *written; }, out
        );
        count(all.made.log.error, *written);
    }
    for (std::size_t i = 0; i < all.made.servers.size(); ++i) {
        auto& notes = all.notes[i];
        auto& some = all.made.servers[i].error_log;
        warn_of_repetitions(
            some, [&](std::size_t n) { return notes.place_of("error_log", n); }, out
        );
        count(some, notes.place_of("error_log"));
    }
}

}
