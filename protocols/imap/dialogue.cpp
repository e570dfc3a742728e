#include "protocols/imap/dialogue.hpp"

#include "protocols/client_certificate.hpp"
#include "protocols/imap/capability.hpp"
#include "protocols/imap/reply.hpp"
#include "protocols/imap/upstream.hpp"
#include "protocols/sasl/external.hpp"
#include "protocols/text/http.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace postern::imap {

using config::starttls_mode;

struct dialogue::rule {
    verb what;
    bool is_login; // must wait for TLS under starttls = only
    task<result<void>> (dialogue::*run)(const command&);
};

const dialogue::rule dialogue::rules_[] = {
    {verb::capability,   false, &dialogue::on_capability  },
    {verb::noop,         false, &dialogue::on_noop        },
    {verb::logout,       false, &dialogue::on_logout      },
    {verb::id,           false, &dialogue::on_id          },
    {verb::starttls,     false, &dialogue::on_starttls    },
    {verb::login,        true,  &dialogue::on_login       },
    {verb::authenticate, true,  &dialogue::on_authenticate},
};

dialogue::dialogue(
    const config::server_settings& server, stream& client, const client_facts& facts, budget& spent
)
    : server_(server), client_(client), facts_(facts), spent_(spent),
      framer_(server.imap.client_buffer) {}

task<result<sasl::credentials>> dialogue::ask() {
    if (!greeted_) {
        auto said = co_await client_.write(greeting);
        if (!said) co_return said.error();
        greeted_ = true;
    }
    offered_.reset();
    while (!offered_) {
        auto next = co_await next_event(true);
        if (!next) co_return next.error();
        auto done = co_await obey(*next);
        if (!done) co_return done.error();
    }
    auto login = std::exchange(offered_, std::nullopt);
    co_return std::move(*login);
}

task<result<void>> dialogue::refuse(const refusal& no) {
    auto tag = std::exchange(tag_, "*");
    if (no.why == refusal::kind::unavailable) co_return co_await client_.write(internal_error);
    if (no.why == refusal::kind::denied) co_return co_await say(denied(tag, no.text, no.temporary));
    co_return co_await say(failed(tag, no.text));
}

task<result<entry>> dialogue::enter(stream& upstream, const sasl::credentials& as, bool starttls) {
    co_return co_await log_in(upstream, tag_, as, server_.proxy.buffer, starttls);
}

// The upstream used the client's tag, so its words are the client's answer.
task<result<void>> dialogue::admit(const entry& in) { co_return co_await client_.write(in.reply); }

std::string dialogue::take_rest() { return framer_.take_rest(); }

task<result<dialogue::event>> dialogue::next_event(bool is_command) {
    for (;;) {
        auto next = is_command ? framer_.next() : framer_.next_line();
        if (auto may = spent_.literals(framer_.literals()); !may) co_return may.error();
        if (next) co_return std::move(*next);
        auto bytes = co_await client_.read(framer_.room());
        if (!bytes) co_return bytes.error();
        framer_.add(*bytes); // before the next suspension: the bytes are only lent
        if (auto room = spent_.hold(framer_.memory()); !room) co_return room.error();
    }
}

task<result<void>> dialogue::obey(const event& next) {
    using enum event::kind;
    if (next.what == too_long) co_return co_await give_up(tag_of(next.text.reveal()));
    if (next.what == wants_literal) co_return co_await consider_literal(next);
    if (next.what == literal_too_long) co_return co_await count_error(tag_of(next.text.reveal()));
    auto parsed = parse(next.text.reveal());
    if (auto bad = std::get_if<not_a_command>(&parsed)) {
        if (text::is_http_request(next.text.reveal())) co_return errc::http_request;
        co_return co_await count_error(bad->tag);
    }
    auto& said = std::get<imap::command>(parsed);
    tag_ = said.tag;
    co_return co_await run(said);
}

// A "+" invites the client to go on, so it is not said where the command will be refused anyway:
// what follows may be a password in plain text.
task<result<void>> dialogue::consider_literal(const event& start) {
    auto parsed = parse_start(start.text.reveal());
    if (auto bad = std::get_if<not_a_command>(&parsed)) {
        framer_.refuse_literal();
        co_return co_await count_error(bad->tag);
    }
    tag_ = tag_of(start.text.reveal());
    auto counted = co_await count_command(); // or empty literals would make a command without end
    if (!counted) co_return counted.error();
    if (std::get<verb>(parsed) != verb::login || may_log_in())
        co_return co_await client_.write(continuation);
    framer_.refuse_literal();
    co_return co_await invalid(tag_);
}

task<result<void>> dialogue::run(const command& said) {
    auto counted = co_await count_command();
    if (!counted) co_return counted.error();
    auto found = std::ranges::find(rules_, said.what, &rule::what);
    bool must_wait =
        found->is_login && server_.tls.starttls == starttls_mode::only && !client_.tls();
    if (must_wait) co_return co_await invalid(said.tag);
    co_return co_await (this->*found->run)(said);
}

