#pragma once

#include "config/settings/log.hpp"
#include "gateway/process/descriptor.hpp"

#include <string>

namespace postern::gateway {

// Where a collector is, as the bytes of a sockaddr. A name is looked up, which may take seconds;
// its first address counts, as in nginx. Empty: `why` says why not.
std::string address_of(const config::syslog_collector&, std::string& why);

// A socket for datagrams to that address. When nobody is there yet it is not connected, and whoever
// sends connects it. None: errno says why.
descriptor open_datagrams(const std::string& address);

}
