#include "protocols/make_dialogue.hpp"

#include "protocols/imap/dialogue.hpp"
#include "protocols/pop3/dialogue.hpp"
#include "protocols/smtp/dialogue.hpp"

namespace postern {

std::unique_ptr<dialogue> make_dialogue(
    const config::server_settings& server, stream& client, const client_facts& facts, budget& spent
) {
    switch (server.protocol) {
    case config::mail_protocol::imap: break;
    case config::mail_protocol::pop3:
        return std::make_unique<pop3::dialogue>(server, client, facts, spent);
    case config::mail_protocol::smtp:
        return std::make_unique<smtp::dialogue>(server, client, facts, spent);
    }
    return std::make_unique<imap::dialogue>(server, client, facts, spent);
}

}
