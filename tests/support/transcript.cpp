#include "tests/support/transcript.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <stdexcept>

namespace postern::test {

namespace {

using kind = step::kind;

struct keyword {
    std::string_view word;
    kind what;
    bool is_line; // CRLF is added, and neighbours are one
};
constexpr keyword keywords[] = {
    {"C",        kind::client,    true },
    {"S",        kind::server,    true },
    {"rest",     kind::rest,      true },
    {"T",        kind::handshake, false},
    {"login",    kind::login,     false},
    {"envelope", kind::envelope,  false},
    {"answer",   kind::answer,    true },
    {"end",      kind::end,       false},
    {"result",   kind::result,    false},
};

[[noreturn]] void complain(const std::string& name, int line, std::string_view why) {
    throw std::invalid_argument(name + ":" + std::to_string(line) + ": " + std::string(why));
}

// \\ and \xHH; a single backslash at the end of the line takes the line end away.
std::optional<std::string> unescape(std::string_view from) {
    std::string out;
    for (std::size_t i = 0; i < from.size(); ++i) {
        if (from[i] != '\\') {
            out += from[i];
        } else if (i + 1 == from.size()) {
            return out;
        } else if (from[i + 1] == '\\') {
            out += from[++i];
        } else if (from[i + 1] == 'x' && i + 3 < from.size()) {
            out += static_cast<char>(std::stoi(std::string(from.substr(i + 2, 2)), nullptr, 16));
            i += 3;
        } else {
            return std::nullopt;
        }
    }
    return out + "\r\n";
}

// Puts one "word: value" where it belongs; false when the word or its value is unknown.
bool place(transcript& into, std::string_view word, std::string_view value, int line) {
    if (word == "config") return into.config.emplace_back(value), true;
    auto text = unescape(value);
    if (!text) return false;
    auto plain = text->substr(0, text->size() - (text->ends_with("\r\n") ? 2 : 0));
    if (word == "enter") return into.enter = plain, true;
    if (word == "pieces") return into.whole_only = value == "whole", into.whole_only;
    auto known = std::ranges::find(keywords, word, &keyword::word);
    if (known == std::end(keywords)) return false;
    auto& steps = into.steps;
    if (known->is_line && !steps.empty() && steps.back().what == known->what)
        steps.back().text += *text;
    else
        steps.push_back({known->what, known->is_line ? *text : plain, line});
    return true;
}

}

transcript read_transcript(std::string_view text, std::string name) {
    transcript out;
    out.name = std::move(name);
    std::istringstream lines{std::string(text)};
    std::string line;
    for (int number = 1; std::getline(lines, line); ++number) {
        auto start = line.find_first_not_of(' ');
        if (start == std::string::npos || line[start] == '#') continue;
        auto colon = line.find(':', start);
        if (colon == std::string::npos) complain(out.name, number, "no \"word:\"");
        auto value = std::string_view(line).substr(colon + 1);
        if (value.starts_with(' ')) value.remove_prefix(1);
        if (!place(out, std::string_view(line).substr(start, colon - start), value, number))
            complain(out.name, number, "not understood: " + line);
    }
    if (out.steps.empty()) complain(out.name, 0, "holds no conversation");
    return out;
}

transcript load_transcript(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    if (!in) throw std::invalid_argument("cannot read " + file.string());
    std::string text((std::istreambuf_iterator<char>(in)), {});
    return read_transcript(text, file.filename().string());
}

std::vector<transcript> transcripts_of(std::string_view folder) {
    std::vector<std::filesystem::path> files;
    auto root = std::filesystem::path(POSTERN_SOURCE) / "tests/transcripts" / folder;
    for (auto& entry : std::filesystem::directory_iterator(root))
        if (entry.path().extension() == ".txt") files.push_back(entry.path());
    if (files.empty()) throw std::invalid_argument("no transcripts in " + root.string());
    std::ranges::sort(files);
    std::vector<transcript> out;
    for (auto& file : files)
        out.push_back(load_transcript(file));
    return out;
}

}
