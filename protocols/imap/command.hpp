#pragma once

#include "config/value/secret.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace postern::imap {

// What a client may say before its login.
enum class verb { capability, noop, logout, id, starttls, login, authenticate };

struct command {
    verb what = verb::noop;
    std::string tag;
    std::vector<secret> args; // without quotes and literal counts; at most 3; none for ID
};

// Text that is no command. Answered with this tag: the client's, or "*" when it gave none that may
// be repeated.
struct not_a_command {
    std::string tag;
};

// A whole command as the framer gives it. Arguments are atoms (as nginx takes them: anything up to
// a space), quoted strings and literals. No argument holds a NUL; only a literal holds CR or LF.
std::variant<command, not_a_command> parse(std::string_view text);

// The tag with which to answer a text of which nothing else is to be understood; "*" for none.
std::string tag_of(std::string_view text);

// For a command of which only the part up to "{12}" is there: the verb when the literal would be an
// argument of it.
std::variant<verb, not_a_command> parse_start(std::string_view text);

}
