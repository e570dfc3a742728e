#include "protocols/pop3/dialogue.hpp"

#include "protocols/client_certificate.hpp"
#include "protocols/pop3/capability.hpp"
#include "protocols/pop3/reply.hpp"
#include "protocols/pop3/upstream.hpp"
#include "protocols/sasl/external.hpp"
#include "protocols/text/http.hpp"

#include <algorithm>
#include <iterator>
#include <utility>
#include <variant>

namespace postern::pop3 {
namespace {

constexpr std::string_view invalid_command = "-ERR invalid command\r\n";

enum class when { always, start, named }; // named: USER was said
enum class needs { nothing, privacy };    // privacy: TLS, if starttls is "only"

}

struct dialogue::rule {
    verb what;
    when at;
    needs need;
    task<result<void>> (dialogue::*run)(const command&);
};

const dialogue::rule dialogue::rules_[] = {
    {verb::capa, when::always, needs::nothing, &dialogue::on_capa},
    {verb::noop, when::always, needs::nothing, &dialogue::on_noop},
    {verb::quit, when::always, needs::nothing, &dialogue::on_quit},
    {verb::stls, when::start,  needs::nothing, &dialogue::on_stls},
    {verb::user, when::start,  needs::privacy, &dialogue::on_user},
    {verb::pass, when::named,  needs::privacy, &dialogue::on_pass},
    {verb::apop, when::start,  needs::privacy, &dialogue::on_apop},
    {verb::auth, when::start,  needs::privacy, &dialogue::on_auth},
};

dialogue::dialogue(
    const config::server_settings& settings,
    stream& client,
    const client_facts& facts,
    budget& spent
)
    : settings_(settings), client_(client), facts_(facts), spent_(spent),
      lines_(client, settings.pop3.client_buffer, &spent) {}

task<result<sasl::credentials>> dialogue::ask() {
    if (auto said = co_await greet(); !said) co_return said.error();
    user_.reset();
    offered_.reset();
    while (!offered_) {
        auto line = co_await next_line();
        if (!line) co_return line.error();
        auto done = co_await obey(*line);
        wipe(*line);
        if (!done) co_return done.error();
    }
    co_return std::move(*offered_);
}

// RFC 1939 section 7: a challenge in the greeting is how APOP is announced, so where that is not
// enabled there is none. It is this connection's for all that try; those of AUTH are fresh.
task<result<void>> dialogue::greet() {
    if (std::exchange(greeted_, true)) co_return result<void>();
    std::string text = "+OK POP3 ready";
    if (settings_.pop3.auth.contains(config::auth_method::apop)) {
        challenge_ = facts_.new_challenge(settings_.server_name);
        text += " " + challenge_;
    }
    text += "\r\n";
    co_return co_await client_.write(text);
}

task<result<void>> dialogue::refuse(const refusal& no) {
    auto line = refusal_line(no);
    co_return co_await client_.write(line);
}

task<result<entry>> dialogue::enter(stream& upstream, const sasl::credentials& who, bool starttls) {
    return log_in(upstream, settings_.proxy.buffer, who, starttls);
}

task<result<void>> dialogue::admit(const entry& in) { co_return co_await client_.write(in.reply); }

std::string dialogue::take_rest() { return lines_.buffered().take_rest(); }

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
    auto state = user_ ? when::named : when::start;
    if (found == std::end(rules_) || (found->at != when::always && found->at != state))
        co_return co_await invalid();
    if (found->need == needs::privacy && must_start_tls()) co_return co_await invalid();
    co_return co_await (this->*found->run)(cmd);
}

// Every mistake takes a USER back: its PASS must follow at once.
task<result<void>> dialogue::invalid() {
    user_.reset();
    co_return co_await client_.write(invalid_command);
}

// The last mistake is answered by the words that end the session.
task<result<void>> dialogue::garbage(std::string_view line) {
    if (text::is_http_request(line)) co_return errc::http_request;
    if (auto may = spent_.error(); !may) co_return may;
    co_return co_await invalid();
}

