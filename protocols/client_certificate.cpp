#include "protocols/client_certificate.hpp"

#include "backends/tls/peer.hpp"
#include "protocols/last_words.hpp"

#include <string>

namespace postern {

namespace {

using config::mail_protocol;
using config::verify_client;

std::string line_of(mail_protocol protocol, std::string_view words) {
    return last_line(protocol, "421 4.7.1", words);
}

bool passes(verify_client mode, tls::verdict said) {
    if (said == tls::verdict::ok) return true;
    return mode == verify_client::optional_no_ca && tls::only_untrusted(said);
}

task<result<void>> turn_away(stream& client, std::string line, errc why) {
    auto told = co_await client.write(line);
    if (!told) co_return told.error();
    co_return why;
}

}

task<result<void>> start_tls_with(const config::server_settings& settings, stream& client) {
    auto shaken = co_await client.start_tls();
    if (!shaken) co_return shaken.error();
    auto mode = settings.tls.verify.client;
    auto* facts = client.tls();
    if (mode == verify_client::off || !facts) co_return result<void>();
    auto protocol = settings.protocol;
    if (!facts->shown && mode != verify_client::on) co_return result<void>();
    if (!facts->shown)
        co_return co_await turn_away(
            client, line_of(protocol, "No required SSL certificate"), errc::no_certificate
        );
    if (passes(mode, facts->shown->said)) co_return result<void>();
    co_return co_await turn_away(
        client, line_of(protocol, "SSL certificate error"), errc::bad_certificate
    );
}

}
