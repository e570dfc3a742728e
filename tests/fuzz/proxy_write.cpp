// Headers for upstreams: whatever the addresses and the client's TLS are, what is written is read
// back whole, with the same addresses, or as unknown; and no peer's words break out of a line.
#include "config/value/address.hpp"
#include "protocols/proxy_protocol/write.hpp"

#include <arpa/inet.h>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <netinet/in.h>
#include <sys/socket.h>

using namespace postern;
using namespace postern::proxy_protocol;
using state = reading::state;

namespace {

void require(bool good) {
    if (!good) std::abort();
}

struct bytes {
    std::string_view left;

    std::string take(std::size_t most) {
        auto out = left.substr(0, most);
        left.remove_prefix(out.size());
        return std::string(out);
    }
    unsigned number() {
        auto one = take(1);
        return one.empty() ? 0 : static_cast<unsigned char>(one[0]);
    }
    std::string text() { return take(number() * 2u); }

    // A literal of either family, none at all, or noise.
    endpoint address() {
        auto kind = number() % 4;
        auto port = static_cast<std::uint16_t>(number() * 256 + number());
        char text[INET6_ADDRSTRLEN] = {}, room[16] = {};
        auto of = take(kind == 0 ? 4 : 16);
        std::memcpy(room, of.data(), of.size());
        if (kind == 2) return {"unix:", 0};
        if (kind == 3) return {of, port};
        inet_ntop(kind == 0 ? AF_INET : AF_INET6, room, text, sizeof text);
        return {text, port};
    }
};

bool is_literal(const endpoint& e) {
    return !config::canonical_ipv4(e.address).empty() || !config::canonical_ipv6(e.address).empty();
}

bool is_v4(const endpoint& e) { return !config::canonical_ipv4(e.address).empty(); }

// As a reader has it: the shortest form, IPv4 without the mapping.
std::string shown(const endpoint& e) {
    if (is_v4(e)) return config::canonical_ipv4(e.address);
    auto v6 = config::canonical_ipv6(e.address);
    return v6.starts_with("::ffff:") && v6.find('.') != v6.npos ? v6.substr(7) : v6;
}

void check(const std::string& header, const addresses& said, bool known) {
    auto got = read_header(header);
    require(got.what == state::whole && got.size == header.size());
    require(got.said.has_value() == known);
    if (!known) return;
    require(got.said->client.address == shown(said.client));
    require(got.said->server.address == shown(said.server));
    require(got.said->client.port == said.client.port);
    require(got.said->server.port == said.server.port);
}

}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    bytes in{
        {reinterpret_cast<const char*>(data), size}
    };
    addresses said;
    said.client = in.address();
    said.server = in.address();
    bool both = is_literal(said.client) && is_literal(said.server);
    auto line = write_v1(said);
    require(line.find_first_of("\r\n") == line.size() - 2);
    check(line, said, both && is_v4(said.client) == is_v4(said.server));
    check(write_v2(said, nullptr), said, both);
    tls::facts agreed;
    agreed.protocol = in.text();
    agreed.cipher = in.text();
    agreed.alpn = in.text();
    agreed.server_name = in.text();
    auto header = write_v2(said, &agreed);
    require(header.size() <= longest_v2);
    check(header, said, both);
    return 0;
}
