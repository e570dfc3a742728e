#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace postern::gateway {

// A number that changes whenever the file that a path leads to is replaced, written to, or goes
// (then it is 0). Links are followed, so that it also changes when one is turned elsewhere.
std::uint64_t mark_of_file(const std::string& path);
std::uint64_t mark_of_file(int folder, const char* name);

// One number for several things.
std::uint64_t mark_of_both(std::uint64_t, std::uint64_t);

struct marked {
    std::string name;
    std::uint64_t mark = 0;

    bool operator==(const marked&) const = default;
};

// Tells a change that is over from one that is still going on: what differs from what was accepted
// is settled when it is found in the same state twice. Lists are sorted by name.
class settling {
public:
    void begin(std::vector<marked> accepted);

    // Names whose state is new, and has been so at the last look too. From here on it is accepted.
    // A name that is missing is gone.
    std::vector<std::string> look(const std::vector<marked>& now);

    // Whether there is something new that has not settled.
    bool moving() const { return !fresh_.empty(); }

    const std::vector<marked>& accepted() const { return accepted_; }

private:
    std::vector<marked> accepted_, fresh_; // in fresh_, a mark of 0: gone
};

}
