#pragma once

#include "config/settings/resolver.hpp"
#include "gateway/resolver/name_cache.hpp"
#include "gateway/resolver/name_service.hpp"
#include "protocols/io/task.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace postern::gateway {

// What came of looking for a client's name, and why there is none.
struct named_client {
    client_names names;
    std::string why = {};    // empty: it has a verified name; words of ours, and perhaps a peer's
    bool is_trouble = false; // nobody answered, or not well
};

// Finds the names of clients: the name that an address points to (PTR), and whether that has the
// address. Keeps what it found.
class host_names {
public:
    using clock = std::chrono::steady_clock;
    static constexpr std::size_t most_kept = 1024;

    // The settings outlive it.
    host_names(std::unique_ptr<name_service>, const config::resolver_settings&);

    // Known without asking: from before, or since there is nobody to ask.
    const client_names* recall(const std::string& address);

    // Asks, and answers in any case when `until` has come or the inquiry is called off.
    task<named_client> find(
        const std::string& address, std::shared_ptr<inquiry>, clock::time_point until
    );

    // Whether trouble is worth a warning: once a minute.
    bool may_complain();

private:
    task<named_client> look_up(
        const std::string& address,
        std::shared_ptr<inquiry>,
        clock::time_point until,
        std::chrono::seconds& lasts
    );
    void keep(const std::string& address, const client_names&, std::chrono::seconds lasts);

    clock::time_point complained_{};

    const config::resolver_settings& settings_;
    name_cache known_{most_kept};
    std::unique_ptr<name_service> dns_;
};

// The name under which DNS keeps the name of an address (RFC 1035 section 3.5, RFC 3596 section
// 2.5). Empty when it is no literal.
std::string reverse_name(const std::string& address);

}
