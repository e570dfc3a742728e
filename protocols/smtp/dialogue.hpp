#pragma once

#include "config/settings/server.hpp"
#include "protocols/budget.hpp"
#include "protocols/dialogue.hpp"
#include "protocols/io/line_reader.hpp"
#include "protocols/make_dialogue.hpp"
#include "protocols/sasl/exchange.hpp"
#include "protocols/smtp/command.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::smtp {

// SMTP and submission up to the login, or with smtp_auth none up to the first recipient: RFC 5321,
// RFC 6409, AUTH of RFC 4954, STARTTLS of RFC 3207.
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
    task<result<void>> garbage(std::string_view line);

    task<result<void>> on_helo(const command&);
    task<result<void>> on_ehlo(const command&);
    task<result<void>> on_auth(const command&);
    task<result<void>> on_mail(const command&);
    task<result<void>> on_rcpt(const command&);
    task<result<void>> on_rset(const command&);
    task<result<void>> on_noop(const command&);
    task<result<void>> on_quit(const command&);
    task<result<void>> on_starttls(const command&);
    task<result<void>> converse(sasl::exchange&, sasl::step);

    std::vector<std::string> identities() const; // for EXTERNAL
    bool may_start_tls() const;
    bool must_start_tls() const;

    const config::server_settings& settings_;
    stream& client_;
    budget& spent_;
    const client_facts& facts_;
    line_reader lines_;
    bool greeted_ = false;
    std::string helo_;   // the word behind the last HELO or EHLO
    bool esmtp_ = false; // EHLO was ever said
    std::optional<std::string> mail_;
    std::optional<sasl::credentials> offered_;
    bool envelope_ = false;         // the last offer was one of smtp_auth none
    std::string said_behind_login_; // by the upstream
};

}
