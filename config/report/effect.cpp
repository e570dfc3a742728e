#include "config/report/effect.hpp"

namespace postern::config {

bool has_effect(const directive& d, const server_settings& s) {
    switch (d.when) {
    case matters::always: return true;
    case matters::with_tls: return s.uses_tls();
    case matters::with_imap: return s.protocol == mail_protocol::imap;
    case matters::with_pop3: return s.protocol == mail_protocol::pop3;
    case matters::with_smtp: return s.protocol == mail_protocol::smtp;
    case matters::with_static: return s.lookup.auth_http.empty();
    case matters::with_auth_http: return !s.lookup.auth_http.empty();
    case matters::with_https: return s.lookup.uses_https();
    case matters::with_certificate_dir: return s.uses_tls() && !s.tls.names.folder.empty();
    case matters::with_proxy_ssl: return s.uses_proxy_tls();
    case matters::with_proxy_protocol: return s.takes_proxy_headers();
    case matters::with_resolver: return s.looks_up_clients();
    }
    return true;
}

}
