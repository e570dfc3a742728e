// The beginning of a connection from a load balancer: what was partial stays so with fewer bytes
// and never becomes another header with more; reading as many bytes as are wanted ends exactly
// behind it; and an address is one.
#include "config/value/address.hpp"
#include "protocols/proxy_protocol/header.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

using namespace postern;
using proxy_protocol::read_header;
using state = proxy_protocol::reading::state;

namespace {

void require(bool good) {
    if (!good) std::abort();
}

bool is_address(const std::string& text) {
    return config::canonical_ipv4(text) == text || config::canonical_ipv6(text) == text;
}

}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view bytes(reinterpret_cast<const char*>(data), size);
    auto all = read_header(bytes);
    if (all.what == state::partial) {
        require(all.wanted > 0 && size + all.wanted <= proxy_protocol::longest_v2);
    } else if (all.what == state::whole) {
        require(all.size <= size && all.size <= proxy_protocol::longest_v2);
        require(!all.said || is_address(all.said->client.address));
        require(!all.said || is_address(all.said->server.address));
    } else {
        require(!all.why.empty());
    }
    // As a connection is read.
    std::size_t have = 0;
    auto now = read_header({});
    while (now.what == state::partial && have + now.wanted <= size) {
        have += now.wanted;
        now = read_header(bytes.substr(0, have));
    }
    require(now.what == all.what || (all.what == state::broken && now.what == state::partial));
    if (now.what == state::whole) require(have == all.size && now.said == all.said);
    auto end = all.what == state::whole ? all.size : size;
    for (std::size_t cut = 0; cut < std::min<std::size_t>(end, 300); ++cut) {
        auto early = read_header(bytes.substr(0, cut)).what;
        require(early == state::partial || (early == state::broken && all.what == state::broken));
    }
    return 0;
}
