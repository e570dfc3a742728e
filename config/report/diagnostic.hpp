#pragma once

#include "config/report/complaint.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace postern::config {

// Where something stands. Lines and columns count from 1; line 0 means the file as a whole.
struct place {
    std::string file;
    std::size_t line = 0;
    std::size_t column = 0;

    bool operator==(const place&) const = default;
};

struct diagnostic {
    severity level = severity::error;
    place where;
    std::string text;
    std::string hint = {};
};

// As a person reads it: "file:line:column: error: text", the source line, a caret, "hint: …".
// `text` is the whole configuration, to take the line from. Control bytes in it are shown escaped.
std::string print(const diagnostic&, std::string_view text);

bool any_error(const std::vector<diagnostic>&);
std::string first_error(const std::vector<diagnostic>&); // its text; empty: there is none

// Sorts by place and leaves out what was said before in the same words: a line of [mail] is read
// for each server that inherits it, and its mistake is one mistake.
void tidy(std::vector<diagnostic>&);

}
