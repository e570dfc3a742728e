#pragma once

#include "config/build/draft.hpp"
#include "config/report/findings.hpp"

#include <cstddef>

namespace postern::config {

// What contradicts what, in settings that were read and completed. `name` is the file's.
void apply_rules(const draft&, const std::string& name, findings&);

// One server, as the rules see it.
struct judged {
    const draft& all;
    std::size_t scope;

    const server_settings& server() const { return all.made.servers[scope]; }
    const server_notes& notes() const { return all.notes[scope]; }
};

// Rules in files of their own.
void check_listen(const judged&, findings&);
void check_tls(const judged&, findings&);
void check_names(const judged&, findings&);
void check_verify(const judged&, findings&);
void check_external(const judged&, findings&);
void check_digests(const judged&, findings&);
void check_auth_http(const judged&, findings&);
void check_zone(const judged&, findings&);
void check_tickets(const judged&, findings&);
void check_budget(const judged&, findings&);
void check_routes(const judged&, findings&);
void check_proxy_tls(const judged&, findings&);
void check_real_ip(const judged&, findings&);
void check_effect(const judged&, findings&);
void check_capabilities(const judged&, findings&);
void check_key_process(const draft&, findings&);
void check_logs(const draft&, findings&);
void check_duplicates(const draft&, findings&); // two sockets cannot have one address

// "postern.toml:12"
std::string short_place(const place&);

}
