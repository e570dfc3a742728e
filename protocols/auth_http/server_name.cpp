#include "protocols/auth_http/server_name.hpp"

#include "protocols/text/ascii.hpp"

#include <algorithm>
#include <arpa/inet.h>

namespace postern::auth_http {
namespace {

bool is_literal(int family, const std::string& text) {
    in6_addr room;
    return inet_pton(family, text.c_str(), &room) == 1;
}

bool is_label(std::string_view label) {
    if (label.empty() || label.size() > 63) return false;
    if (label.front() == '-' || label.back() == '-') return false;
    return std::ranges::all_of(label, [](char c) {
        return text::is_letter(c) || text::is_digit(c) || c == '-' || c == '_';
    });
}

// RFC 1123 section 2.1, and the underscore that private zones use. A last label of digits only
// would be a mistyped address.
bool is_host_name(std::string_view name) {
    if (name.ends_with('.')) name.remove_suffix(1);
    if (name.empty() || name.size() > 253) return false;
    for (;;) {
        auto dot = name.find('.');
        auto label = name.substr(0, dot);
        if (!is_label(label)) return false;
        if (dot == name.npos) return !std::ranges::all_of(label, text::is_digit);
        name.remove_prefix(dot + 1);
    }
}

}

std::optional<std::string> server_name(std::string_view value) {
    bool bracketed = value.size() > 2 && value.front() == '[' && value.back() == ']';
    std::string name(bracketed ? value.substr(1, value.size() - 2) : value);
    // A NUL would end the text early for the C function below.
    if (name.size() > 254 || name.find('\0') != name.npos) return std::nullopt;
    bool good = is_literal(AF_INET6, name) ||
                (!bracketed && (is_literal(AF_INET, name) || is_host_name(name)));
    if (!good) return std::nullopt;
    return name;
}

}
