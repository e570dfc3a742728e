#pragma once

#include "config/settings/server.hpp"
#include "protocols/dialogue.hpp"
#include "protocols/io/stream.hpp"
#include "protocols/make_dialogue.hpp"
#include "protocols/sasl/credentials.hpp"

#include <string>

namespace postern::smtp {

// Who comes to the upstream, through whom. All of it outlives the login.
struct visitor {
    const config::server_settings& settings;
    const client_facts& client;
    const sasl::credentials& who;
    const std::string& helo; // the client's word of EHLO or HELO; empty: it said none
    bool esmtp = false;      // it ever said EHLO
    bool starttls = false;   // nothing is told before STARTTLS
};

// What came of it.
struct visit {
    entry in;         // of a login: the last reply; of an envelope: the reply to RCPT
    std::string rest; // what the upstream said behind that
};

// Introduces the client to an SMTP server: EHLO, XCLIENT where it is wanted and announced, the
// client's own EHLO, then AUTH or the envelope. A reply may have proxy_buffer bytes. Credentials
// that cannot be put into a command are never sent: the entry is then not accepted and has no
// reply. Errors: errc::bad_reply, errc::too_long, errc::no_xclient, errc::no_mechanism; with
// STARTTLS errc::no_starttls and errc::bytes_before_handshake; the stream's.
task<result<visit>> log_in(stream& upstream, const visitor&);

}
