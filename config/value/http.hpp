#pragma once

#include "config/settings/lookup.hpp"
#include "config/value/kind.hpp"

#include <string>
#include <utility>
#include <vector>

namespace postern::config {

// [http://]host[:port][/path], https://..., or unix:/path[:/path].
struct http_kind {
    using value_type = http_address;
    static std::string syntax() {
        return "[http://|https://]host[:port][/path] | unix:path[:/path]";
    }
    static constexpr shape form{.split = false, .syntax = syntax};
    static bool read(std::span<const word>, reading&, http_address&);
    static std::vector<std::string> write(const http_address&, const folder&);
};

// One or several of them, in an array or between blanks.
struct http_services {
    using value_type = std::vector<http_address>;
    static std::string syntax() { return http_kind::syntax() + " ..."; }
    static constexpr shape form{.most = 16, .syntax = syntax};
    static bool read(std::span<const word>, reading&, value_type&);
    static std::vector<std::string> write(const value_type&, const folder&);
};

// A header's name, then its value: the first word and the rest, or two elements of an array.
struct header_kind {
    using value_type = std::pair<std::string, std::string>;
    static std::string syntax() { return "a header's name and its value"; }
    static constexpr shape form{.most = 64, .syntax = syntax};
    static bool read(std::span<const word>, reading&, value_type&);
    static std::vector<std::string> write(const value_type&, const folder&);
};

}
