#include "protocols/pop3/upstream.hpp"

#include "protocols/io/line_reader.hpp"
#include "protocols/text/ascii.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace postern::pop3 {
namespace {

// USER has one argument, which servers trim or split at spaces as they like.
bool fits_user(std::string_view name) {
    auto is_control = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; };
    return !name.empty() && name.front() != ' ' && name.back() != ' ' &&
           std::ranges::none_of(name, is_control);
}

// As nginx: the word may run into the text.
bool is_ok(std::string_view line) { return line.starts_with("+OK"); }
bool is_refusal(std::string_view line) { return line.starts_with("-ERR"); }

// Sends one command and reads the line that answers it. An answer that is there before the question
// would be taken for that of the next one, so nothing may be waiting.
task<result<std::string>> ask(
    stream& upstream, line_reader& lines, std::string_view verb, std::string_view argument
) {
    if (!lines.buffered().empty()) co_return errc::bad_reply;
    std::string command;
    command.reserve(verb.size() + argument.size() + 3); // no copy of a password is left behind
    command.append(verb).append(" ").append(argument).append("\r\n");
    auto sent = co_await upstream.write(command);
    wipe(command);
    if (!sent) co_return sent.error();
    auto line = co_await lines.line();
    if (line && !is_ok(*line) && !is_refusal(*line)) co_return errc::bad_reply;
    co_return line;
}

// RFC 2595 section 4. Whoever is on the way may speak until here: what comes before it is asked
// for, or behind the answer, is not the server's.
task<result<void>> switch_to_tls(stream& upstream, line_reader& lines) {
    if (!lines.buffered().empty()) co_return errc::bytes_before_handshake;
    if (auto sent = co_await upstream.write("STLS\r\n"); !sent) co_return sent.error();
    auto line = co_await lines.line();
    if (!line) co_return line.error();
    if (is_refusal(*line)) co_return errc::no_starttls;
    if (!is_ok(*line)) co_return errc::bad_reply;
    if (!lines.buffered().empty()) co_return errc::bytes_before_handshake;
    co_return co_await upstream.start_tls();
}

// RFC 2449 section 8.1 and RFC 3206 section 4: it is not the credentials.
bool is_temporary(std::string_view line) {
    line.remove_prefix(std::min(line.size(), std::string_view("-ERR ").size()));
    auto begins = [line](std::string_view code) { return text::starts_with(line, code); };
    return begins("[IN-USE]") || begins("[LOGIN-DELAY]") || begins("[SYS/");
}

entry make_entry(bool accepted, const std::string& line) {
    entry made;
    made.accepted = accepted;
    made.temporary = !accepted && is_temporary(line);
    made.reply = line + "\r\n";
    return made;
}

}

task<result<entry>> log_in(
    stream& upstream, std::size_t longest_line, const sasl::credentials& who, bool starttls
) {
    if (!fits_user(who.user) || !text::fits_line(who.password.reveal())) co_return entry();
    line_reader lines(upstream, longest_line);
    auto line = co_await lines.line();
    if (!line) co_return line.error();
    if (!is_ok(*line)) co_return errc::bad_reply;
    if (starttls)
        if (auto safe = co_await switch_to_tls(upstream, lines); !safe) co_return safe.error();

    line = co_await ask(upstream, lines, "USER", who.user);
    if (!line) co_return line.error();
    if (!is_ok(*line)) co_return make_entry(false, *line);

    line = co_await ask(upstream, lines, "PASS", who.password.reveal());
    if (!line) co_return line.error();
    auto made = make_entry(is_ok(*line), *line);
    if (made.accepted) made.reply += lines.buffered().take_rest();
    co_return made;
}

}
