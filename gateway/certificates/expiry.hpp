#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>

namespace postern::gateway {

// Remembers which certificates were warned of, so that each threshold is said once: 30, 7 and 1
// days before the end, and 0: it is over.
class expiry_notes {
public:
    using time = std::chrono::system_clock::time_point;

    // The threshold that this certificate has come under since the last time; nothing when there is
    // none or it was said already. One that was renewed begins anew.
    std::optional<int> look(const std::string& path, time not_after, time now);

    // Forgets whose files nobody looked at since the last time.
    void end_round();

private:
    struct note {
        time not_after;
        int said = 0;
        unsigned round = 0;
    };
    std::map<std::string, note> notes_; // only those that something was said of
    unsigned round_ = 0;
};

}
