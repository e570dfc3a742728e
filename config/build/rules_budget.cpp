#include "config/build/rules.hpp"
#include "config/value/numbers.hpp"

#include <algorithm>
#include <string>

namespace postern::config {

namespace {

struct client_buffer {
    const char* directive;
    std::size_t bytes;
};

client_buffer buffer_of(const server_settings& server) {
    switch (server.protocol) {
    case mail_protocol::imap: break;
    case mail_protocol::pop3: return {"pop3_client_buffer", server.pop3.client_buffer};
    case mail_protocol::smtp: return {"smtp_client_buffer", server.smtp.client_buffer};
    }
    return {"imap_client_buffer", server.imap.client_buffer};
}

}

// A buffer that grows to hold a line may have twice the room, beside the one it grew from; IMAP
// holds a command twice while it cuts it.
void complete_budget(server_settings& server, const server_notes& notes) {
    auto& budget = server.budget;
    auto needed = 4 * buffer_of(server).bytes;
    if (!notes.find("max_login_bytes")) budget.bytes = std::max(budget.bytes, needed);
    if (!notes.find("max_login_memory")) budget.memory = std::max(budget.memory, needed);
    if (notes.find("login_timeout")) return;
    budget.time = std::max(budget.time, server.timeout + server.greeting_delay());
}

void check_budget(const judged& j, findings& out) {
    auto& server = j.server();
    auto buffer = buffer_of(server);
    auto longest = buffer.directive + std::string(" is ") + write_size(buffer.bytes);
    if (j.notes().is_broken({buffer.directive, "max_login_bytes", "max_login_memory"})) return;
    if (server.budget.bytes < buffer.bytes)
        out.error(
            j.notes().place_of("max_login_bytes"),
            "max_login_bytes: is less than one command may have: " + longest,
            "write " + write_size(4 * buffer.bytes) + " or more, or a smaller " + buffer.directive
        );
    if (server.budget.memory < 4 * buffer.bytes)
        out.error(
            j.notes().place_of("max_login_memory"),
            "max_login_memory: is less than four times the longest command: " + longest,
            "write " + write_size(4 * buffer.bytes) + " or more, or a smaller " + buffer.directive
        );
}

}
