#pragma once

#include "config/settings.hpp"
#include "gateway/process/bundle.hpp"
#include "gateway/shared/segment.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace postern::gateway {

// The master's hold on the memory that workers share: the zones of ssl_session_cache by name, and
// the ticket keys. What a reload does not change stays, and with it the sessions.
class zones {
public:
    // Makes what the settings want and is not there in that size. Errors: no memory, no
    // descriptors. keep() puts it in force; a later open() without it forgets it.
    result<void> open(const config::settings&);
    void keep();

    // Into a bundle: descriptors of its own. Errors: no descriptors left.
    result<void> lend(bundle&) const;

private:
    // Shared, since what was opened last may be what is in force already.
    std::map<std::string, std::shared_ptr<segment>> in_force_, wanted_;
    std::optional<segment> ticket_keys_;
};

}
