#pragma once

#include "config/value/address.hpp"
#include "config/value/texts.hpp"

namespace postern::config {

// Whom a certificate may name: a host name, or an address (IPv6 with or without brackets).
struct tls_name : plain_text {
    static std::string syntax() { return "a host name or an address"; }
    static constexpr shape form{.split = false, .syntax = syntax};
    static bool read(std::span<const word> words, reading& in, std::string& field) {
        std::string_view text = words[0].text;
        if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
        if (auto v6 = canonical_ipv6(text); !v6.empty()) {
            field = v6;
            return true;
        }
        return detail::read_host_name(words[0], in, field);
    }
};

}
