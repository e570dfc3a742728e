#include "config/build/nearness.hpp"

#include "config/value/address.hpp"

namespace postern::config {

static bool ends_with_localhost(std::string_view host) {
    return host == "localhost" || host.ends_with(".localhost");
}

nearness where_is(const std::string& host) {
    if (!canonical_ipv4(host).empty())
        return host.starts_with("127.") ? nearness::here : nearness::elsewhere;
    if (auto v6 = canonical_ipv6(host); !v6.empty())
        return v6 == "::1" || v6.starts_with("::ffff:127.") ? nearness::here : nearness::elsewhere;
    return ends_with_localhost(host) ? nearness::here : nearness::unknown;
}

}
