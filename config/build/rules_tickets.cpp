#include "config/build/rules.hpp"

namespace postern::config {

void check_tickets(const judged& j, findings& out) {
    auto& tickets = j.server().tls.tickets;
    auto& notes = j.notes();
    if (tickets.on || tickets.key_files.empty() || !j.server().uses_tls()) return;
    if (!notes.is_own("ssl_session_ticket_key") || notes.is_broken({"ssl_session_tickets"})) return;
    out.warning(
        notes.place_of("ssl_session_ticket_key"),
        "ssl_session_ticket_key: has no effect: \"ssl_session_tickets\" is off"
    );
}

}
