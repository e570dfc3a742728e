namespace {
struct broken_assertion {};
[[noreturn]] void break_assertion() { throw broken_assertion(); }
}

// toml++ 3.3 takes its own assertions for true in release builds, and some are not: "[!]" is
// undefined behaviour there. So they stay on here, and one that fails ends the parse, not the
// program.
#undef NDEBUG
#define TOML_ASSERT(expr) ((expr) ? void() : break_assertion())
#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#define TOML_ENABLE_FORMATTERS 0

#include "config/source/toml.hpp"

#include "config/report/source_text.hpp"
#include "config/source/scan.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <cctype>
#include <tuple>

namespace postern::config {

namespace {

constexpr std::size_t largest = 1 << 20;
constexpr std::size_t deepest_block = 4, deepest_array = 2;

// The line starts, so that a place in the text is found without reading it from the beginning.
class lines {
public:
    explicit lines(std::string_view text) : text_(text) {
        for (std::size_t at = 0; at != text.npos;) {
            starts_.push_back(at);
            auto end = text.find('\n', at);
            at = end == text.npos ? end : end + 1;
        }
    }

    // What stands from a line and a column (in characters, from 1) on, to the end of the line.
    std::string_view from(std::size_t line, std::size_t column) const {
        if (line == 0 || line > starts_.size() || column == 0) return {};
        auto rest = text_.substr(starts_[line - 1]);
        rest = rest.substr(0, rest.find('\n'));
        for (; column > 1 && !rest.empty(); --column)
            rest.remove_prefix(std::max<std::size_t>(1, sequence_length(rest)));
        return rest;
    }

private:
    std::string_view text_;
    std::vector<std::size_t> starts_;
};

struct converter {
    const lines& source;
    const std::string& name;

    place at(const toml::source_region& region) const {
        return {name, region.begin.line, region.begin.column};
    }
    value text(const toml::node&, std::string) const;
    value scalar(const toml::node&) const;
    value convert(const toml::node&, std::size_t depth) const;
    void fill(block&, const toml::table&, std::size_t depth) const;
    void add(block&, const toml::key&, const toml::node&, std::size_t depth) const;
};

value converter::text(const toml::node& node, std::string written) const {
    auto where = at(node.source());
    auto raw = source.from(where.line, where.column);
    bool exact = raw.size() >= written.size() + 2 && (raw[0] == '"' || raw[0] == '\'') &&
                 raw.substr(1, written.size()) == written && raw[written.size() + 1] == raw[0];
    return {value::text, std::move(written), where, exact, {}};
}

value converter::scalar(const toml::node& node) const {
    auto where = at(node.source());
    if (auto text_node = node.as_string()) return text(node, text_node->get());
    if (auto flag = node.as_boolean())
        return {value::boolean, flag->get() ? "on" : "off", where, false, {}};
    if (auto number = node.as_integer())
        return {value::integer, std::to_string(number->get()), where, false, {}};
    if (node.is_floating_point())
        return {value::other, "a number with a fraction", where, false, {}};
    if (node.is_table()) return {value::other, "a table", where, false, {}};
    return {value::other, "a date or time", where, false, {}};
}

value converter::convert(const toml::node& node, std::size_t depth) const {
    auto list = node.as_array();
    if (!list) return scalar(node);
    auto where = at(node.source());
    if (depth == deepest_array) return {value::other, "an array that deep", where, false, {}};
    value out{value::array, {}, where, false, {}};
    for (auto& item : *list)
        out.items.push_back(convert(item, depth + 1));
    return out;
}

void converter::add(block& to, const toml::key& key, const toml::node& node, std::size_t depth)
    const {
    std::string word(key.str());
    auto list = node.as_array();
    bool tables = list && !list->empty() && list->is_homogeneous(toml::node_type::table);
    if (!tables && !node.is_table()) {
        to.entries.push_back({std::move(word), at(key.source()), convert(node, 0)});
        return;
    }
    auto enter = [&](const toml::table& table, bool repeated) {
        // An implicit table ([mail] that only [[mail.server]] names) stands where its key does.
        auto where = repeated ? at(table.source()) : at(key.source());
        to.blocks.push_back({word, where, repeated, {}, {}});
        if (depth < deepest_block) fill(to.blocks.back(), table, depth + 1);
    };
    if (auto table = node.as_table()) return enter(*table, false);
    for (auto& item : *list)
        enter(*item.as_table(), true);
}

void converter::fill(block& to, const toml::table& table, std::size_t depth) const {
    for (auto&& [key, node] : table)
        add(to, key, node, depth);
    auto by_place = [](auto& x) { return std::tie(x.where.line, x.where.column); };
    std::ranges::sort(to.entries, {}, by_place); // no two stand at one place
    std::ranges::sort(to.blocks, {}, by_place);
}

// What a person who knows nginx.conf writes without thinking.
std::string hint_for(std::string_view line, std::string_view what) {
    if (what.find("redefine") != what.npos)
        return "a name is written once in a block; several values are an array: "
               "name = [\"one\", \"two\"]";
    auto last = line.find_last_not_of(" \t\r");
    if (last != line.npos && (line[last] == ';' || line[last] == '{' || line[last] == '}'))
        return "where nginx has `name value;`, this file has `name = \"value\"`, and [mail] and "
               "[[mail.server]] in place of braces";
    auto equals = line.find('=');
    auto first = equals == line.npos ? line.npos : line.find_first_not_of(" \t", equals + 1);
    if (first == line.npos || std::string_view("\"'[{").find(line[first]) != line.npos) return {};
    return "text stands in quotes: name = \"value\"";
}

bool begins_name(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '"' ||
           c == '\'';
}

// The first line that begins like a table's header but names none: what the library trips over.
std::size_t line_of_odd_header(std::string_view text) {
    std::size_t line = 1;
    for (std::size_t at = 0; at < text.size(); ++line) {
        auto end = std::min(text.find('\n', at), text.size());
        auto rest = text.substr(at, end - at);
        bool header = false;
        for (int brackets = 0; brackets < 2; ++brackets) {
            rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
            if (!rest.starts_with('[')) break;
            header = true;
            rest.remove_prefix(1);
        }
        rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
        if (header && !rest.empty() && !begins_name(rest[0])) return line;
        at = end + 1;
    }
    return 0;
}

std::optional<toml::parse_result> parse(std::string_view text) {
    try {
        return toml::parse(text);
    } catch (const broken_assertion&) {
        return std::nullopt;
    }
}

void refuse(const toml::parse_error& why, const lines& source, place where, findings& out) {
    where.line = why.source().begin.line;
    where.column = why.source().begin.column;
    auto what = why.description();
    out.error(where, "not TOML: " + std::string(what), hint_for(source.from(where.line, 1), what));
}

}

std::optional<block> read_toml(std::string_view text, const std::string& name, findings& out) {
    if (text.size() > largest) {
        out.error({name, 0, 0}, "the file is larger than 1 MiB");
        return std::nullopt;
    }
    if (auto odd = scan_toml(text)) {
        place where{name, odd->line, odd->column};
        out.error(where, "not TOML: " + odd->what);
        return std::nullopt;
    }
    lines source(text);
    auto result = parse(text);
    if (!result) {
        auto line = line_of_odd_header(text);
        place where{name, line, 1};
        out.error(where, "not TOML: this is no name of a table");
        return std::nullopt;
    }
    if (!*result) {
        place where{name, 0, 0};
        refuse(result->error(), source, where, out);
        return std::nullopt;
    }
    block root;
    root.where.file = name;
    converter{source, name}.fill(root, result->table(), 0);
    return root;
}

}
