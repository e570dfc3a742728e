#include "protocols/smtp/command.hpp"

#include "protocols/text/ascii.hpp"

#include <algorithm>
#include <cstddef>

namespace postern::smtp {
namespace {

constexpr std::size_t most_arguments = 11;

struct name {
    std::string_view text; // upper case
    verb what;
};

constexpr name names[] = {
    {"HELO",     verb::helo    },
    {"EHLO",     verb::ehlo    },
    {"AUTH",     verb::auth    },
    {"MAIL",     verb::mail    },
    {"RCPT",     verb::rcpt    },
    {"RSET",     verb::rset    },
    {"NOOP",     verb::noop    },
    {"QUIT",     verb::quit    },
    {"STARTTLS", verb::starttls},
    {"VRFY",     verb::vrfy    },
    {"EXPN",     verb::expn    },
    {"HELP",     verb::help    },
};

bool is_control(char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }

bool split(std::string_view text, std::vector<std::string_view>& words) {
    for (;;) {
        auto from = text.find_first_not_of(' ');
        if (from == text.npos) return true;
        if (words.size() == most_arguments) return false;
        text.remove_prefix(from);
        words.push_back(text.substr(0, text.find(' ')));
        text.remove_prefix(words.back().size());
    }
}

}

std::optional<command> parse_command(std::string_view line) {
    if (std::ranges::any_of(line, is_control)) return std::nullopt;
    auto word = line.substr(0, line.find(' '));
    auto known =
        std::ranges::find_if(names, [&](const name& n) { return text::equal(word, n.text); });
    if (known == std::end(names)) return std::nullopt;

    command cmd = {known->what, {}, line.substr(0, line.find_last_not_of(' ') + 1)};
    if (!split(line.substr(word.size()), cmd.arguments)) return std::nullopt;
    return cmd;
}

}
