#include "gateway/session/introduce.hpp"

#include "gateway/net/address.hpp"
#include "protocols/proxy_protocol/write.hpp"

#include <string>
#include <utility>

namespace postern::gateway {
using boost::system::error_code;

client_facts facts_of(std::string address, std::uint16_t port, const stream_socket& socket) {
    client_facts out;
    out.address = std::move(address);
    out.port = port;
    error_code unknown;
    auto here = socket.local_endpoint(unknown);
    if (unknown) return out;
    auto name = name_of(here);
    if (name.port != 0) out.server = {std::move(name.address), name.port};
    return out;
}

std::string introduction(
    config::proxy_header how, const client_facts& who, const tls::facts* client_tls
) {
    if (how == config::proxy_header::off) return {};
    proxy_protocol::addresses both{
        {who.address, who.port},
        who.server
    };
    if (how == config::proxy_header::v1) return proxy_protocol::write_v1(both);
    return proxy_protocol::write_v2(both, client_tls);
}

}
