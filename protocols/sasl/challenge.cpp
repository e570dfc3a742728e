#include "protocols/sasl/challenge.hpp"

#include "backends/tls/random.hpp"
#include "protocols/text/ascii.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <span>

namespace postern::sasl {

std::string new_challenge(std::string_view server_name) {
    std::array<std::uint64_t, 2> random;
    tls::fill_random(std::as_writable_bytes(std::span(random)));
    auto now = std::chrono::system_clock::now().time_since_epoch();
    std::string out = "<";
    out += std::to_string(random[0]) + std::to_string(random[1]) + "." +
           std::to_string(std::chrono::duration_cast<std::chrono::seconds>(now).count()) + "@";
    return out.append(server_name) + ">";
}

bool is_digest(std::string_view text) {
    constexpr std::size_t digits = 32;
    return text.size() == digits && std::ranges::all_of(text, [](char c) {
               return text::is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
           });
}

}
