#include "protocols/smtp/xclient.hpp"

#include "protocols/text/ascii.hpp"
#include "protocols/text/xtext.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace postern::smtp {
namespace {

constexpr std::size_t longest_command = 512;

// Cuts the first word off.
std::string_view take_word(std::string_view& text) {
    auto from = std::min(text.find_first_not_of(' '), text.size());
    text.remove_prefix(from);
    auto word = text.substr(0, text.find(' '));
    text.remove_prefix(word.size());
    return word;
}

// One line's words, behind "250-": keyword and parameters (RFC 5321 section 4.1.1.1).
void read_line(std::string_view words, announced& into) {
    auto keyword = take_word(words);
    bool auth = text::equal(keyword, "AUTH");
    bool xclient = text::equal(keyword, "XCLIENT");
    into.xclient = into.xclient || xclient;
    if (text::equal(keyword, "STARTTLS")) into.starttls = true;
    for (auto word = take_word(words); !word.empty(); word = take_word(words)) {
        if (xclient) into.xclient_attributes.push_back(text::upper(word));
        if (auth && text::equal(word, "PLAIN")) into.auth_plain = true;
        if (auth && text::equal(word, "LOGIN")) into.auth_login = true;
    }
}

std::optional<std::vector<std::string>> split(const attributes& all) {
    constexpr std::string_view verb = "XCLIENT", end = "\r\n";
    std::vector<std::string> commands;
    for (auto& [name, value] : all) {
        auto word = " " + std::string(name) + "=" + text::to_xtext(value);
        if (verb.size() + word.size() + end.size() > longest_command) return std::nullopt;
        if (commands.empty() || commands.back().size() + word.size() + end.size() > longest_command)
            commands.emplace_back(verb);
        commands.back() += word;
    }
    for (auto& command : commands)
        command += end;
    return commands;
}

}

bool announced::has_attribute(std::string_view upper) const {
    return std::ranges::find(xclient_attributes, upper) != xclient_attributes.end();
}

announced read_announced(std::string_view ehlo_reply) {
    announced out;
    bool first = true; // the greeting
    while (!ehlo_reply.empty()) {
        auto end = std::min(ehlo_reply.find("\r\n"), ehlo_reply.size());
        auto line = ehlo_reply.substr(0, end);
        if (!first && line.size() > 4) read_line(line.substr(4), out);
        first = false;
        ehlo_reply.remove_prefix(std::min(end + 2, ehlo_reply.size()));
    }
    return out;
}

// Postfix judges each command by whom it then takes for the client, so that after ADDR (or NAME)
// there may be no other one; and each that has no LOGIN logs out. So these are in the last.
std::optional<std::vector<std::string>> xclient_commands(const attributes& all) {
    auto commands = split(all);
    if (!commands || commands->size() < 2) return commands;
    constexpr std::array<std::string_view, 3> last{"NAME", "LOGIN", "ADDR"};
    attributes ordered;
    for (auto& fact : all)
        if (std::ranges::find(last, fact.first) == last.end()) ordered.push_back(fact);
    for (auto name : last)
        for (auto& fact : all)
            if (fact.first == name) ordered.push_back(fact);
    return split(ordered);
}

}
