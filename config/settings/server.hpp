#pragma once

#include "config/settings/budget.hpp"
#include "config/settings/listen.hpp"
#include "config/settings/log.hpp"
#include "config/settings/lookup.hpp"
#include "config/settings/protocol.hpp"
#include "config/settings/proxy.hpp"
#include "config/settings/real_ip.hpp"
#include "config/settings/resolver.hpp"
#include "config/settings/tls.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace postern::config {

struct server_settings {
    mail_protocol protocol =
        mail_protocol::imap; // by the first listen whose port is a known one, unless given
    std::vector<listen_address> listen;
    std::vector<network> real_ip_from;        // whose PROXY headers are believed
    std::string server_name;                  // default: this machine's host name
    std::chrono::milliseconds timeout{60000}; // one attempt to log in, and one upstream login
    budget_settings budget;
    tls_settings tls;
    imap_settings imap;
    pop3_settings pop3;
    smtp_settings smtp;
    proxy_settings proxy;
    resolver_settings resolver;
    lookup_settings lookup;
    error_targets error_log; // none: the program's

    bool uses_tls() const {
        if (tls.starttls != starttls_mode::off) return true;
        for (auto& l : listen)
            if (l.ssl) return true;
        return false;
    }

    bool takes_proxy_headers() const {
        for (auto& l : listen)
            if (l.proxy_protocol) return true;
        return false;
    }

    // How long clients wait for their greeting; their own time begins with it.
    std::chrono::milliseconds greeting_delay() const {
        bool waits = protocol == mail_protocol::smtp;
        return waits ? smtp.greeting_delay : std::chrono::milliseconds(0);
    }

    bool looks_up_clients() const { return protocol == mail_protocol::smtp && resolver.asks(); }

    bool uses_proxy_tls() const {
        if (proxy.tls.uses_tls()) return true;
        if (!lookup.auth_http.empty()) return false; // no route is taken
        for (auto& r : lookup.routes)
            if (r.tls.uses_tls()) return true;
        return false;
    }
};

}
