#pragma once

#include "config/settings/tls.hpp"
#include "config/value/kind.hpp"

namespace postern::config {

constexpr std::size_t smallest_zone = 32 * 1024;

// ssl_session_cache. The field holds what an outer level gave: a word for the mode and a word for
// the zone each replace only their own half, but a zone alone means that nothing else is used.
struct cache_kind {
    using value_type = session_cache;
    static std::string syntax() { return "off | none | [builtin[:sessions]] [shared:name:size]"; }
    static constexpr shape form{.also = booleans, .most = 2, .syntax = syntax};
    static bool read(std::span<const word>, reading&, session_cache&);
    static std::vector<std::string> write(const session_cache&, const folder&);
    static std::vector<std::string_view> words() { return {"off", "none", "builtin", "shared"}; }
};

}
