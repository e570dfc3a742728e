#include "config/build/rules.hpp"

namespace postern::config {

// Allowed, as in nginx; but hardly meant.
void check_real_ip(const judged& j, findings& out) {
    auto& s = j.server();
    if (!s.real_ip_from.empty() || j.notes().is_broken({"listen", "set_real_ip_from"})) return;
    for (std::size_t n = 0; n < s.listen.size(); ++n)
        if (s.listen[n].proxy_protocol)
            out.warning(
                j.notes().place_of("listen", n),
                "listen: no PROXY protocol header is believed, since set_real_ip_from names nobody",
                "set_real_ip_from = \"192.0.2.0/24\", or wherever the load balancer is"
            );
}

}
