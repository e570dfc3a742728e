#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace postern::smtp {

enum class verb { helo, ehlo, auth, mail, rcpt, rset, noop, quit, starttls, vrfy, expn, help };

// A client's command. The views point into the line it was parsed from.
struct command {
    verb what;
    std::vector<std::string_view> arguments; // at most 11
    std::string_view text; // from the verb to the last argument: what is passed on of MAIL and RCPT
};

// Reads one line without its end. Verbs are in any case; arguments are cut at spaces. Nothing: an
// unknown verb, more than 11 arguments, or a control byte anywhere, so that no text taken from here
// can break a line that it is put into.
std::optional<command> parse_command(std::string_view line);

}
