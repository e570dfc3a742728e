#pragma once

#include "protocols/dialogue.hpp"

#include <cstddef>
#include <string>

namespace postern::imap {

// Logs in at an IMAP server with the client's own tag, so that the client may be given the answer
// as it is. Name and password go as literals that wait for the server: nothing in them can end the
// command, and a server needs no extension for it.
// limit: bytes of all that the server says to one step. starttls: nothing but STARTTLS is said
// before TLS, and what was heard before it does not count (RFC 3501 section 6.2.1); errors then are
// also errc::no_starttls (a PREAUTH leaves no way to TLS, so it is one) and
// errc::bytes_before_handshake. Errors: errc::bad_reply for anything that
// is not IMAP (a NUL in name or password too, which no IMAP string can hold), errc::unavailable for
// a server that says BYE, and the stream's.
task<result<entry>> log_in(
    stream&, std::string tag, const sasl::credentials&, std::size_t limit, bool starttls = false
);

}
