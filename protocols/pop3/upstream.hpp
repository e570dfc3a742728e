#pragma once

#include "protocols/dialogue.hpp"
#include "protocols/io/stream.hpp"
#include "protocols/sasl/credentials.hpp"

#include <cstddef>

namespace postern::pop3 {

// Logs in at a POP3 server with USER and PASS. No line of its may be longer than `longest_line`
// bytes. A name or password that cannot stand in a command is never sent: the entry is then not
// accepted and has no reply. starttls: STLS comes before all else; errors then are also
// errc::no_starttls and errc::bytes_before_handshake. Errors: errc::bad_reply when the server does
// not greet with +OK, answers anything but +OK or -ERR, or talks out of turn; errc::too_long; the
// stream's.
task<result<entry>> log_in(
    stream& upstream, std::size_t longest_line, const sasl::credentials& who, bool starttls = false
);

}
