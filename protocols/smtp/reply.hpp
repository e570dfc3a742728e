#pragma once

#include "protocols/dialogue.hpp"
#include "protocols/io/line_reader.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace postern::smtp {

// One whole reply of a server: RFC 5321 section 4.2.
struct reply {
    int code = 0;     // 200-599
    std::string text; // all of its lines, each with CRLF; hostile bytes

    bool is(int wanted) const { return code == wanted; }
    bool is_refusal() const { return code >= 400; }
};

// Puts a reply together from lines without their ends. Every line must have the code of the first.
class reply_builder {
public:
    enum class state { more, done, broken, too_long };

    // most_bytes, most_lines: of the whole reply.
    explicit reply_builder(std::size_t most_bytes, std::size_t most_lines = 100)
        : most_bytes_(most_bytes), most_lines_(most_lines) {}

    state add(std::string_view line);
    reply take() { return std::move(made_); }

private:
    std::size_t most_bytes_, most_lines_, lines_ = 0;
    reply made_;
};

// Reads one reply of at most that many bytes. Errors: errc::bad_reply, errc::too_long, the
// stream's.
task<result<reply>> read_reply(line_reader&, std::size_t most_bytes);

// What tells the client no, whole lines: always a 4xx or 5xx reply of printable ASCII, whatever the
// refusal holds. envelope: it was the sender or recipient who was turned down, not a login.
std::string refusal_reply(const refusal&, bool envelope);

// "535 5.7.0", "454": a 4xx or 5xx code, perhaps with an enhanced code (RFC 3463 section 2) of the
// same class.
bool is_refusal_code(std::string_view);

}
