#pragma once

#include "config/settings/proxy_header.hpp"
#include "config/settings/proxy_tls.hpp"

#include <chrono>
#include <cstddef>

namespace postern::config {

// How a session goes on behind the gateway.
struct proxy_settings {
    std::size_t buffer = 4096;                   // one reply of the upstream during login
    std::chrono::milliseconds timeout{86400000}; // both ways silent
    bool pass_error_message = false;
    bool xclient = true;
    bool smtp_auth = false;
    std::chrono::milliseconds connect_timeout{10000};
    proxy_header header = proxy_header::off; // proxy_protocol
    proxy_tls_settings tls;
};

}
