#pragma once

#include "config/settings/listen.hpp"
#include "config/value/reading.hpp"

#include <string>
#include <vector>

// What may stand behind the address of a `listen`: nginx's parameters for mail, and `reuseport`,
// `fastopen` and `deferred` of its other modules.
namespace postern::config::detail {

std::string listen_parameter_syntax();

// Into `out`, whose address was read before. False after a complaint.
bool read_listen_parameter(const word&, reading&, listen_address& out);

// Those that differ from the default. `bind` and `reuseport` are no settings, since it is always
// so: an address has sockets of its own, one for each worker.
std::vector<std::string> write_listen_parameters(const listen_address&);

}
