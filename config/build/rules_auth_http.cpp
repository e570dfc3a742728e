#include "config/build/nearness.hpp"
#include "config/build/rules.hpp"

#include <string>

namespace postern::config {

namespace {

// nginx says nothing; but whoever can listen on the way reads all passwords, or lets anybody in.
void check_way(const judged& j, std::size_t n, findings& out) {
    auto& at = j.server().lookup.auth_http[n];
    if (at.tls || !at.unix_path.empty()) return;
    auto near = where_is(at.host);
    if (near == nearness::here) return;
    auto unless = near == nearness::unknown ? ", unless that is this machine" : "";
    out.warning(
        j.notes().place_of("auth_http", n),
        "auth_http: passwords will go to " + at.host + " in clear text" + unless,
        "write https://, or ask a service on this machine"
    );
}

void check_https(const judged& j, findings& out) {
    auto& tls = j.server().lookup.auth_http_tls;
    if (!tls.verify && j.notes().find("auth_http_ssl_verify"))
        out.warning(
            j.notes().place_of("auth_http_ssl_verify", 0),
            "auth_http_ssl_verify: without it, whoever sits on the way to the service can read all "
            "passwords and let anybody in",
            "leave it on, and name the service's certificate or its authority by "
            "auth_http_ssl_trusted_certificate"
        );
    if (!tls.certificate.path.empty()) return;
    for (auto name : {"auth_http_ssl_certificate_key", "auth_http_ssl_password_file"})
        if (j.notes().find(name))
            out.error(
                j.notes().place_of(name, 0),
                std::string(name) + ": there is no \"auth_http_ssl_certificate\" that it belongs to"
            );
}

}

void check_auth_http(const judged& j, findings& out) {
    auto& lookup = j.server().lookup;
    if (j.notes().is_broken({"auth_http", "auth_http_ssl_verify", "auth_http_ssl_certificate"}))
        return;
    for (std::size_t n = 0; n < lookup.auth_http.size(); ++n)
        check_way(j, n, out);
    if (lookup.uses_https()) check_https(j, out);
}

}
