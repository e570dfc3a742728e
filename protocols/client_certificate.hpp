#pragma once

#include "config/settings/server.hpp"
#include "protocols/io/stream.hpp"

namespace postern {

// The client's stream becomes TLS, and the client's certificate is judged by ssl_verify_client. Who
// does not pass hears so in the protocol's words: errc::no_certificate, errc::bad_certificate.
task<result<void>> start_tls_with(const config::server_settings&, stream& client);

}
