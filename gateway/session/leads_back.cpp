#include "gateway/session/leads_back.hpp"

#include "gateway/net/address.hpp"

#include <boost/asio/ip/address.hpp>

namespace postern::gateway {
namespace {

bool is_wildcard(const std::string& host) {
    boost::system::error_code bad;
    auto address = boost::asio::ip::make_address(host, bad);
    return !bad && address.is_unspecified();
}

}

const config::listen_address* leads_back(
    const config::upstream_address& to,
    const stream_socket& socket,
    const config::server_settings& server
) {
    boost::system::error_code bad;
    auto there = socket.remote_endpoint(bad), here = socket.local_endpoint(bad);
    if (bad) return nullptr;
    auto address = name_of(there).address;
    bool own_machine = is_here(there) || address == name_of(here).address;
    for (auto& l : server.listen)
        if (!l.is_unix && l.port == to.port &&
            (l.host == address || (own_machine && is_wildcard(l.host))))
            return &l;
    return nullptr;
}

}
