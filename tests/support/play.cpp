#include "tests/support/play.hpp"

#include "protocols/budget.hpp"
#include "protocols/last_words.hpp"
#include "tests/support/run.hpp"

#include <algorithm>
#include <string_view>

namespace postern::test {

namespace {

using kind = step::kind;

// The word that transcripts use for an error.
std::string reason(boost::system::error_code e) {
    struct row {
        errc code;
        const char* word;
    };
    constexpr row rows[] = {
        {errc::closed,                 "closed"                },
        {errc::too_long,               "too_long"              },
        {errc::bytes_before_handshake, "bytes_before_handshake"},
        {errc::too_many_errors,        "too_many_errors"       },
        {errc::too_many_commands,      "too_many_commands"     },
        {errc::too_many_sasl_steps,    "too_many_sasl_steps"   },
        {errc::too_many_literals,      "too_many_literals"     },
        {errc::http_request,           "http_request"          },
        {errc::goodbye,                "goodbye"               },
        {errc::refused,                "refused"               },
        {errc::bad_reply,              "bad_reply"             },
        {errc::unavailable,            "unavailable"           },
        {errc::tls_failed,             "tls_failed"            },
        {errc::no_starttls,            "no_starttls"           },
        {errc::no_certificate,         "no_certificate"        },
        {errc::bad_certificate,        "bad_certificate"       },
    };
    for (auto& row : rows)
        if (e == row.code) return row.word;
    return e.message();
}

std::string said(const sasl::credentials& who) {
    if (who.how == sasl::credentials::method::none)
        return who.helo + " | " + who.mail_from + " | " + who.rcpt_to;
    return who.user + (who.password.empty() ? "" : " " + std::string(who.password.reveal()));
}

// "<1.0@mail.example.org>", then "<2.0@mail.example.org>": none comes twice in a conversation.
int challenges = 0;
std::string next_challenge(std::string_view server) {
    return "<" + std::to_string(++challenges) + ".0@" + std::string(server) + ">";
}

// The words of an `answer:` for refuse(): "no words", "no (454 4.7.0) words", "denied a1 NO x".
refusal refusal_of(std::string_view answer) {
    refusal out;
    auto space = std::min(answer.find(' '), answer.size());
    auto word = answer.substr(0, space);
    auto words = answer.substr(std::min(space + 1, answer.size()));
    out.why = word == "denied"        ? refusal::kind::denied
              : word == "unavailable" ? refusal::kind::unavailable
                                      : refusal::kind::bad_login;
    if (words.starts_with('(')) {
        auto close = words.find(')');
        out.code = words.substr(1, close - 1);
        words.remove_prefix(std::min(close + 2, words.size()));
    }
    out.text = words;
    if (out.why == refusal::kind::denied && !words.empty()) out.text += "\r\n";
    return out;
}

entry entry_of(std::string_view words) {
    entry out;
    out.accepted = true;
    out.reply = std::string(words) + "\r\n";
    return out;
}

// The gateway's part in a transcript.
class player {
public:
    player(scripted_stream& client, dialogue& talk, config::mail_protocol protocol)
        : client_(client), talk_(talk), protocol_(protocol) {}

    // Until the script or the dialogue ends; the error is the dialogue's.
    task<boost::system::error_code> run() {
        for (;;) {
            auto login = co_await talk_.ask();
            if (!login) co_return co_await leave(login.error());
            last = *login;
            if (!is_expected(*login)) co_return boost::system::error_code();
            auto answer = client_.other();
            if (!answer) co_return boost::system::error_code();
            if (answer->what != kind::answer) co_return complain("no answer: to the login");
            auto words = answer->text.substr(0, answer->text.size() - 2);
            client_.pass();
            if (words.starts_with("yes ")) co_return co_await let_in(words.substr(4));
            auto no = refusal_of(words);
            auto told = co_await talk_.refuse(no);
            if (!told) co_return told.error();
            if (no.why == refusal::kind::unavailable) co_return boost::system::error_code();
        }
    }

    std::string wrong;
    sasl::credentials last; // what the dialogue offered

private:
    task<boost::system::error_code> leave(boost::system::error_code why) {
        auto words = last_words(protocol_, why);
        if (words.empty()) co_return why;
        auto told = co_await client_.write(words);
        co_return told ? why : told.error();
    }

    bool is_expected(const sasl::credentials& who) {
        auto step = client_.other();
        bool none = who.how == sasl::credentials::method::none;
        if (!step || step->what != (none ? kind::envelope : kind::login) ||
            step->text != said(who)) {
            complain("login offered: " + said(who));
            return false;
        }
        client_.pass();
        return true;
    }

