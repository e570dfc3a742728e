#pragma once

#include "backends/tls/backend.hpp"
#include "backends/tls/client.hpp"
#include "config/build/load.hpp"
#include "config/settings/server.hpp"

#include <cstddef>
#include <memory>
#include <unordered_map>
#include <vector>

namespace postern::gateway {

// The ways to the upstreams of one server: its own, and those of its routes, compiled. Settings
// that make the same client share one, and so its sessions.
class upstreams {
public:
    upstreams() = default;

    // Diagnostics carry the lines of the configuration. The settings outlive it.
    upstreams(
        const config::loaded&,
        std::size_t server,
        const tls::backend&,
        std::vector<config::diagnostic>& out
    );

    // Null where those settings want no TLS, or none could be made.
    std::shared_ptr<const tls::client> of(const config::proxy_tls_settings&) const;

private:
    struct made_of {
        const config::proxy_tls_settings* settings;
        std::shared_ptr<const tls::client> client;
    };
    std::vector<made_of> distinct_;
    std::unordered_map<const config::proxy_tls_settings*, std::shared_ptr<const tls::client>> all_;
};

}
