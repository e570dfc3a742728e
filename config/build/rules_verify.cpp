#include "config/build/rules.hpp"

namespace postern::config {

namespace {

void warn(const judged& j, std::string_view name, std::string_view why, findings& out) {
    out.warning(
        j.notes().place_of(name, 0), std::string(name) + ": has no effect: " + std::string(why)
    );
}

// Defaults, which a dump writes down, are no mistakes.
void check_unasked(const judged& j, findings& out) {
    constexpr std::string_view why = "no client is asked for a certificate";
    auto& verify = j.server().tls.verify;
    for (auto name : {"ssl_client_certificate", "ssl_trusted_certificate", "ssl_crl"})
        if (j.notes().is_own(name)) warn(j, name, why, out);
    if (j.notes().is_own("ssl_verify_depth") && verify.depth != verify_settings().depth)
        warn(j, "ssl_verify_depth", why, out);
    auto& lookup = j.server().lookup;
    if (j.notes().is_own("auth_http_pass_client_cert") && lookup.auth_http_pass_client_cert &&
        !lookup.auth_http.empty())
        warn(j, "auth_http_pass_client_cert", why, out);
}

// Sessions of clients with certificates are not resumed.
void check_sessions(const judged& j, findings& out) {
    constexpr std::string_view why = "with \"ssl_verify_client\" on every client shakes hands anew";
    auto& tls = j.server().tls;
    using mode = session_cache::builtin_mode;
    bool keeps = tls.cache.uses_zone() || tls.cache.builtin == mode::used;
    if (j.notes().is_own("ssl_session_cache") && keeps) warn(j, "ssl_session_cache", why, out);
    if (j.notes().is_own("ssl_session_ticket_key")) warn(j, "ssl_session_ticket_key", why, out);
}

}

// Who must be verified, by whom?
void check_verify(const judged& j, findings& out) {
    auto& s = j.server();
    auto& verify = s.tls.verify;
    if (!s.uses_tls() || j.notes().is_broken({"ssl_verify_client"})) return;
    if (!verify.asks()) return check_unasked(j, out);
    if (verify.client == verify_client::on) check_sessions(j, out);
    if (verify.client == verify_client::optional_no_ca || !verify.client_certificate.path.empty() ||
        !verify.trusted_certificate.path.empty() ||
        j.notes().is_broken({"ssl_client_certificate", "ssl_trusted_certificate"}))
        return;
    out.error(
        j.notes().place_of("ssl_verify_client", 0),
        "no ssl_client_certificate or ssl_trusted_certificate for ssl_verify_client",
        "name a file with the certificates of the authorities that are believed"
    );
}

}
