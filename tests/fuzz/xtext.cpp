// xtext is one word of printable ASCII, and every byte can be had back.
#include "protocols/text/xtext.hpp"

#include "protocols/text/ascii.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace postern;

namespace {

std::string decoded(std::string_view xtext) {
    std::string out;
    for (std::size_t i = 0; i < xtext.size(); ++i) {
        if (xtext[i] != '+') {
            out += xtext[i];
            continue;
        }
        out += static_cast<char>(std::stoi(std::string(xtext.substr(i + 1, 2)), nullptr, 16));
        i += 2;
    }
    return out;
}

}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view text(reinterpret_cast<const char*>(data), size);
    auto encoded = text::to_xtext(text);
    for (char c : encoded)
        if (!text::is_printable(c) || c == ' ' || c == '=') std::abort();
    if (decoded(encoded) != text) std::abort();
    return 0;
}
