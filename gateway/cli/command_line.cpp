#include "gateway/cli/command_line.hpp"

#include "config/report/suggest.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

namespace postern::gateway {
namespace {

constexpr parameter help_option{.name = "--help", .letter = 'h', .about = "prints this"};
constexpr parameter version_option{.name = "--version", .about = "prints the version"};
constexpr parameter always[] = {help_option};
constexpr parameter without_command[] = {help_option, version_option};

constexpr std::string_view summary =
    "A mail gateway: IMAP, POP3 and SMTP up to the login, then on to the server where the mailbox "
    "is.\n";
constexpr std::string_view statuses =
    "\nExit status: 0 all is well; 1 the configuration is wrong, or the start failed; 2 wrong "
    "usage.\n";

std::string quoted(std::string_view word) { return "\"" + std::string(word) + "\""; }

std::string unknown(
    std::string_view what, std::string_view word, std::span<const std::string_view> candidates
) {
    auto hint = config::did_you_mean(std::string(word), candidates);
    return "unknown " + std::string(what) + " " + quoted(word) + (hint.empty() ? "" : "; " + hint);
}

class reader {
public:
    reader(std::span<const std::string_view> words, std::span<const command> commands)
        : words_(words), commands_(commands) {}

    command_line read() {
        while (at_ < words_.size() && out_.complaint.empty() && !out_.help && !out_.version)
            take(words_[at_++]);
        if (!out_.help && !out_.version && out_.complaint.empty()) look_for_what_is_missing();
        if (!out_.complaint.empty() || out_.version) out_.to_do = nullptr;
        return std::move(out_);
    }

private:
    void take(std::string_view word) {
        bool option = word.size() > 1 && word[0] == '-' && !(word[1] >= '0' && word[1] <= '9');
        if (option)
            take_option(word);
        else if (!out_.to_do)
            take_command(word);
        else
            take_place(word);
    }

    void take_command(std::string_view word) {
        std::vector<std::string_view> names;
        for (auto& c : commands_) {
            if (c.name == word) out_.to_do = &c;
            if (!c.about.empty()) names.push_back(c.name);
        }
        if (!out_.to_do) out_.complaint = unknown("command", word, names);
    }

    void take_place(std::string_view word) {
        auto place = std::ranges::find_if(out_.to_do->takes, [&](auto& p) {
            return !p.is_option() && !out_.given.has(p.name);
        });
        if (place == out_.to_do->takes.end())
            out_.complaint = quoted(word) + " is one word too many";
        else
            out_.given.put(place->name, word);
    }

    void take_option(std::string_view word) {
        auto is_long = word.starts_with("--");
        auto end = is_long ? std::min(word.find('='), word.size()) : 2;
        auto name = word.substr(0, end);
        auto found = find(name, is_long);
        if (!found) {
            std::vector<std::string_view> names;
            for (auto list : options())
                for (auto& p : list)
                    if (p.is_option()) names.push_back(p.name);
            out_.complaint = unknown("option", name, names);
            return;
        }
        out_.help = found->name == help_option.name;
        out_.version = found->name == version_option.name;
        if (found->value.empty() && end < word.size())
            out_.complaint = std::string(name) + " takes no value";
        else if (found->value.empty())
            out_.given.put(found->name, "");
        else
            take_value(*found, word.substr(end));
    }

    // "--config=FILE" and "-cFILE" have it in the same word.
    void take_value(const parameter& p, std::string_view rest) {
        if (rest.starts_with('=')) rest.remove_prefix(1);
        if (rest.empty() && at_ < words_.size()) rest = words_[at_++];
        if (rest.empty())
            out_.complaint = std::string(p.name) + " needs a " + std::string(p.value);
        else if (!out_.given.put(p.name, rest))
            out_.complaint = std::string(p.name) + " is given twice";
    }

    std::array<std::span<const parameter>, 2> options() const {
        if (!out_.to_do) return {without_command};
        return {out_.to_do->takes, always};
    }

    const parameter* find(std::string_view name, bool is_long) const {
        for (auto list : options())
            for (auto& p : list)
                if (p.is_option() && (is_long ? p.name == name : p.letter == name[1])) return &p;
        return nullptr;
    }

    void look_for_what_is_missing() {
        if (!out_.to_do) {
            out_.complaint = "a command is missing";
            return;
        }
        for (auto& p : out_.to_do->takes)
            if (p.needed && !out_.given.has(p.name))
                out_.complaint = std::string(p.name) + " is missing";
    }

    std::span<const std::string_view> words_;
    std::span<const command> commands_;
    std::size_t at_ = 0;
    command_line out_;
};

void add_line(std::string& to, std::string left, std::string_view right) {
    constexpr std::size_t column = 30;
    left.insert(0, "  ");
    left += left.size() < column ? std::string(column - left.size(), ' ')
                                 : "\n" + std::string(column, ' ');
    to += left + std::string(right) + "\n";
}

void add_parameter(std::string& to, const parameter& p) {
    std::string left = p.letter != '\0' ? std::string("-") + p.letter + ", " : "";
    left += p.name;
    if (!p.value.empty()) left += " " + std::string(p.value);
    auto right = std::string(p.about);
    if (!p.by_default.empty()) right += "; " + std::string(p.by_default) + " if it is not given";
    add_line(to, left, right);
}

std::string help_of(const command& c) {
    auto out = std::string(c.about) + "\n\nUsage: postern " + std::string(c.name) + " [OPTIONS]";
    for (auto& p : c.takes)
        if (!p.is_option())
            out += p.needed ? " " + std::string(p.name) : " [" + std::string(p.name) + "]";
    out += "\n\n";
    for (auto& p : c.takes)
        add_parameter(out, p);
    add_parameter(out, help_option);
    return out;
}

}

std::string arguments::text(const parameter& p) const {
    auto found = values_.find(p.name);
    return found != values_.end() ? found->second : std::string(p.by_default);
}

std::optional<long> arguments::number(std::string_view name) const {
    auto found = values_.find(name);
    if (found == values_.end()) return std::nullopt;
    long out = 0;
    auto end = found->second.data() + found->second.size();
    auto [stopped, wrong] = std::from_chars(found->second.data(), end, out);
    if (wrong != std::errc() || stopped != end) return std::nullopt;
    return out;
}

command_line read_command_line(
    std::span<const std::string_view> words, std::span<const command> commands
) {
    return reader(words, commands).read();
}

std::string help(std::span<const command> commands, const command* of) {
    std::string out;
    if (of) {
        out = help_of(*of);
    } else {
        out = std::string(summary) + "\nUsage: postern COMMAND [OPTIONS]\n\n";
        for (auto& c : commands)
            if (!c.about.empty()) add_line(out, std::string(c.name), c.about);
        out += "\n";
        for (auto& p : without_command)
            add_parameter(out, p);
    }
    return out + std::string(statuses);
}

}
