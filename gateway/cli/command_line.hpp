#pragma once

#include "backends/tls/backend.hpp"

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace postern::gateway {

// What a command takes. One that begins with dashes stands anywhere behind the command; the others
// are known by their order.
struct parameter {
    const char* name = "";       // "--config", "NAME"
    char letter = '\0';          // of "-c"
    std::string_view value = {}; // what it wants, as the help calls it; empty: nothing
    std::string_view about = {};
    std::string_view by_default = {};
    bool needed = false;

    bool is_option() const { return name[0] == '-'; }
};

// What was given, by the names of parameters.
class arguments {
public:
    bool has(std::string_view name) const { return values_.contains(name); }
    // The default where nothing was given.
    std::string text(const parameter& p) const;
    std::optional<long> number(std::string_view name) const; // nothing: not given, or no number

    // False when it is there already.
    bool put(std::string_view name, std::string_view value) {
        return values_.emplace(name, value).second;
    }

private:
    std::map<std::string, std::string, std::less<>> values_;
};

struct command {
    std::string_view name, about; // nothing about it: it is not for people
    std::span<const parameter> takes;
    int (*work)(const arguments&, const tls::backend&);
};

struct command_line {
    const command* to_do = nullptr; // nothing when help, the version or a complaint is all there is
    arguments given;
    bool help = false, version = false;
    std::string complaint;
};

// `words` as main() gets them, at least one; they are put into another order.
command_line read_command_line(std::span<char*> words, std::span<const command>);

// What --help prints, of one command or of all.
std::string help(std::span<const command>, const command*);

}
