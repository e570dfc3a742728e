#include "gateway/net/address.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstring>
#include <optional>
#include <sys/socket.h>
#include <utility>

namespace postern::gateway {
namespace ip = boost::asio::ip;

static ip::address plain(ip::address a) {
    if (a.is_v6() && a.to_v6().is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, a.to_v6());
    return a;
}

// Nothing when it is of another family.
static std::optional<ip::tcp::endpoint> internet(
    const boost::asio::generic::stream_protocol::endpoint& from
) {
    auto family = from.size() == 0 ? AF_UNSPEC : from.data()->sa_family;
    ip::tcp::endpoint to;
    if ((family != AF_INET && family != AF_INET6) || from.size() > to.capacity())
        return std::nullopt;
    std::memcpy(to.data(), from.data(), from.size());
    to.resize(from.size());
    return to;
}

std::string full_name(const std::string& address, std::uint16_t port) {
    bool v6 = address.find(':') != address.npos;
    return (v6 ? "[" + address + "]:" : address + ":") + std::to_string(port);
}

peer_name name_of(const boost::asio::generic::stream_protocol::endpoint& from) {
    auto to = internet(from);
    if (!to) return {"unix:", "unix:", 0};
    auto address = plain(to->address());
    auto text = address.to_string();
    auto full = full_name(text, to->port());
    return {std::move(text), std::move(full), to->port()};
}

bool is_any(const boost::asio::generic::stream_protocol::endpoint& at) {
    auto to = internet(at);
    return to && plain(to->address()).is_unspecified();
}

bool is_here(const boost::asio::generic::stream_protocol::endpoint& at) {
    if (at.size() > 0 && at.data()->sa_family == AF_UNIX) return true;
    auto to = internet(at);
    return to && plain(to->address()).is_loopback();
}

}
