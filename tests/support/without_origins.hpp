#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace postern::test {

// A dump without the comments that say where each setting stands.
inline std::string without_origins(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        auto line = text.substr(0, text.find('\n'));
        out += line.substr(0, line.rfind("  # "));
        out += '\n';
        text.remove_prefix(std::min(line.size() + 1, text.size()));
    }
    return out;
}

}
