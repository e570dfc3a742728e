#include "protocols/smtp/reply.hpp"

#include "protocols/text/ascii.hpp"

#include <algorithm>

namespace postern::smtp {
namespace {

constexpr std::size_t longest_line = 512; // RFC 5321 section 4.5.3.1.5
constexpr std::size_t most_lines = 100;

// The code of a reply line, or 0.
int code_of(std::string_view line) {
    if (line.size() < 3 || !std::ranges::all_of(line.substr(0, 3), text::is_digit)) return 0;
    if (line.size() > 3 && line[3] != ' ' && line[3] != '-') return 0;
    int code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
    return code >= 200 && code <= 599 ? code : 0;
}

bool is_number(std::string_view text) {
    return !text.empty() && text.size() <= 3 && std::ranges::all_of(text, text::is_digit);
}

// True when an upstream's refusal may be passed on as it is.
bool is_clean(std::string_view text) {
    reply_builder whole(most_lines * longest_line, most_lines);
    auto now = reply_builder::state::more;
    while (now == reply_builder::state::more) {
        auto end = text.find("\r\n");
        if (end == text.npos || end + 2 > longest_line) return false;
        auto line = text.substr(0, end);
        if (!std::ranges::all_of(line, text::is_printable)) return false;
        now = whole.add(line);
        text.remove_prefix(end + 2);
    }
    return now == reply_builder::state::done && text.empty() && whole.take().is_refusal();
}

std::string denied_by_lookup(const refusal& no, bool envelope) {
    auto code = is_refusal_code(no.code) ? no.code : std::string("535 5.7.0");
    auto ours = envelope ? "Access denied" : "Authentication failed";
    return code + " " + (no.text.empty() ? ours : text::printable(no.text)) + "\r\n";
}

}

reply_builder::state reply_builder::add(std::string_view line) {
    int code = code_of(line);
    bool fits = ++lines_ <= most_lines_ && made_.text.size() + line.size() + 2 <= most_bytes_;
    if (code == 0 || (lines_ > 1 && code != made_.code)) return state::broken;
    if (!fits) return state::too_long;
    made_.code = code;
    made_.text.append(line).append("\r\n");
    return line.size() > 3 && line[3] == '-' ? state::more : state::done;
}

task<result<reply>> read_reply(line_reader& lines, std::size_t most_bytes) {
    reply_builder whole(most_bytes, most_lines);
    for (;;) {
        auto line = co_await lines.line();
        if (!line) co_return line.error();
        auto now = whole.add(*line);
        if (now == reply_builder::state::broken) co_return errc::bad_reply;
        if (now == reply_builder::state::too_long) co_return errc::too_long;
        if (now == reply_builder::state::done) co_return whole.take();
    }
}

bool is_refusal_code(std::string_view code) {
    if (code.size() < 3 || (code[0] != '4' && code[0] != '5')) return false;
    if (code[1] > '5' || !std::ranges::all_of(code.substr(0, 3), text::is_digit)) return false;
    if (code.size() == 3) return true;
    auto enhanced = code.substr(3);
    if (enhanced.size() < 4 || enhanced[0] != ' ' || enhanced[1] != code[0] || enhanced[2] != '.')
        return false;
    enhanced.remove_prefix(3);
    auto dot = enhanced.find('.');
    return dot != enhanced.npos && is_number(enhanced.substr(0, dot)) &&
           is_number(enhanced.substr(dot + 1));
}

// RFC 4954 section 6 and RFC 3463 section 3.8 have the codes. A 5xx in place of a 4xx would make
// the client give its message back.
static std::string own_words(bool temporary, bool envelope) {
    if (temporary)
        return envelope ? "450 4.7.1 Access denied for now\r\n"
                        : "454 4.7.0 Temporary authentication failure\r\n";
    return envelope ? "550 5.7.1 Access denied\r\n" : "535 5.7.8 Authentication failed\r\n";
}

std::string refusal_reply(const refusal& no, bool envelope) {
    switch (no.why) {
    case refusal::kind::bad_login: return denied_by_lookup(no, envelope);
    case refusal::kind::denied:
        return is_clean(no.text) ? no.text : own_words(no.temporary, envelope);
    case refusal::kind::unavailable: break;
    }
    return "451 4.3.2 Internal server error\r\n";
}

}
