#pragma once

#include "gateway/lookup/http_client.hpp"
#include "gateway/lookup/lookup.hpp"
#include "gateway/lookup/service_addresses.hpp"
#include "protocols/auth_http/response.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace postern::gateway {

// Asks an HTTP service, in nginx's words, where a login's mailbox lives. Of several services, and
// several addresses of one, the first as written that answers; one that failed comes last for a
// while.
class auth_http_lookup final : public lookup {
public:
    // How often WAIT is believed in one lookup; then the service counts as unavailable.
    static constexpr int most_waits = 10;

    // The settings outlive it. `by`: how https is spoken. `look_up`: how names are looked up.
    auth_http_lookup(
        const config::lookup_settings&,
        boost::asio::any_io_executor,
        std::shared_ptr<const tls::client> by = nullptr,
        service_addresses::finder look_up = endpoints_of
    );

    task<result<verdict>> find(const query&, std::string& trouble) override;

private:
    struct service {
        const config::http_address& at;
        service_addresses where;
        http_client client;
    };
    struct round;
    using answer = std::optional<auth_http::outcome>; // none: on to the next

    task<result<auth_http::outcome>> ask(const query&, std::string& trouble);
    task<answer> ask_service(service&, round&);
    task<answer> ask_at(service&, const http_client::endpoint&, round&, std::size_t shares);

    std::size_t awake_behind(std::size_t, http_client::clock::time_point began);

    boost::asio::any_io_executor where_;
    const config::lookup_settings& settings_;
    std::vector<std::unique_ptr<service>> services_;
};

}
