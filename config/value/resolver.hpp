#pragma once

#include "config/settings/resolver.hpp"
#include "config/value/kind.hpp"

#include <string>
#include <vector>

namespace postern::config {

// DNS servers and parameters, as nginx's `resolver` has them.
struct resolver_kind {
    using value_type = name_servers;
    static std::string syntax() {
        return "addresses with [:port], then [valid=time] [ipv4=on|off] [ipv6=on|off] | off";
    }
    static constexpr shape form{.also = booleans, .most = 16, .syntax = syntax};
    static bool read(std::span<const word>, reading&, name_servers&);
    static std::vector<std::string> write(const name_servers&, const folder&);
    static std::vector<std::string_view> words() { return {"off"}; }
};

}
