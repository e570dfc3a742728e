#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace postern::pop3 {

enum class verb { user, pass, apop, auth, capa, noop, quit, stls };

// A client's command. The views point into the line it was parsed from.
struct command {
    verb what;
    std::vector<std::string_view> arguments; // at most 3; USER and PASS have at most one
};

// Reads one line without its end. Verbs are four letters in any case. USER and PASS take all that
// follows the spaces behind the verb as one argument, with the spaces in and after it; other verbs'
// arguments are cut at spaces. Nothing: an unknown verb, more than 3 arguments, a CR inside the
// line, or a NUL anywhere.
std::optional<command> parse_command(std::string_view line);

}
