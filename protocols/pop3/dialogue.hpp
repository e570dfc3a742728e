#pragma once

#include "config/settings/server.hpp"
#include "protocols/budget.hpp"
#include "protocols/dialogue.hpp"
#include "protocols/io/line_reader.hpp"
#include "protocols/make_dialogue.hpp"
#include "protocols/pop3/command.hpp"
#include "protocols/sasl/exchange.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::pop3 {

// POP3 up to the login: RFC 1939, CAPA of RFC 2449, AUTH of RFC 5034, STLS of RFC 2595.
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

    task<result<void>> greet();
    task<result<std::string>> next_line();
    task<result<void>> obey(std::string_view line);
    task<result<void>> run(const command&);
    task<result<void>> invalid();
    task<result<void>> garbage(std::string_view line);

    task<result<void>> on_capa(const command&);
    task<result<void>> on_noop(const command&);
    task<result<void>> on_quit(const command&);
    task<result<void>> on_stls(const command&);
    task<result<void>> on_user(const command&);
    task<result<void>> on_pass(const command&);
    task<result<void>> on_apop(const command&);
    task<result<void>> on_auth(const command&);
    task<result<void>> converse(sasl::exchange&, sasl::step);

    std::vector<std::string> identities() const; // for EXTERNAL
    bool may_start_tls() const;
    bool must_start_tls() const;

    const config::server_settings& settings_;
    stream& client_;
    const client_facts& facts_;
    budget& spent_;
    line_reader lines_;
    bool greeted_ = false;
    std::string challenge_;           // of the greeting, for APOP; empty: none
    std::optional<std::string> user_; // said by USER, until PASS or any mistake
    std::optional<sasl::credentials> offered_;
};

}
