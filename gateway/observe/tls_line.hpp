#pragma once

#include "backends/tls/failure.hpp"
#include "gateway/observe/log.hpp"
#include "gateway/session/record.hpp"

#include <vector>

namespace postern::gateway {

// The line event="tls failed": who, what was offered, alerts, the library's words, and what may be
// done about it. Its level is notice; info when the client left without having sent a byte, as
// those do that only look whether somebody listens. At the level debug a second line tells all that
// the client offered.
void log_failure(log&, const record&, const tls::failure&);

// The fields of both lines.
std::vector<field> failure_fields(const record&, const tls::failure&);
std::vector<field> offer_fields(const record&, const tls::client_hello&);

}
