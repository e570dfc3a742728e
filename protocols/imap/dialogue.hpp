#pragma once

#include "config/settings/server.hpp"
#include "protocols/budget.hpp"
#include "protocols/dialogue.hpp"
#include "protocols/imap/command.hpp"
#include "protocols/imap/framer.hpp"
#include "protocols/make_dialogue.hpp"
#include "protocols/sasl/exchange.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace postern::imap {

// IMAP up to the login: RFC 3501 and RFC 9051, ID of RFC 2971, initial responses of RFC 4959,
// non-synchronising literals of RFC 7888.
class dialogue final : public postern::dialogue {
public:
    dialogue(const config::server_settings&, stream& client, const client_facts&, budget&);

    task<result<sasl::credentials>> ask() override;
    task<result<void>> refuse(const refusal&) override;
    task<result<entry>> enter(stream& upstream, const sasl::credentials&, bool starttls) override;
    task<result<void>> admit(const entry&) override;
    std::string take_rest() override;

private:
    struct rule;
    static const rule rules_[];
    using event = framer::event;

    task<result<event>> next_event(bool is_command);
    task<result<void>> obey(const event&);
    task<result<void>> consider_literal(const event&);
    task<result<void>> run(const command&);
    task<result<void>> give_up(std::string tag);
    task<result<void>> count_command();
    task<result<void>> count_error(std::string tag);
    task<result<void>> invalid(std::string tag);

    task<result<void>> on_capability(const command&);
    task<result<void>> on_noop(const command&);
    task<result<void>> on_logout(const command&);
    task<result<void>> on_id(const command&);
    task<result<void>> on_starttls(const command&);
    task<result<void>> on_login(const command&);
    task<result<void>> on_authenticate(const command&);
    task<result<sasl::step>> converse(sasl::challenge);

    bool allows(config::auth_method) const;
    std::vector<std::string> identities() const; // for EXTERNAL
    bool may_log_in() const;                     // here and now
    task<result<void>> say(std::string text);

    const config::server_settings& server_;
    stream& client_;
    const client_facts& facts_;
    budget& spent_;
    framer framer_;
    sasl::exchange exchange_;
    std::optional<sasl::credentials> offered_;
    std::string tag_ = "*"; // of the command that is being answered
    bool greeted_ = false;
};

}
