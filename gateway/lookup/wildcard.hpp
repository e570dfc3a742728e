#pragma once

#include <string>
#include <string_view>

namespace postern::gateway {

// True when the whole text fits a pattern in which * stands for any bytes and ? for one. ASCII
// letters count in either case. Time: at most the product of the two lengths.
bool fits(std::string_view pattern, std::string_view text);

// ASCII letters in lower case.
std::string fold(std::string_view text);

// Fills in {user}, {local} (what stands before the last "@") and {domain} (what follows it), once:
// what was filled in is not looked at again. Other braces stay.
std::string fill_in(std::string_view pattern, std::string_view user);

// What follows the last "@"; empty without one.
std::string_view domain_of(std::string_view user);

}
