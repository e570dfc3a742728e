#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace postern::config {

// Every directive as Markdown: the text of config/DIRECTIVES.md.
std::string reference();

// Whether it says all that there is to say, or refers to that file for more.
bool reference_is_whole();

// One directive as plain text, in lines of at most 80 characters where words allow. Empty when
// there is none of that name.
std::string describe(std::string_view name);

// Every directive's name once, in the order of the reference.
std::vector<std::string_view> directive_names();

// What a program that completes input needs to know, one for each directive and sort of place.
struct completion {
    std::string_view name;
    std::string contexts; // "[mail] or [[mail.server]]"
    std::string syntax;   // "on | off"
    std::vector<std::string_view>
        words; // that a value may begin with; empty: not a choice of words
    std::string_view summary;
    bool repeatable = false;
};
std::vector<completion> completions();

}
