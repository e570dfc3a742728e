#pragma once

#include "config/value/kind.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::config {

// A table of words is an array of these. `missing` marks a word of nginx that is known here only in
// order to say so.
template <class Value> struct named {
    std::string_view word;
    Value means{};
    bool missing = false;
};

namespace detail {
struct choice {
    std::string_view word;
    bool missing;
};
// Which of the choices a word is; nothing after a complaint.
std::optional<std::size_t> choose(const word&, std::span<const choice>, reading&);
std::string join_words(std::span<const choice>, std::string_view between);
}

template <const auto& Table> std::vector<detail::choice> choices_of() {
    std::vector<detail::choice> out;
    for (auto& row : Table)
        out.push_back({row.word, row.missing});
    return out;
}

template <const auto& Table> std::vector<std::string_view> usable_words_of() {
    std::vector<std::string_view> out;
    for (auto& row : Table)
        if (!row.missing) out.push_back(row.word);
    return out;
}

template <const auto& Table>
using meaning_of = std::remove_cvref_t<decltype(std::begin(Table)->means)>;

// One word of a table. A TOML boolean counts as the words on and off.
template <const auto& Table> struct one_of {
    using value_type = meaning_of<Table>;
    static std::string syntax() { return detail::join_words(choices_of<Table>(), " | "); }
    static constexpr shape form{.also = booleans, .syntax = syntax};
    static bool read(std::span<const word> words, reading& in, value_type& field) {
        auto all = choices_of<Table>();
        auto which = detail::choose(words[0], all, in);
        if (which) field = Table[*which].means;
        return which.has_value();
    }
    static std::vector<std::string> write(const value_type& field, const folder&) {
        for (auto& row : Table)
            if (!row.missing && row.means == field) return {std::string(row.word)};
        return {};
    }
    static std::vector<std::string_view> words() { return usable_words_of<Table>(); }
};

// Like one_of, for a field that may stay unset.
template <const auto& Table> struct maybe_one_of : one_of<Table> {
    using value_type = std::optional<meaning_of<Table>>;
    static bool read(std::span<const word> words, reading& in, value_type& field) {
        meaning_of<Table> one{};
        if (!one_of<Table>::read(words, in, one)) return false;
        field = one;
        return true;
    }
    static std::vector<std::string> write(const value_type& field, const folder& base) {
        return field ? one_of<Table>::write(*field, base) : std::vector<std::string>{};
    }
};

// Any of a table's words, each once.
template <class Set, const auto& Table> struct set_of {
    using value_type = Set;
    static std::string syntax() { return "any of " + detail::join_words(choices_of<Table>(), " "); }
    static constexpr shape form{.most = std::size(Table) * 2, .syntax = syntax};
    static bool read(std::span<const word> words, reading& in, Set& field) {
        auto all = choices_of<Table>();
        Set fresh;
        bool good = true;
        for (auto& w : words) {
            auto which = detail::choose(w, all, in);
            good = good && which;
            if (!which) continue;
            if (fresh.contains(Table[*which].means))
                in.warn(w.where, "duplicate value \"" + w.text + "\"");
            fresh.insert(Table[*which].means);
        }
        if (good) field = fresh;
        return good;
    }
    static std::vector<std::string> write(const Set& field, const folder&) {
        std::vector<std::string> out;
        for (auto& row : Table)
            if (!row.missing && field.contains(row.means)) out.emplace_back(row.word);
        return out;
    }
    static std::vector<std::string_view> words() { return usable_words_of<Table>(); }
};

inline constexpr named<bool> flag_words[] = {
    {"on",    true },
    {"off",   false},
    {"true",  true },
    {"false", false},
};

struct flag : one_of<flag_words> {
    static std::string syntax() { return "on | off"; }
    static constexpr shape form{.also = booleans, .syntax = syntax};
    static std::vector<std::string_view> words() { return {"on", "off"}; }
};

}
