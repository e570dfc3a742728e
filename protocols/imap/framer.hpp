#pragma once

#include "config/value/secret.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace postern::imap {

// Cuts the client's bytes into whole commands. A literal stays inside its command, so whatever a
// client puts in one can never be read as the next command. Line ends inside a command are given
// as CRLF, whatever the client sent.
class framer {
public:
    struct event {
        enum class kind {
            command,       // text: a whole command, its literals in it, without its last line end
            wants_literal, // text: the command up to and with "{12}". Answer it by "+" and go on,
                           // or by refuse_literal()
            literal_too_long, // as before, but it cannot be taken; it has been refused already
            too_long, // text: how the command begins. There is no telling where the next one starts
        };
        kind what;
        secret text; // LOGIN has its password here
    };

    // limit: bytes of one command with its literals and line ends, as the client sent them.
    explicit framer(std::size_t limit) : limit_(limit) {}
    framer(const framer&) = delete;
    framer& operator=(const framer&) = delete;
    ~framer() { clear(); }

    void add(std::string_view bytes);

    // What comes next, or nothing until more bytes were added.
    std::optional<event> next();

    // The same for a line that is no command (a SASL response): a literal means nothing in it.
    std::optional<event> next_line();

    // Forgets the command that wants a literal. A client that hears BAD in place of "+" sends no
    // more of it: RFC 3501 section 2.2.1.
    void refuse_literal();

    // How many bytes may be added before the limit could be passed; at least 1.
    std::size_t room() const;

    std::size_t literals() const { return literals_; } // announced so far
    std::size_t memory() const { return bytes_.capacity() + command_.capacity(); }
    bool empty() const { return bytes_.empty() && command_.empty(); }
    std::string take_rest(); // bytes behind the last command given
    void clear();            // wiped

private:
    struct line;
    struct literal;

    std::optional<line> take_line();
    bool take_literal();
    bool is_too_long() const;
    std::optional<event> finish(std::string_view last_line);
    std::optional<event> judge(std::string_view last_line, literal);
    event too_long();
    void drop(std::size_t bytes);

    std::size_t limit_;
    std::string bytes_;            // not cut yet
    std::string command_;          // the lines and literals of the command so far
    std::size_t used_ = 0;         // bytes of the limit that command_ has taken
    std::size_t searched_ = 0;     // bytes at the front of bytes_ that hold no LF
    std::size_t literal_left_ = 0; // bytes of a literal still to come
    std::size_t literals_ = 0;
};

}
