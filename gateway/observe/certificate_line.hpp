#pragma once

#include "backends/tls/facts.hpp"
#include "gateway/observe/log.hpp"
#include "gateway/session/record.hpp"

namespace postern::gateway {

// What the lines of a session say of the client's certificate; nothing when none was asked for.
void note_certificate(record&, const tls::facts*);

// The line event="tls failed" of a client whose certificate did not pass ssl_verify_client, or who
// showed none and must. The handshake itself was done, so no alert says why: the client hears it in
// its protocol's words.
void log_refused_certificate(log&, const record&, const tls::facts&);

}
