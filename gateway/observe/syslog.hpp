#pragma once

#include "config/settings/log.hpp"

#include <ctime>
#include <optional>
#include <string>
#include <string_view>

namespace postern::gateway {

// This machine's name, or "localhost" when it is none.
std::string machine_name();

// What stands before a message (RFC 3164 section 4.1, in local time): "<187>Nov  8 21:03:07 gw
// postern: ". `machine` is empty, or a name with a blank behind it.
std::string syslog_head(
    const config::syslog_collector&,
    std::string_view machine,
    std::optional<config::log_level>,
    std::time_t now
);

// One datagram to the collector at `peer`, a sockaddr; without waiting. A socket that lost its
// collector is connected again. Answers 0 or an errno.
int send_datagram(int socket, std::string_view peer, std::string_view head, std::string_view text);

}
