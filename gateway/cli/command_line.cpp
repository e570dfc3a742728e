#include "gateway/cli/command_line.hpp"

#include "config/report/suggest.hpp"

#include <algorithm>
#include <charconv>
#include <getopt.h>
#include <vector>

namespace postern::gateway {
namespace {

constexpr parameter help_option{.name = "--help", .letter = 'h', .about = "prints this"};
constexpr parameter version_option{.name = "--version", .about = "prints the version"};
constexpr parameter without_command[] = {help_option, version_option};

constexpr std::string_view summary =
    "A mail gateway: IMAP, POP3 and SMTP up to the login, then on to the server where the mailbox "
    "is.\n";
constexpr std::string_view statuses =
    "\nExit status: 0 all is well; 1 the configuration is wrong, or the start failed; 2 wrong "
    "usage; 3 import left something out.\n";

std::string quoted(std::string_view word) { return "\"" + std::string(word) + "\""; }

std::string unknown(
    std::string_view what, std::string_view word, std::span<const std::string_view> candidates
) {
    auto hint = config::did_you_mean(std::string(word), candidates);
    return "unknown " + std::string(what) + " " + quoted(word) + (hint.empty() ? "" : "; " + hint);
}

// getopt_long(3) tells options from other words; what there is of both stands in the tables.
class reader {
public:
    reader(std::span<char*> words, std::span<const command> commands)
        : words_(words), commands_(commands) {}

    command_line read() {
        take_options(without_command, "+:"); // stops at the command
        if (!is_over()) take_command();
        if (!is_over()) {
            std::vector<parameter> known(out_.to_do->takes.begin(), out_.to_do->takes.end());
            known.push_back(help_option);
            take_options(known, ":");
        }
        if (!is_over()) take_places();
        if (!out_.complaint.empty() || out_.version) out_.to_do = nullptr;
        return std::move(out_);
    }

private:
    static constexpr int first_long = 256; // behind all letters

    bool is_over() const { return out_.help || out_.version || !out_.complaint.empty(); }

    // words_ begins with the one before the options, and then with the one before what is left.
    void take_options(std::span<const parameter> known, std::string letters) {
        std::vector<option> longs;
        for (auto& p : known) {
            auto number = first_long + static_cast<int>(&p - known.data());
            auto wants = p.value.empty() ? no_argument : required_argument;
            if (p.is_option()) longs.push_back({p.name + 2, wants, nullptr, number});
            if (p.letter == '\0') continue;
            letters += p.letter;
            if (wants == required_argument) letters += ':';
        }
        longs.push_back({});
        opterr = 0;
        optind = 0; // begins anew
        auto count = static_cast<int>(words_.size());
        while (!is_over()) {
            auto got = ::getopt_long(count, words_.data(), letters.c_str(), longs.data(), nullptr);
            if (got == -1) break;
            take_option(got, known);
        }
        words_ = words_.subspan(static_cast<std::size_t>(optind - 1));
    }

    void take_option(int got, std::span<const parameter> known) {
        auto is_short_of_it = got == ':', is_odd = got == '?';
        auto* p = find(is_short_of_it || is_odd ? optopt : got, known);
        if (!p) return complain_of_unknown(known);
        auto name = std::string(p->name);
        out_.help = p->name == help_option.name;
        out_.version = p->name == version_option.name;
        if (is_odd)
            out_.complaint = name + " takes no value";
        else if (is_short_of_it || (!p->value.empty() && *optarg == '\0'))
            out_.complaint = name + " needs a " + std::string(p->value);
        else if (!out_.given.put(name, p->value.empty() ? "" : optarg))
            out_.complaint = name + " is given twice";
    }

    static const parameter* find(int number, std::span<const parameter> known) {
        auto at = std::ranges::find_if(known, [&](auto& p) {
            auto own = first_long + static_cast<int>(&p - known.data());
            return number == own || (number > 0 && number == p.letter);
        });
        return at == known.end() ? nullptr : &*at;
    }

    void complain_of_unknown(std::span<const parameter> known) {
        std::vector<std::string_view> names;
        for (auto& p : known)
            if (p.is_option()) names.emplace_back(p.name);
        std::string_view word = words_[static_cast<std::size_t>(optind - 1)];
        if (optopt != 0) // a letter, perhaps in the middle of a word
            out_.complaint = unknown("option", std::string("-") + static_cast<char>(optopt), names);
        else
            out_.complaint = unknown("option", word.substr(0, word.find('=')), names);
    }

    void take_command() {
        if (words_.size() < 2) {
            out_.complaint = "a command is missing";
            return;
        }
        words_ = words_.subspan(1);
        std::vector<std::string_view> names;
        for (auto& c : commands_) {
            if (c.name == std::string_view(words_[0])) out_.to_do = &c;
            if (!c.about.empty()) names.push_back(c.name);
        }
        if (!out_.to_do) out_.complaint = unknown("command", words_[0], names);
    }

    void take_places() {
        auto rest = words_.subspan(1);
        for (auto& p : out_.to_do->takes) {
            if (p.is_option()) continue;
            if (rest.empty()) {
                if (p.needed) out_.complaint = std::string(p.name) + " is missing";
                return;
            }
            out_.given.put(p.name, rest[0]);
            rest = rest.subspan(1);
        }
        if (!rest.empty()) out_.complaint = quoted(rest[0]) + " is one word too many";
    }

    std::span<char*> words_;
    std::span<const command> commands_;
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

command_line read_command_line(std::span<char*> words, std::span<const command> commands) {
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
