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

std::string leads_back(
    const config::upstream_address& to,
    const stream_socket& socket,
    const stream_socket& client,
    const config::server_settings& server
) {
    boost::system::error_code bad;
    auto there = socket.remote_endpoint(bad), here = socket.local_endpoint(bad);
    if (bad) return {};
    auto address = name_of(there).address;
    bool own_machine = is_here(there) || address == name_of(here).address;
    for (auto& l : server.listen)
        if (l.has_port(to.port) && (l.host == address || (own_machine && is_wildcard(l.host))))
            return l.written;
    // What is behind a name the settings do not know; the client knows where it has arrived.
    auto arrived = name_of(client.local_endpoint(bad)).full;
    return !bad && arrived == name_of(there).full ? arrived : std::string();
}

}
