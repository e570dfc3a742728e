#include "protocols/imap/upstream.hpp"

#include "protocols/io/line_reader.hpp"
#include "protocols/text/ascii.hpp"
#include "protocols/text/joined.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace postern::imap {

namespace {

enum class answer { go_on, accepted, denied };

bool is_status(std::string_view line, std::string_view word) {
    return text::starts_with(line, word) &&
           (line.size() == word.size() || line[word.size()] == ' ');
}

// RFC 3501 section 4.3: what a quoted string holds as it is. A literal costs a round trip, so it is
// only for what servers are known to read in more ways than one.
bool may_be_quoted(std::string_view text) {
    auto plain = [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; };
    return text.size() <= 255 && std::ranges::all_of(text, plain);
}

std::string announce(std::size_t size) { return "{" + std::to_string(size) + "}\r\n"; }

// RFC 5530 section 3: the codes of a refusal that is not about the credentials and may pass.
bool is_temporary(std::string_view words) {
    auto begins = [words](std::string_view code) { return text::starts_with(words, code); };
    return begins("NO [UNAVAILABLE]") || begins("NO [INUSE]") || begins("NO [LIMIT]") ||
           begins("NO [SERVERBUG]");
}

bool has_nul(std::string_view text) { return text.find('\0') != std::string_view::npos; }

class login {
public:
    login(stream& server, std::string tag, std::size_t limit, bool starttls)
        : server_(server), lines_(server, limit), tag_(std::move(tag) + " "), limit_(limit),
          starttls_(starttls) {}

    task<result<entry>> run(const sasl::credentials& as) {
        auto greeted = co_await greeting();
        if (!greeted) co_return greeted.error();
        if (starttls_)
            if (auto safe = co_await switch_to_tls(); !safe) co_return safe.error();
        if (may_be_quoted(as.user) && may_be_quoted(as.password.reveal()))
            co_return co_await say_at_once(as);
        co_return co_await say_in_literals(as);
    }

private:
    // RFC 3501 section 7.1: OK, or PREAUTH for somebody who is not our user, or BYE.
    task<result<void>> greeting() {
        auto line = co_await next_line();
        if (!line) co_return line.error();
        if (is_status(*line, "* OK")) co_return boost::system::in_place_value;
        if (starttls_ && is_status(*line, "* PREAUTH")) co_return errc::no_starttls;
        co_return is_status(*line, "* BYE") ? errc::unavailable : errc::bad_reply;
    }

    // Whoever is on the way may speak until here: what comes before it is asked for, or behind the
    // answer, is not the server's.
    task<result<void>> switch_to_tls() {
        if (!lines_.buffered().empty()) co_return errc::bytes_before_handshake;
        auto tag = std::exchange(tag_, "tls ");
        secret command(tag_ + "STARTTLS\r\n");
        auto got = co_await say(command);
        tag_ = std::move(tag);
        if (!got) co_return got.error();
        if (*got == answer::denied) co_return errc::no_starttls;
        if (*got == answer::go_on) co_return errc::bad_reply;
        if (!lines_.buffered().empty()) co_return errc::bytes_before_handshake;
        prompts_ = 0;
        co_return co_await server_.start_tls();
    }

    task<result<entry>> say_at_once(const sasl::credentials& as) {
        auto command =
            text::joined({tag_, "LOGIN \"", as.user, "\" \"", as.password.reveal(), "\"\r\n"});
        auto got = co_await say(command);
        if (!got) co_return got.error();
        if (*got == answer::go_on) co_return errc::bad_reply;
        co_return give(*got == answer::accepted);
    }

    task<result<entry>> say_in_literals(const sasl::credentials& as) {
        auto user = text::joined({as.user, " ", announce(as.password.reveal().size())});
        auto password = text::joined({as.password.reveal(), "\r\n"});
        secret command(tag_ + "LOGIN " + announce(as.user.size()));
        auto got = co_await say(command);
        if (asks_for_more(got)) got = co_await say(user);
        if (!got) co_return got.error();
        if (*got == answer::denied) co_return give(false);
        if (prompts_ != 2) co_return errc::bad_reply; // accepted before all was said
        got = co_await say(password);
        if (!got) co_return got.error();
        if (*got == answer::go_on) co_return errc::bad_reply;
        co_return give(*got == answer::accepted);
    }

    // Sends one part of the command and reads on to its answer. Servers say other things between,
    // such as their capabilities; what they say before they accept is the client's to hear.
    task<result<answer>> say(const secret& part) {
        auto sent = co_await server_.write(part.reveal());
        if (!sent) co_return sent.error();
        heard_ = 0;
        between_.clear();
        for (;;) {
            auto line = co_await next_line();
            if (!line) co_return line.error();
            if (is_status(*line, "* BYE")) co_return errc::unavailable;
            if (line->starts_with("+")) co_return prompted(); // some send no space behind it
            if (line->starts_with(tag_)) co_return tagged(*line);
            if (!line->starts_with("* ")) co_return errc::bad_reply;
            between_ += *line + "\r\n";
        }
    }

    result<answer> tagged(const std::string& line) {
        auto words = std::string_view(line).substr(tag_.size());
        last_ = line + "\r\n";
        if (is_status(words, "OK")) return answer::accepted;
        if (is_status(words, "NO") || is_status(words, "BAD")) return answer::denied;
        return errc::bad_reply;
    }

    answer prompted() {
        ++prompts_;
        return answer::go_on;
    }

    bool asks_for_more(const result<answer>& got) const { return got && *got == answer::go_on; }

    task<result<std::string>> next_line() {
        auto line = co_await lines_.line();
        if (!line) co_return line.error() == errc::too_long ? errc::bad_reply : line.error();
        heard_ += line->size() + 2;
        if (heard_ > limit_ + 2) co_return errc::bad_reply;
        co_return line;
    }

    entry give(bool accepted) {
        entry out;
        out.accepted = accepted;
        out.temporary = !accepted && is_temporary(std::string_view(last_).substr(tag_.size()));
        out.reply = accepted ? between_ + last_ + lines_.buffered().take_rest() : last_;
        return out;
    }

    stream& server_;
    line_reader lines_;
    std::string tag_; // with its space
    std::string between_, last_;
    std::size_t limit_, heard_ = 0, prompts_ = 0;
    bool starttls_;
};

}

task<result<entry>> log_in(
    stream& server, std::string tag, const sasl::credentials& as, std::size_t limit, bool starttls
) {
    if (has_nul(as.user) || has_nul(as.password.reveal())) co_return errc::bad_reply;
    login one(server, std::move(tag), limit, starttls);
    co_return co_await one.run(as);
}

}
