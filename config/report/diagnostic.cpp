#include "config/report/diagnostic.hpp"

#include "config/report/source_text.hpp"

#include <algorithm>
#include <tuple>

namespace postern::config {

namespace {

// A line longer than a terminal is shown as a window around the column, so that the caret is seen.
constexpr std::size_t window = 120;

struct excerpt {
    std::string line;      // escaped
    std::size_t caret = 0; // how many characters stand before the marked one
};

// Tabs become one space each: the caret below must not depend on the terminal's tab stops.
std::string shown(std::string_view text) {
    std::string spaced(text);
    std::ranges::replace(spaced, '\t', ' ');
    return visible(spaced);
}

std::size_t offset_of(std::string_view line, std::size_t characters) {
    std::size_t at = 0;
    for (; characters > 0 && at < line.size(); --characters)
        at += std::max<std::size_t>(1, sequence_length(line.substr(at)));
    return at;
}

excerpt cut(std::string_view line, std::size_t column) {
    std::size_t before = std::min(column > 0 ? column - 1 : 0, count_characters(line));
    std::size_t first = before > window / 2 ? before - window / 2 : 0;
    if (count_characters(line) <= window) first = 0;
    std::size_t from = offset_of(line, first), mark = offset_of(line, before),
                to = offset_of(line, first + window);
    std::string head = (first > 0 ? "…" : "") + shown(line.substr(from, mark - from));
    return {
        head + shown(line.substr(mark, to - mark)) + (to < line.size() ? "…" : ""),
        count_characters(head)};
}

std::string title(const diagnostic& d) {
    std::string out = visible(d.where.file);
    if (d.where.line > 0)
        out += ":" + std::to_string(d.where.line) + ":" + std::to_string(d.where.column);
    auto word = d.level == severity::error     ? ": error: "
                : d.level == severity::warning ? ": warning: "
                                               : ": note: ";
    return out + word + visible(d.text);
}

}

std::string print(const diagnostic& d, std::string_view text) {
    std::string out = title(d) + "\n";
    auto line = line_of(text, d.where.line);
    if (!line.empty()) {
        auto part = cut(line, d.where.column);
        std::string number = std::to_string(d.where.line);
        out += "  " + number + " | " + part.line + "\n";
        out +=
            "  " + std::string(number.size(), ' ') + " | " + std::string(part.caret, ' ') + "^\n";
    }
    if (!d.hint.empty()) out += "  hint: " + visible(d.hint) + "\n";
    return out;
}

bool any_error(const std::vector<diagnostic>& all) {
    return std::ranges::any_of(all, [](auto& d) { return d.level == severity::error; });
}

std::string first_error(const std::vector<diagnostic>& all) {
    auto at = std::ranges::find(all, severity::error, &diagnostic::level);
    return at == all.end() ? std::string() : at->text;
}

void tidy(std::vector<diagnostic>& all) {
    auto before = [](const diagnostic& a, const diagnostic& b) {
        return std::tie(a.where.file, a.where.line, a.where.column, a.level) <
               std::tie(b.where.file, b.where.line, b.where.column, b.level);
    };
    std::vector<diagnostic> kept;
    for (auto& d : all) {
        // Behind what stands at the same place, in the order in which it was found.
        auto [first, last] = std::equal_range(kept.begin(), kept.end(), d, before);
        bool said =
            std::any_of(first, last, [&](auto& k) { return k.text == d.text && k.hint == d.hint; });
        if (!said) kept.insert(last, std::move(d));
    }
    all = std::move(kept);
}

}
