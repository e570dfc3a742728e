// The same bytes whole and in pieces give the same events, and what was asked of the reader was
// never nothing.
#include "protocols/imap/framer.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using postern::imap::framer;

namespace {

// A bare LF is given as CRLF, which is the one way for a command to grow.
std::size_t line_ends(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count(text, '\n'));
}

// The first byte chooses the limit and whether literals are refused; every tenth event is a SASL
// line, so both ways of cutting meet.
std::string events(std::string_view bytes, std::size_t piece, bool refuses, std::size_t limit) {
    framer cut(limit);
    std::string out;
    for (std::size_t at = 0, count = 0; at < bytes.size(); at += piece) {
        if (cut.room() == 0) std::abort();
        cut.add(bytes.substr(at, piece));
        while (auto next = count % 10 == 9 ? cut.next_line() : cut.next()) {
            ++count;
            out += std::to_string(static_cast<int>(next->what)) + ":";
            out += next->text.reveal();
            out += '\n';
            if (next->text.reveal().size() > limit + line_ends(next->text.reveal())) std::abort();
            if (next->what == framer::event::kind::too_long) return out;
            if (next->what == framer::event::kind::wants_literal && refuses) cut.refuse_literal();
        }
    }
    return out;
}

}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    bool refuses = data[0] & 1;
    std::size_t limit = 16u + data[0] / 2u;
    std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    auto whole = events(bytes, bytes.size(), refuses, limit);
    for (std::size_t piece : {1u, 2u, 5u})
        if (events(bytes, piece, refuses, limit) != whole) std::abort();
    return 0;
}
