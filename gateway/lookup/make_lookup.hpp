#pragma once

#include "backends/tls/client.hpp"
#include "config/settings/lookup.hpp"
#include "gateway/lookup/lookup.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <memory>

namespace postern::gateway {

// auth_http when its address is given, otherwise the static routes. The settings outlive it.
// upstream_mode: of the server's own upstream. by: how auth_http is spoken to over https.
std::unique_ptr<lookup> make_lookup(
    const config::lookup_settings&,
    boost::asio::any_io_executor,
    config::upstream_tls upstream_mode = {},
    std::shared_ptr<const tls::client> by = nullptr
);

}
