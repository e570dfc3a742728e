#include "gateway/lookup/make_lookup.hpp"

#include "gateway/lookup/auth_http.hpp"
#include "gateway/lookup/static_table.hpp"

namespace postern::gateway {

std::unique_ptr<lookup> make_lookup(
    const config::lookup_settings& settings,
    boost::asio::any_io_executor where,
    config::upstream_tls upstream_mode,
    std::shared_ptr<const tls::client> by
) {
    if (settings.auth_http.empty()) return std::make_unique<static_table>(settings, upstream_mode);
    return std::make_unique<auth_http_lookup>(settings, std::move(where), std::move(by));
}

}