// The end of the command is lost, so nothing that comes can be understood.
task<result<void>> dialogue::give_up(std::string tag) {
    auto said = co_await invalid(std::move(tag));
    if (!said) co_return said.error();
    co_return errc::too_long;
}

task<result<void>> dialogue::count_command() {
    auto may = spent_.command();
    if (may) co_return may;
    auto said = co_await invalid(tag_);
    if (!said) co_return said.error();
    co_return may.error();
}

task<result<void>> dialogue::count_error(std::string tag) {
    auto said = co_await invalid(std::move(tag));
    if (!said) co_return said.error();
    co_return spent_.error();
}

task<result<void>> dialogue::invalid(std::string tag) {
    co_return co_await say(imap::invalid(tag));
}

task<result<void>> dialogue::on_capability(const command& said) {
    auto text = capability_line(server_, client_.tls() != nullptr, !identities().empty()) +
                completed(said.tag);
    co_return co_await client_.write(text);
}

task<result<void>> dialogue::on_noop(const command& said) {
    co_return co_await say(completed(said.tag));
}

task<result<void>> dialogue::on_logout(const command& said) {
    auto told = co_await say("* BYE\r\n" + completed(said.tag));
    if (!told) co_return told.error();
    co_return errc::goodbye;
}

// RFC 2971 section 3: a server may answer that it has nothing to say about itself.
task<result<void>> dialogue::on_id(const command& said) {
    co_return co_await say("* ID NIL\r\n" + completed(said.tag));
}

// RFC 2595 section 3.1: nothing said in the clear may count after the handshake.
task<result<void>> dialogue::on_starttls(const command& said) {
    if (server_.tls.starttls == starttls_mode::off || client_.tls())
        co_return co_await invalid(said.tag);
    if (!framer_.empty()) co_return errc::bytes_before_handshake;
    auto told = co_await say(completed(said.tag));
    if (!told) co_return told.error();
    tag_ = "*";
    co_return co_await start_tls_with(server_, client_);
}

task<result<void>> dialogue::on_login(const command& said) {
    auto& args = said.args;
    if (!may_log_in() || args.size() != 2 || args[0].empty()) co_return co_await invalid(said.tag);
    sasl::credentials login;
    login.mechanism = "LOGIN";
    login.user = args[0].reveal();
    login.password = args[1];
    offered_ = std::move(login);
    co_return boost::system::in_place_value;
}

// RFC 3501 section 6.2.2, with the initial response of RFC 4959.
task<result<void>> dialogue::on_authenticate(const command& said) {
    using enum config::auth_method;
    auto& args = said.args;
    if (args.empty() || args.size() > 2) co_return co_await invalid(said.tag);
    std::optional<std::string_view> initial;
    if (args.size() == 2) initial = args[1].reveal();
    std::string challenge;
    if (allows(cram_md5)) challenge = facts_.new_challenge(server_.server_name);
    auto step = exchange_.start(
        args[0].reveal(), initial, allows(plain), allows(login), identities(), std::move(challenge)
    );
    while (std::holds_alternative<sasl::challenge>(step)) {
        auto next = co_await converse(std::get<sasl::challenge>(step));
        if (!next) co_return next.error();
        step = std::move(*next);
    }
    if (auto login_ = std::get_if<sasl::credentials>(&step)) {
        offered_ = std::move(*login_);
        co_return boost::system::in_place_value;
    }
    auto why = std::get<sasl::failure>(step);
    if (why == sasl::failure::cancelled) co_return co_await say(cancelled(said.tag));
    if (why == sasl::failure::not_theirs) co_return co_await say(not_theirs(said.tag));
    co_return co_await invalid(said.tag);
}

// One challenge and the client's response. A response counts as a command.
task<result<sasl::step>> dialogue::converse(sasl::challenge asked) {
    if (auto may = spent_.sasl_step(); !may) co_return may.error();
    auto told = co_await say("+ " + asked.base64 + "\r\n");
    if (!told) co_return told.error();
    auto line = co_await next_event(false);
    if (!line) co_return line.error();
    if (line->what == event::kind::too_long) {
        auto ended = co_await give_up(tag_);
        co_return ended.error();
    }
    auto counted = co_await count_command();
    if (!counted) co_return counted.error();
    co_return exchange_.respond(line->text.reveal());
}

bool dialogue::allows(config::auth_method one) const { return server_.imap.auth.contains(one); }

std::vector<std::string> dialogue::identities() const {
    if (!allows(config::auth_method::external)) return {};
    return sasl::identities_of(client_.tls(), server_.tls.verify.identity);
}

// The LOGIN command counts as PLAIN: both show the password to whoever listens.
bool dialogue::may_log_in() const {
    bool must_wait = server_.tls.starttls == starttls_mode::only && !client_.tls();
    return allows(config::auth_method::plain) && !must_wait;
}

task<result<void>> dialogue::say(std::string text) { co_return co_await client_.write(text); }

}
