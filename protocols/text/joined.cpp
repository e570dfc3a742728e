#include "protocols/text/joined.hpp"

#include <string>

namespace postern::text {

secret joined(std::span<const std::string_view> parts) {
    std::string whole;
    std::size_t size = 0;
    for (auto part : parts)
        size += part.size();
    whole.reserve(size);
    for (auto part : parts)
        whole += part;
    secret out(whole);
    wipe(whole);
    return out;
}

secret joined(std::initializer_list<std::string_view> parts) {
    return joined(std::span(parts.begin(), parts.size()));
}

}
