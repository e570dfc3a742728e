#pragma once

#include "config/settings/proxy_tls.hpp"
#include "config/value/kind.hpp"

namespace postern::config {

// A pin: 32 bytes as base64 or as hexadecimal digits, with or without "sha256//" (curl's notation)
// or "sha256:" in front.
struct pin_kind {
    using value_type = key_pin;
    static std::string syntax() { return "a SHA-256 in base64 or hexadecimal digits"; }
    static constexpr shape form{.split = false, .syntax = syntax};
    static bool read(std::span<const word>, reading&, key_pin&);
    static std::vector<std::string> write(const key_pin&, const folder&);
};

}
