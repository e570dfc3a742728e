#include "protocols/smtp/dialogue.hpp"

#include "protocols/client_certificate.hpp"
#include "protocols/sasl/external.hpp"
#include "protocols/smtp/capability.hpp"
#include "protocols/smtp/reply.hpp"
#include "protocols/smtp/upstream.hpp"
#include "protocols/text/http.hpp"

#include <algorithm>
#include <iterator>
#include <utility>
#include <variant>

namespace postern::smtp {
namespace {

constexpr std::string_view ok = "250 2.0.0 OK\r\n";
constexpr std::string_view invalid_command = "500 5.5.1 Invalid command\r\n";
constexpr std::string_view invalid_argument = "501 5.5.4 Invalid argument\r\n";
constexpr std::string_view bad_sequence = "503 5.5.1 Bad sequence of commands\r\n";

enum class needs { nothing, privacy }; // privacy: TLS, if starttls is "only"

}

struct dialogue::rule {
    verb what;
    needs need;
    task<result<void>> (dialogue::*run)(const command&);
};

// VRFY, EXPN and HELP are known and have no rule: refused, without counting as an error.
const dialogue::rule dialogue::rules_[] = {
    {verb::helo,     needs::nothing, &dialogue::on_helo    },
    {verb::ehlo,     needs::nothing, &dialogue::on_ehlo    },
    {verb::auth,     needs::privacy, &dialogue::on_auth    },
    {verb::mail,     needs::privacy, &dialogue::on_mail    },
    {verb::rcpt,     needs::privacy, &dialogue::on_rcpt    },
    {verb::rset,     needs::nothing, &dialogue::on_rset    },
    {verb::noop,     needs::nothing, &dialogue::on_noop    },
    {verb::quit,     needs::nothing, &dialogue::on_quit    },
    {verb::starttls, needs::nothing, &dialogue::on_starttls},
};

dialogue::dialogue(
    const config::server_settings& settings,
    stream& client,
    const client_facts& facts,
    budget& spent
)
    : settings_(settings), client_(client), spent_(spent), facts_(facts),
      lines_(client, settings.smtp.client_buffer, &spent) {}

task<result<sasl::credentials>> dialogue::ask() {
    auto greeted = co_await greet();
    if (!greeted) co_return greeted.error();
    offered_.reset();
    while (!offered_) {
        auto line = co_await next_line();
        if (!line) co_return line.error();
        auto done = co_await obey(*line);
        wipe(*line);
        if (!done) co_return done.error();
    }
    envelope_ = offered_->how == sasl::credentials::method::none;
    co_return std::move(*offered_);
}

task<result<void>> dialogue::refuse(const refusal& no) {
    auto text = refusal_reply(no, envelope_);
    co_return co_await client_.write(text);
}

task<result<entry>> dialogue::enter(stream& upstream, const sasl::credentials& who, bool starttls) {
    visitor client = {settings_, facts_, who, helo_, esmtp_, starttls};
    auto came = co_await log_in(upstream, client);
    if (!came) co_return came.error();
    said_behind_login_ = std::move(came->rest);
    co_return std::move(came->in);
}

// The upstream's answers to what we said for a login mean nothing to the client; its answer to the
// client's own RCPT does.
task<result<void>> dialogue::admit(const entry& in) {
    auto text = (envelope_ ? in.reply : "235 2.0.0 OK\r\n") + said_behind_login_;
    co_return co_await client_.write(text);
}

std::string dialogue::take_rest() { return lines_.buffered().take_rest(); }

task<result<void>> dialogue::greet() {
    if (std::exchange(greeted_, true)) co_return result<void>();
    if (auto pause = settings_.smtp.greeting_delay; pause.count() > 0) {
        auto quiet = co_await client_.quiet_for(pause);
        if (!quiet) co_return quiet.error();
        if (!*quiet) {
            auto said =
                co_await client_.write("503 5.5.0 Improper use of SMTP command pipelining\r\n");
            if (!said) co_return said;
            co_return errc::talked_early;
        }
    }
    auto text = "220 " + settings_.server_name + " ESMTP ready\r\n";
    co_return co_await client_.write(text);
}

// What cannot be a command any more is answered as one that is not known, and is the last.
task<result<std::string>> dialogue::next_line() {
    auto line = co_await lines_.line();
    if (!line && line.error() == errc::too_long) {
        auto said = co_await client_.write(invalid_command);
        if (!said) co_return said.error();
    }
    co_return line;
}

task<result<void>> dialogue::obey(std::string_view line) {
    auto cmd = parse_command(line);
    if (!cmd) co_return co_await garbage(line);
    auto counted = spent_.command();
    if (!counted) co_return counted;
    co_return co_await run(*cmd);
}

task<result<void>> dialogue::run(const command& cmd) {
    auto found = std::ranges::find(rules_, cmd.what, &rule::what);
    if (found == std::end(rules_)) co_return co_await client_.write(invalid_command);
    // RFC 3207 section 4.
    if (found->need == needs::privacy && must_start_tls())
        co_return co_await client_.write("530 5.7.0 Must issue a STARTTLS command first\r\n");
    co_return co_await (this->*found->run)(cmd);
}

// The last mistake is answered by the words that end the session.
task<result<void>> dialogue::garbage(std::string_view line) {
    if (text::is_http_request(line)) co_return errc::http_request;
    if (auto may = spent_.error(); !may) co_return may;
    co_return co_await client_.write(invalid_command);
}

task<result<void>> dialogue::on_helo(const command& cmd) {
    if (cmd.arguments.size() != 1) co_return co_await client_.write(invalid_argument);
    helo_ = cmd.arguments.front();
    mail_.reset();
    auto text = "250 " + settings_.server_name + "\r\n";
    co_return co_await client_.write(text);
}

task<result<void>> dialogue::on_ehlo(const command& cmd) {
    if (cmd.arguments.size() != 1) co_return co_await client_.write(invalid_argument);
    helo_ = cmd.arguments.front();
    esmtp_ = true;
    mail_.reset();
    auto offer = !may_start_tls()   ? starttls::none
                 : must_start_tls() ? starttls::awaited
                                    : starttls::offered;
    auto text = ehlo_reply(settings_, offer, !identities().empty());
    co_return co_await client_.write(text);
}

task<result<void>> dialogue::on_auth(const command& cmd) {
    auto& words = cmd.arguments;
    if (words.empty()) co_return co_await client_.write(invalid_argument);
    if (words.size() > 2) co_return co_await client_.write(invalid_command);
    std::optional<std::string_view> initial;
    if (words.size() == 2) initial = words[1];
    auto& may = settings_.smtp.auth;
    bool plain = may.contains(config::auth_method::plain);
    bool login = may.contains(config::auth_method::login);
    std::string challenge;
    if (may.contains(config::auth_method::cram_md5))
        challenge = facts_.new_challenge(settings_.server_name);
    sasl::exchange talk;
    auto first = talk.start(words[0], initial, plain, login, identities(), std::move(challenge));
    co_return co_await converse(talk, std::move(first));
}

std::string_view failure_reply(sasl::failure why) {
    switch (why) {
    // RFC 4954 section 4.
    case sasl::failure::cancelled: return "501 5.7.0 Authentication cancelled\r\n";
    case sasl::failure::bad_base64: return "501 5.5.2 Invalid base64 data\r\n";
    case sasl::failure::too_early: return "501 5.7.0 This mechanism begins with a challenge\r\n";
    case sasl::failure::not_theirs: return "535 5.7.8 Not a name of this certificate\r\n";
    case sasl::failure::unknown_mechanism:
    case sasl::failure::malformed: break;
    }
    return invalid_command;
}

task<result<void>> dialogue::converse(sasl::exchange& talk, sasl::step next) {
    while (auto* challenge = std::get_if<sasl::challenge>(&next)) {
        if (auto may = spent_.sasl_step(); !may) co_return may;
        auto prompt = "334 " + challenge->base64 + "\r\n";
        auto said = co_await client_.write(prompt);
        if (!said) co_return said;
        auto line = co_await next_line();
        if (!line) co_return line.error();
        auto counted = spent_.command();
        if (!counted) co_return counted;
        next = talk.respond(*line);
        wipe(*line);
    }
    if (auto* login = std::get_if<sasl::credentials>(&next)) {
        offered_ = std::move(*login);
        co_return result<void>();
    }
    co_return co_await client_.write(failure_reply(std::get<sasl::failure>(next)));
}

task<result<void>> dialogue::on_mail(const command& cmd) {
    if (!settings_.smtp.auth.contains(config::auth_method::none))
        co_return co_await client_.write("530 5.7.1 Authentication required\r\n");
    if (mail_) co_return co_await client_.write(bad_sequence);
    if (cmd.arguments.empty()) co_return co_await client_.write(invalid_argument);
    mail_ = cmd.text;
    co_return co_await client_.write(ok);
}

task<result<void>> dialogue::on_rcpt(const command& cmd) {
    if (!mail_) co_return co_await client_.write(bad_sequence);
    if (cmd.arguments.empty()) co_return co_await client_.write(invalid_argument);
    auto& offer = offered_.emplace();
    offer.how = sasl::credentials::method::none;
    offer.mechanism = "NONE";
    offer.helo = helo_;
    offer.mail_from = *mail_;
    offer.rcpt_to = cmd.text;
    co_return result<void>();
}

task<result<void>> dialogue::on_rset(const command&) {
    mail_.reset();
    co_return co_await client_.write(ok);
}

task<result<void>> dialogue::on_noop(const command&) { co_return co_await client_.write(ok); }

task<result<void>> dialogue::on_quit(const command&) {
    auto said = co_await client_.write("221 2.0.0 Bye\r\n");
    if (!said) co_return said;
    co_return errc::goodbye;
}

// RFC 3207 section 4.2: what was learnt in plain text is forgotten; section 6: what was said there
// behind STARTTLS must not count as if it came through TLS.
task<result<void>> dialogue::on_starttls(const command&) {
    if (!may_start_tls()) co_return co_await client_.write(invalid_command);
    if (!lines_.buffered().empty()) co_return errc::bytes_before_handshake;
    auto said = co_await client_.write("220 2.0.0 Start TLS\r\n");
    if (!said) co_return said;
    helo_.clear();
    mail_.reset();
    co_return co_await start_tls_with(settings_, client_);
}

std::vector<std::string> dialogue::identities() const {
    if (!settings_.smtp.auth.contains(config::auth_method::external)) return {};
    return sasl::identities_of(client_.tls(), settings_.tls.verify.identity);
}

bool dialogue::may_start_tls() const {
    return settings_.tls.starttls != config::starttls_mode::off && !client_.tls();
}

bool dialogue::must_start_tls() const {
    return settings_.tls.starttls == config::starttls_mode::only && !client_.tls();
}

}
