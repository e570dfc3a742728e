#pragma once

#include "backends/tls/context.hpp"

#include <chrono>
#include <optional>
#include <string_view>

namespace postern::tls {

// What must be known of a certificate before a library has seen it.
struct certificate {
    std::chrono::system_clock::time_point not_before, not_after;
    key_kind key = key_kind::other;
};

// Reads an X.509 certificate (RFC 5280 section 4.1), as DER. Nothing when it is not one.
std::optional<certificate> read_certificate(std::string_view der);

}
