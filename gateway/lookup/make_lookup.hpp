#pragma once

#include "config/settings/lookup.hpp"
#include "gateway/lookup/lookup.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <memory>

namespace postern::gateway {

// auth_http when its address is given, otherwise the static routes. The settings outlive it.
// upstream_mode: of the server's own upstream.
std::unique_ptr<lookup> make_lookup(
    const config::lookup_settings&,
    boost::asio::any_io_executor,
    config::upstream_tls upstream_mode = {}
);

}
