#include "protocols/text/host.hpp"

#include "protocols/text/ascii.hpp"

#include <algorithm>

namespace postern::text {

bool is_client_name(std::string_view name) {
    constexpr std::size_t longest = 253; // RFC 1035 section 2.3.4, without the root's label
    auto may_be = [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '.'; };
    return !name.empty() && name.size() <= longest && std::ranges::all_of(name, may_be);
}

}
