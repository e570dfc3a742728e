#pragma once

#include "gateway/lookup/lookup.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace postern::gateway {

// The routes of the configuration file: exact user, then domain, then patterns as written, then the
// default upstream. Who has none of these is told that the login is wrong, and may try again: a
// gateway should not say which names exist.
class static_table final : public lookup {
public:
    // The settings outlive the table. mode: that of the default upstream.
    explicit static_table(const config::lookup_settings&, config::upstream_tls = {});

    task<result<verdict>> find(const query&, std::string& trouble) override;

    // The same without waiting.
    verdict find(std::string_view user, config::mail_protocol) const;

private:
    using rows = std::unordered_map<std::string, std::vector<const config::route_settings*>>;

    const config::route_settings* choose(std::string_view user, config::mail_protocol) const;

    const config::lookup_settings& settings_;
    config::upstream_tls mode_;
    rows users_, domains_; // by their names in lower case
    std::vector<const config::route_settings*> patterns_;
};

// A port for an address that has none: the protocol's, or that of the protocol over TLS.
config::upstream_address with_port(
    config::upstream_address, config::mail_protocol, config::upstream_tls = {}
);

}
