#pragma once

#include "protocols/io/stream.hpp"
#include "protocols/proxy_protocol/header.hpp"

#include <optional>
#include <string>

namespace postern::proxy_protocol {

// Reads the header that begins a connection, and no byte behind it. None: the load balancer does
// not say who is there. Errors: errc::no_proxy_header, with `trouble` saying what is wrong with it,
// and the stream's.
task<result<std::optional<addresses>>> receive_header(stream&, std::string& trouble);

}