    task<boost::system::error_code> let_in(std::string words) {
        auto in = entry_of(words);
        auto told = co_await talk_.admit(in);
        if (!told) co_return told.error();
        auto rest = talk_.take_rest();
        auto step = client_.other();
        rest += client_.take_unread();
        auto wanted = step && step->what == kind::rest ? step->text : std::string();
        if (rest != wanted) complain("bytes behind the login: \"" + rest + "\"");
        if (step && step->what == kind::rest) client_.pass();
        co_return boost::system::error_code();
    }

    boost::system::error_code complain(std::string what) {
        if (wrong.empty()) wrong = std::move(what);
        return {};
    }

    scripted_stream& client_;
    dialogue& talk_;
    config::mail_protocol protocol_;
};

// Looks whether the script ended the way the dialogue did.
std::string compare_end(scripted_stream& stream, boost::system::error_code error, kind last) {
    if (!stream.surprise.empty()) return stream.surprise;
    auto step = stream.other();
    bool written = step && step->what == last;
    if (written && step->text != reason(error)) return "ended: " + reason(error);
    if (error && !written) return "ended, unasked: " + reason(error);
    if (written) stream.pass();
    return stream.finished() ? "" : "stopped before the script did";
}

task<result<entry>> log_in(
    scripted_stream& client,
    dialogue& talk,
    scripted_stream& upstream,
    std::string who,
    bool starttls
) {
    player gateway(client, talk, config::mail_protocol::imap);
    co_await gateway.run();
    auto as = gateway.last;
    auto space = std::min(who.find(' '), who.size());
    if (!who.empty()) as.user = who.substr(0, space);
    if (!who.empty()) as.password = secret(who.substr(std::min(space + 1, who.size())));
    co_return co_await talk.enter(upstream, as, starttls);
}

// Lines as a `result:` writes them: "a | b".
std::string joined(std::string lines) {
    while (lines.ends_with("\r\n"))
        lines.resize(lines.size() - 2);
    for (auto at = lines.find("\r\n"); at != std::string::npos; at = lines.find("\r\n"))
        lines.replace(at, 2, " | ");
    return lines;
}

// Runs `play_it` whole, byte by byte, and broken at each call.
template <class F> std::string judge(const transcript& script, F play_it) {
    manner how;
    auto whole = play_it(how);
    if (!whole.wrong.empty()) return whole.wrong;
    how.piece = 1;
    if (!script.whole_only)
        if (auto pieces = play_it(how); !pieces.wrong.empty())
            return "byte by byte: " + pieces.wrong;
    how.piece = 0;
    for (how.break_at = 1; how.break_at <= whole.calls; ++how.break_at)
        if (auto ended = play_it(how); ended.error != broken())
            return "broken at call " + std::to_string(how.break_at) + " it ended with " +
                   (ended.error ? ended.error.message() : "success");
    return "";
}

}

outcome play(
    const transcript& script, config::mail_protocol protocol, const dialogue_maker& make, manner how
) {
    auto settings = settings_of(script, protocol);
    challenges = 0;
    client_facts facts{.address = "192.0.2.7", .new_challenge = next_challenge};
    budget spent(settings.budget);
    scripted_stream client(script, how);
    auto talk = make(settings, client, facts, spent);
    player gateway(client, *talk, protocol);
    outcome out;
    out.error = run(gateway.run());
    out.wrong = gateway.wrong.empty() ? compare_end(client, out.error, kind::end) : gateway.wrong;
    out.calls = client.calls();
    return out;
}

outcome play_upstream(
    const transcript& script,
    config::mail_protocol protocol,
    const dialogue_maker& make,
    const transcript& before,
    manner how
) {
    auto settings = settings_of(script, protocol);
    client_facts facts{.address = "192.0.2.7"};
    budget spent(settings.budget);
    scripted_stream client(before);
    scripted_stream upstream(script, how, kind::server);
    auto talk = make(settings, client, facts, spent);
    bool starttls = settings.proxy.tls.mode == config::upstream_tls::starttls;
    auto in = run(log_in(client, *talk, upstream, script.enter, starttls));
    outcome out;
    out.calls = upstream.calls();
    if (!in) {
        out.error = in.error();
        out.wrong = compare_end(upstream, out.error, kind::result);
        return out;
    }
    auto step = upstream.other();
    auto unread = upstream.take_unread();
    auto word = in->accepted ? "accepted " : in->temporary ? "deferred " : "denied ";
    auto got = word + joined(in->reply + unread);
    if (!upstream.surprise.empty())
        out.wrong = upstream.surprise;
    else if (!step || step->what != kind::result || step->text != got)
        out.wrong = "entry: " + got;
    return out;
}

std::string verdict(
    const transcript& script, config::mail_protocol protocol, const dialogue_maker& make
) {
    return judge(script, [&](manner how) { return play(script, protocol, make, how); });
}

std::string verdict_upstream(
    const transcript& script,
    config::mail_protocol protocol,
    const dialogue_maker& make,
    const transcript& before
) {
    return judge(script, [&](manner how) {
        return play_upstream(script, protocol, make, before, how);
    });
}

}
