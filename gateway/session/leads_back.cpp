#include "gateway/session/leads_back.hpp"

#include "gateway/net/address.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>

namespace postern::gateway {
namespace {

bool is_wildcard(const std::string& host) {
    boost::system::error_code bad;
    auto address = boost::asio::ip::make_address(host, bad);
    return !bad && address.is_unspecified();
}

// Nearly every upstream has another port than all listeners, and then nothing more is asked.
bool may_have_port(const config::listen_address& l, std::uint16_t port) {
    return !l.is_unix && (l.port == 0 || l.has_port(port));
}

}

std::string leads_back(
    const config::upstream_address& to,
    const dialled& made,
    const stream_socket& client,
    const config::server_settings& server
) {
    auto same_path = [&to](auto& l) { return l.is_unix && to.host == "unix:" + l.host; };
    auto same_port = [&to](auto& l) { return may_have_port(l, to.port); };
    if (to.host.starts_with("unix:"))
        return std::ranges::any_of(server.listen, same_path) ? to.host : std::string();
    if (std::ranges::none_of(server.listen, same_port)) return {};
    boost::system::error_code bad;
    auto there = name_of(made.peer);
    auto here = name_of(made.socket.local_endpoint(bad));
    bool own_machine = is_here(made.peer) || (!bad && there.address == here.address);
    for (auto& l : server.listen)
        if (l.has_port(to.port) &&
            (l.host == there.address || (own_machine && is_wildcard(l.host))))
            return l.written;
    // What is behind a name the settings do not know; the client knows where it has arrived.
    auto arrived = name_of(client.local_endpoint(bad)).full;
    return !bad && arrived == there.full ? arrived : std::string();
}

}
