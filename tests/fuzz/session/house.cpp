#include "tests/fuzz/session/house.hpp"

#include "gateway/lookup/auth_http.hpp"
#include "gateway/observe/access_line.hpp"
#include "gateway/observe/line.hpp"
#include "gateway/session/repeated.hpp"
#include "protocols/auth_http/response.hpp"
#include "protocols/budget.hpp"
#include "tests/fuzz/session/checks.hpp"
#include "tests/fuzz/session/memory.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace postern::fuzz {

namespace {

using boost::system::error_code;
using gateway::field;

std::vector<auth_http::field> fields_of(std::string_view bytes) {
    std::vector<auth_http::field> fields;
    while (!bytes.empty()) {
        auto line = bytes.substr(0, bytes.find('\n'));
        bytes.remove_prefix(std::min(line.size() + 1, bytes.size()));
        if (line.ends_with('\r')) line.remove_suffix(1);
        auto colon = std::min(line.find(':'), line.size());
        fields.push_back({line.substr(0, colon), line.substr(std::min(colon + 1, line.size()))});
    }
    return fields;
}

// All that a reason is made of.
constexpr std::string_view our_words =
    ": lookup said: upstream said: (words with the password in them) while logging in there "
    "lookup: did not answer no password nobody there kept answering WAIT";

error_code out_of_turn(config::mail_protocol p, bool at_starttls) {
    if (p == config::mail_protocol::smtp) return errc::bad_reply;
    if (at_starttls) return errc::bytes_before_handshake;
    return p == config::mail_protocol::pop3 ? errc::bad_reply : error_code();
}

// What one login comes to.
struct attempt {
    sasl::credentials login;
    refusal no = {};
    entry said = {};
    std::string unread = {}; // by the upstream, behind the login
    bool may_retry = false, is_replaced = false;
    error_code why = {};
};

class house {
public:
    house(const script& s, bool in_pieces)
        : s_(s), in_pieces_(in_pieces), client_(plan_of_client()) {
        seen_.session = "0123456789abcdef";
        seen_.client = s.who.address + ":4711";
        seen_.listener = "127.0.0.1:143";
        seen_.protocol = s.settings.protocol;
    }

    task<conversation> run();

private:
    pipe::plan plan_of_client() const;
    pipe::plan plan_of_upstream(config::upstream_tls) const;
    task<error_code> serve(dialogue&);
    task<> try_login(dialogue&, attempt&, std::size_t number);
    task<> follow(dialogue&, attempt&, auth_http::route&);
    auth_http::outcome look_up(const attempt&, std::size_t number);
    void remember(const sasl::credentials&);
    void keep(pipe& upstream);
    void fail(attempt&, error_code, std::string detail);
    void deny(attempt&, refusal, std::string_view by, std::string_view words);
    void log(std::string_view event, std::vector<field>, std::string_view words);

