#include "protocols/pop3/reply.hpp"

#include "protocols/text/ascii.hpp"

#include <algorithm>
#include <string_view>

namespace postern::pop3 {
namespace {

constexpr std::size_t longest_line = 512;

// An upstream's line that may be passed on as it is, without its end; empty when it may not.
std::string_view clean_line(std::string_view text) {
    if (text.ends_with("\r\n")) text.remove_suffix(2);
    if (text.size() + 2 > longest_line || !text.starts_with("-ERR")) return {};
    if (text.size() > 4 && text[4] != ' ') return {};
    return std::ranges::all_of(text, text::is_printable) ? text : std::string_view();
}

}

std::string refusal_line(const refusal& no) {
    switch (no.why) {
    case refusal::kind::bad_login:
        return "-ERR " + (no.text.empty() ? "Authentication failed" : text::printable(no.text)) +
               "\r\n";
    case refusal::kind::denied:
        if (auto theirs = clean_line(no.text); !theirs.empty()) return std::string(theirs) + "\r\n";
        // RFC 3206 section 4: [AUTH] says that it was the credentials, and clients ask for new
        // ones.
        return no.temporary ? "-ERR [SYS/TEMP] Try again later\r\n"
                            : "-ERR [AUTH] Authentication failed\r\n";
    case refusal::kind::unavailable: break;
    }
    return "-ERR internal server error\r\n";
}

}
