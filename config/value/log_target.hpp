#pragma once

#include "config/settings/log.hpp"
#include "config/value/kind.hpp"

#include <string>
#include <vector>

namespace postern::config {

// A target as it is written, with paths as they were resolved: the same text, the same target.
std::string name_of(const log_target&);

// One target of an error_log, and a level.
struct error_log_kind {
    using value_type = error_target;
    static std::string syntax();
    static constexpr shape form{.most = 2, .syntax = syntax};
    static bool read(std::span<const word>, reading&, error_target&);
    static std::vector<std::string> write(const error_target&, const folder&);
    static std::vector<std::string_view> words() { return {"stderr"}; }
};

struct access_log_kind {
    using value_type = log_target;
    static std::string syntax();
    static constexpr shape form{.split = false, .syntax = syntax};
    static bool read(std::span<const word>, reading&, log_target&);
    static std::vector<std::string> write(const log_target&, const folder&);
    static std::vector<std::string_view> words() { return {"stderr", "off"}; }
};

}
