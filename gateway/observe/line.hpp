#pragma once

#include "config/settings.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace postern::gateway {

// One line of a log while it is written: time=… and then key=value, or a JSON object. Whatever a
// value holds, the line stays one line, one event and, as JSON, valid UTF-8 (RFC 8259 section 8.1).
class line {
public:
    // A line never grows beyond what a pipe takes in one piece.
    static constexpr std::size_t limit = 4096;
    // A longer encoded value is cut and ends in "...".
    static constexpr std::size_t value_limit = 512;

    explicit line(
        config::log_settings::style,
        std::chrono::system_clock::time_point now = std::chrono::system_clock::now()
    );

    // `key` is a word of ours. A field for which there is no room is left out, and the line says
    // cut=yes.
    void add(std::string_view key, std::string_view value);

    // With the line end. Once.
    std::string finish();

private:
    config::log_settings::style style_;
    std::string text_;
    bool cut_ = false;
};

// RFC 3339 in UTC with milliseconds: "2026-11-22T19:23:16.123Z".
std::string timestamp(std::chrono::system_clock::time_point);

}
