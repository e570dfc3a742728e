#pragma once

#include "backends/tls/facts.hpp"
#include "gateway/observe/log.hpp"
#include "gateway/session/record.hpp"

#include <cstdint>
#include <vector>

namespace postern::gateway {

// A record as the fields of the line event=login. tls: null for plain text.
std::vector<field> login_fields(const record&, const tls::facts* tls);

// ... and of event=end, with plain bytes from and to the client, seconds, who and why.
std::vector<field> end_fields(
    const record&, const tls::facts* tls, std::uint64_t bytes_in, std::uint64_t bytes_out
);

// Why a session ended, in one sentence.
std::string reason_of(const record&);

}