task<result<void>> dialogue::on_capa(const command&) {
    auto offer = user_ || !may_start_tls() ? stls::none
                 : must_start_tls()        ? stls::awaited
                                           : stls::offered;
    auto text = capa_reply(settings_.pop3, offer, !identities().empty());
    co_return co_await client_.write(text);
}

task<result<void>> dialogue::on_noop(const command&) {
    co_return co_await client_.write("+OK\r\n");
}

task<result<void>> dialogue::on_quit(const command&) {
    auto said = co_await client_.write("+OK\r\n");
    if (!said) co_return said;
    co_return errc::goodbye;
}

// RFC 2595 section 3.1: what was said in plain text behind STLS must not count as if it came
// through TLS.
task<result<void>> dialogue::on_stls(const command&) {
    if (!may_start_tls()) co_return co_await invalid();
    if (!lines_.buffered().empty()) co_return errc::bytes_before_handshake;
    auto said = co_await client_.write("+OK\r\n");
    if (!said) co_return said;
    co_return co_await start_tls_with(settings_, client_);
}

task<result<void>> dialogue::on_user(const command& cmd) {
    if (cmd.arguments.empty() || !allows_login(settings_.pop3)) co_return co_await invalid();
    user_ = cmd.arguments.front();
    co_return co_await client_.write("+OK\r\n");
}

task<result<void>> dialogue::on_pass(const command& cmd) {
    if (cmd.arguments.empty()) co_return co_await invalid();
    auto& login = offered_.emplace();
    login.mechanism = "USER";
    login.user = std::move(*user_);
    login.password = secret(cmd.arguments.front());
    co_return result<void>();
}

task<result<void>> dialogue::on_apop(const command& cmd) {
    auto& words = cmd.arguments;
    if (challenge_.empty() || words.size() != 2 || !sasl::is_digest(words[1]))
        co_return co_await invalid();
    auto& login = offered_.emplace();
    login.how = sasl::credentials::method::apop;
    login.mechanism = "APOP";
    login.user = words[0];
    login.password = secret(words[1]);
    login.challenge = challenge_;
    co_return result<void>();
}

task<result<void>> dialogue::on_auth(const command& cmd) {
    auto& words = cmd.arguments;
    if (words.empty()) {
        auto text = auth_list_reply(settings_.pop3, !identities().empty());
        co_return co_await client_.write(text);
    }
    if (words.size() > 2) co_return co_await invalid();
    std::optional<std::string_view> initial;
    if (words.size() == 2) initial = words[1];
    auto& may = settings_.pop3;
    std::string challenge;
    if (may.auth.contains(config::auth_method::cram_md5))
        challenge = facts_.new_challenge(settings_.server_name);
    sasl::exchange talk;
    auto first = talk.start(
        words[0], initial, allows_plain(may), allows_login(may), identities(), std::move(challenge)
    );
    co_return co_await converse(talk, std::move(first));
}

task<result<void>> dialogue::converse(sasl::exchange& talk, sasl::step next) {
    while (auto* challenge = std::get_if<sasl::challenge>(&next)) {
        if (auto may = spent_.sasl_step(); !may) co_return may;
        auto prompt = "+ " + challenge->base64 + "\r\n";
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
    // RFC 5034 section 4: a cancelled exchange is answered with -ERR, as every failed one.
    auto why = std::get<sasl::failure>(next);
    if (why == sasl::failure::cancelled)
        co_return co_await client_.write("-ERR authentication cancelled\r\n");
    if (why == sasl::failure::not_theirs)
        co_return co_await client_.write("-ERR not a name of this certificate\r\n");
    co_return co_await invalid();
}

std::vector<std::string> dialogue::identities() const {
    if (!settings_.pop3.auth.contains(config::auth_method::external)) return {};
    return sasl::identities_of(client_.tls(), settings_.tls.verify.identity);
}

bool dialogue::may_start_tls() const {
    return settings_.tls.starttls != config::starttls_mode::off && !client_.tls();
}

bool dialogue::must_start_tls() const {
    return settings_.tls.starttls == config::starttls_mode::only && !client_.tls();
}

}
