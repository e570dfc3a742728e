#include "protocols/pop3/command.hpp"

#include "protocols/text/ascii.hpp"

#include <algorithm>
#include <cstddef>

namespace postern::pop3 {
namespace {

constexpr std::size_t most_arguments = 3;

struct name {
    std::string_view text; // upper case
    verb what;
};

constexpr name names[] = {
    {"USER", verb::user},
    {"PASS", verb::pass},
    {"APOP", verb::apop},
    {"AUTH", verb::auth},
    {"CAPA", verb::capa},
    {"NOOP", verb::noop},
    {"QUIT", verb::quit},
    {"STLS", verb::stls},
};

std::string_view skip_spaces(std::string_view text) {
    auto from = text.find_first_not_of(' ');
    return from == text.npos ? std::string_view() : text.substr(from);
}

bool split(std::string_view text, std::vector<std::string_view>& words) {
    for (text = skip_spaces(text); !text.empty(); text = skip_spaces(text)) {
        auto word = text.substr(0, text.find(' '));
        if (words.size() == most_arguments) return false;
        words.push_back(word);
        text.remove_prefix(word.size());
    }
    return true;
}

}

std::optional<command> parse_command(std::string_view line) {
    if (line.find_first_of(std::string_view("\r\n\0", 3)) != line.npos) return std::nullopt;
    auto word = line.substr(0, line.find(' '));
    auto known =
        std::ranges::find_if(names, [&](const name& n) { return text::equal(word, n.text); });
    if (known == std::end(names)) return std::nullopt;

    command cmd = {known->what, {}};
    auto rest = skip_spaces(line.substr(word.size()));
    if (cmd.what == verb::user || cmd.what == verb::pass) {
        if (!rest.empty()) cmd.arguments.push_back(rest);
    } else if (!split(rest, cmd.arguments)) {
        return std::nullopt;
    }
    return cmd;
}

}
