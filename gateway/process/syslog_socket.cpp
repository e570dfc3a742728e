#include "gateway/process/syslog_socket.hpp"

#include "config/value/address.hpp"
#include "gateway/process/own_addresses.hpp"

#include <boost/asio/ip/udp.hpp>
#include <boost/asio/local/datagram_protocol.hpp>

#include <chrono>
#include <cstring>
#include <sys/socket.h>

namespace postern::gateway {
namespace asio = boost::asio;
namespace {

constexpr std::chrono::seconds for_a_name{5};

std::string bytes_of(const auto& endpoint) {
    return {reinterpret_cast<const char*>(endpoint.data()), endpoint.size()};
}

}

std::string address_of(const config::syslog_collector& to, std::string& why) {
    if (to.host.empty()) return bytes_of(asio::local::datagram_protocol::endpoint(to.path));
    config::listen_address written;
    written.host = to.host;
    written.port = to.port;
    written.is_name = config::canonical_ipv4(to.host).empty() && to.host.find(':') == to.host.npos;
    auto found = spell_out(written, for_a_name);
    why = found.why;
    if (found.each.empty()) return {};
    boost::system::error_code bad;
    auto address = asio::ip::make_address(found.each[0].host, bad);
    if (bad) why = bad.message();
    return bad ? std::string() : bytes_of(asio::ip::udp::endpoint(address, to.port));
}

descriptor open_datagrams(const std::string& address) {
    sockaddr_storage at{};
    std::memcpy(&at, address.data(), std::min(address.size(), sizeof at));
    descriptor out(::socket(at.ss_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (out)
        (void)::connect(
            out.get(), reinterpret_cast<sockaddr*>(&at), static_cast<socklen_t>(address.size())
        );
    return out;
}

}
