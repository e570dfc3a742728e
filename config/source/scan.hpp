#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace postern::config {

// What must not reach the TOML library, whose 3.3 has undefined behaviour for letters that are not
// ASCII outside strings and where it looks for blanks in them, and takes tables that are nested by
// dotted keys apart by recursion.
struct scan_trouble {
    std::size_t line, column; // from 1, in characters
    std::string what;
};

// The first such thing. Reads strings and comments as TOML does up to the text's first mistake,
// which is also where the library stops reading.
std::optional<scan_trouble> scan_toml(std::string_view text);

}
