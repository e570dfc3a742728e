#pragma once

#include "gateway/lookup/http_client.hpp"
#include "gateway/lookup/lookup.hpp"

namespace postern::gateway {

// Asks an HTTP service, in nginx's words, where a login's mailbox lives.
class auth_http_lookup final : public lookup {
public:
    // How often WAIT is believed in one lookup; then the service counts as unavailable.
    static constexpr int most_waits = 10;

    // The settings outlive it.
    auth_http_lookup(const config::lookup_settings&, boost::asio::any_io_executor);

    task<result<verdict>> find(const query&, std::string& trouble) override;

private:
    boost::asio::any_io_executor where_;
    const config::lookup_settings& settings_;
    http_client client_;
};

}