    const script& s_;
    bool in_pieces_;
    pipe client_;
    budget spent_{s_.settings.budget};
    gateway::record seen_;
    conversation all_;
    sasl::credentials told_; // what whoever was asked last was told
    std::size_t asked_ = 0, dialled_ = 0;
};

pipe::plan house::plan_of_client() const {
    pipe::plan out;
    out.flights = s_.client;
    out.limit = s_.settings.imap.client_buffer; // all three are the same
    out.end = s_.end;
    out.break_at = s_.client_breaks;
    if (in_pieces_) out.pieces = s_.pieces;
    out.talks_early = s_.talks_early;
    out.agreed = &s_.tls;
    return out;
}

pipe::plan house::plan_of_upstream(config::upstream_tls mode) const {
    static const tls::facts agreed{
        .protocol = "TLSv1.2", .cipher = {}, .server_name = {}, .alpn = {}};
    pipe::plan out;
    out.flights = s_.upstreams[dialled_];
    out.limit = s_.settings.proxy.buffer;
    out.end = s_.end;
    out.break_at = s_.upstream_breaks;
    if (in_pieces_) out.pieces = s_.pieces;
    out.is_upstream = true;
    out.out_of_turn = out_of_turn(s_.settings.protocol, false);
    out.out_of_turn_at_starttls = out_of_turn(s_.settings.protocol, true);
    out.agreed = &agreed;
    out.is_tls = mode == config::upstream_tls::on;
    return out;
}

// `words`: somebody else's among ours, which may not have the password in them.
void house::log(std::string_view event, std::vector<field> fields, std::string_view words) {
    uncounted ours_too;
    auto write = [&](std::string_view said) {
        gateway::line out(s_.style, {});
        out.add("event", event);
        for (auto& f : fields)
            out.add(f.key, f.value);
        out.add("said", said);
        return out.finish();
    };
    all_.log.push_back(write(words));
    auto ours = seen_.end.why.message() + std::string(our_words);
    check_log(all_.log.back(), write(ours), told_);
}

void house::remember(const sasl::credentials& login) {
    uncounted ours;
    told_ = login;
}

void house::keep(pipe& upstream) {
    uncounted ours;
    for (auto& text : upstream.said)
        all_.to_upstream.push_back(std::move(text));
    upstream.said = {};
}

void house::fail(attempt& a, error_code why, std::string detail) {
    a.no.why = refusal::kind::unavailable;
    a.why = why;
    seen_.detail = std::move(detail);
    log("failed",
        {
            {"user",  seen_.user   },
            {"error", why.message()}
    },
        seen_.detail);
}

void house::deny(attempt& a, refusal no, std::string_view by, std::string_view words) {
    a.no = std::move(no);
    a.why = errc::refused;
    words = gateway::fit_for_log(words, a.login);
    seen_.detail = std::string(by) + " said: " + std::string(words);
    log("login refused",
        {
            {"user", seen_.user}
    },
        words);
}

auth_http::outcome house::look_up(const attempt& a, std::size_t number) {
    static const std::vector<std::pair<std::string, std::string>> extra = {
        {"X-Auth-Key", "k"}
    };
    auth_http::question asked{
        "lookup.example.org",
        a.login,
        s_.settings.protocol,
        number,
        s_.who.address,
        s_.who.host,
        client_.tls(),
        extra,
        true};
    auto lines = auth_http::request_headers(asked);
    uncounted ours;
    check_request(lines, a.login);
    auto& request = all_.to_lookup.emplace_back();
    for (auto& l : lines)
        request.append(l.name).append(": ").append(l.value.reveal()).append("\n");
    if (asked_ == s_.answers.size()) return auth_http::broken{"did not answer"};
    return auth_http::read_response(fields_of(s_.answers[asked_++]), s_.settings.protocol);
}

task<> house::follow(dialogue& talk, attempt& a, auth_http::route& to) {
    auto& settings = s_.settings;
    if (!to.user.empty()) a.login.user = to.user;
    seen_.upstream_user = to.user;
    bool is_envelope = a.login.how == sasl::credentials::method::none;
    bool tells = settings.protocol != config::mail_protocol::smtp ||
                 (settings.proxy.smtp_auth && !is_envelope);
    if (!a.login.has_password() && tells && (!to.password || to.password->empty()))
        co_return fail(a, errc::bad_reply, "no password");
    a.is_replaced = to.password.has_value();
    if (to.password) a.login.password = *to.password;
    remember(a.login);
    if (dialled_ == s_.upstreams.size()) co_return fail(a, errc::unavailable, "nobody there");
    auto mode = to.tls.value_or(settings.proxy.tls.mode);
    pipe upstream(plan_of_upstream(mode));
    ++dialled_;
    bool starttls = mode == config::upstream_tls::starttls;
    auto said = co_await talk.enter(upstream, a.login, starttls);
    check_said_to_upstream(s_, upstream, a.login, starttls);
    keep(upstream);
    if (!said) co_return fail(a, said.error(), "while logging in there");
    a.said = std::move(*said);
    if (a.said.accepted) a.unread = upstream.take_unread();
    if (a.said.accepted) co_return;
    refusal no;
    no.why = refusal::kind::denied;
    no.temporary = a.said.temporary;
    bool repeats = a.is_replaced && gateway::repeats_password(a.said.reply, a.login);
    if (settings.proxy.pass_error_message && !repeats) no.text = a.said.reply;
    deny(a, std::move(no), "upstream", a.said.reply);
    a.may_retry = true;
}

task<> house::try_login(dialogue& talk, attempt& a, std::size_t number) {
    auto found = look_up(a, number);
    for (int waits = 0; std::holds_alternative<auth_http::wait>(found); ++waits) {
        if (waits == gateway::auth_http_lookup::most_waits)
            co_return fail(a, errc::unavailable, "kept answering WAIT");
        found = look_up(a, number);
    }
    // It may quote the server that it was told, and whoever calls a server like a password is lost.
    if (auto* broken = std::get_if<auth_http::broken>(&found)) {
        bool repeats = gateway::repeats_password(broken->reason, a.login);
        co_return fail(a, errc::bad_reply, repeats ? "" : "lookup: " + broken->reason);
    }
    if (auto* to = std::get_if<auth_http::route>(&found)) co_return co_await follow(talk, a, *to);
    auto& said = std::get<auth_http::denial>(found);
    refusal no;
    no.text = said.text;
    no.code = said.code;
    a.may_retry = said.wait.count() > 0;
    deny(a, std::move(no), "lookup", said.text);
}

task<error_code> house::serve(dialogue& talk) {
    for (std::size_t tries = 1;; ++tries) {
        auto login = co_await talk.ask();
        if (!login) co_return login.error();
        check_offer(s_, *login, client_.tls());
        seen_.user = login->user;
        seen_.mechanism = login->mechanism;
        seen_.detail.clear();
        remember(*login);
        attempt a{std::move(*login)};
        co_await try_login(talk, a, tries);
        if (a.said.accepted) {
            check_said_to_client(s_, client_.said);
            auto told = co_await talk.admit(a.said);
            if (!told) co_return told.error();
            all_.admitted = client_.said.back() + a.unread;
            client_.said.pop_back();
            all_.handed_over = talk.take_rest() + client_.take_unread();
            co_return error_code();
        }
        auto told = co_await talk.refuse(a.no);
        if (!told) co_return told.error();
        if (!a.may_retry) co_return a.why;
        if (auto again = spent_.failed_login(); !again) co_return again.error();
        seen_.detail.clear();
    }
}

task<conversation> house::run() {
    auto talk = make_dialogue(s_.settings, client_, s_.who, spent_);
    seen_.end.why = co_await serve(*talk);
    check_said_to_client(s_, client_.said);
    log("end", gateway::login_fields(seen_, client_.tls()), gateway::reason_of(seen_));
    all_.to_client = std::move(client_.said);
    all_.end = seen_.end.why;
    co_return std::move(all_);
}

}

conversation play(const script& s, bool in_pieces) {
    static boost::asio::io_context loop;
    loop.restart();
    conversation out;
    std::exception_ptr thrown;
    bool done = false;
    house one(s, in_pieces);
    boost::asio::co_spawn(loop, one.run(), [&](std::exception_ptr e, conversation all) {
        thrown = e;
        out = std::move(all);
        done = true;
    });
    loop.run();
    require(!thrown && done, "a session ends, by a value");
    return out;
}

}
