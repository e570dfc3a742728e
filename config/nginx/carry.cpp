#include "config/nginx/known.hpp"
#include "config/nginx/translation.hpp"
#include "config/report/source_text.hpp"

#include <algorithm>

namespace postern::config {

namespace {

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        auto length = sequence_length(text);
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}

// Each word is an element, so that a complaint finds it. One alone is text, unless it would be cut.
value value_of(const std::vector<nginx_word>& words, const directive& about) {
    auto one = [](const nginx_word& w) { return value{value::text, w.text, w.where, false, {}}; };
    value out{value::array, {}, words[0].where, false, {}};
    if (words.size() == 1 && words_to_toml({words[0].text}, about.form->split).starts_with('"'))
        out = one(words[0]);
    else
        for (auto& w : words)
            out.items.push_back(one(w));
    if (!about.repeatable) return out;
    return {value::array, {}, words[0].where, false, {std::move(out)}};
}

// Words without those that were complained of. The first one says what the others are about, except
// where all are alike.
std::vector<nginx_word> good_words(
    std::string_view name,
    const std::vector<nginx_word>& words,
    const std::vector<diagnostic>& found
) {
    auto is_bad = [&](const nginx_word& w) {
        return std::ranges::any_of(found, [&](auto& d) {
            return d.level == severity::error && d.where == w.where;
        });
    };
    std::vector<nginx_word> out;
    bool alike = when_written_again(name) == again::joined;
    for (auto& w : words)
        if (!is_bad(w) || (!alike && &w == &words[0])) out.push_back(w);
    return out;
}

void tell(const std::vector<diagnostic>& found, findings& out) {
    for (auto& d : found)
        if (d.level == severity::error) out.warning(d.where, d.text + "; it is left out", d.hint);
}

// File names count from another folder than the result's. A word that comes out otherwise when it
// is read in that folder is one.
void name_files(
    value& given, const statement& s, unsigned context, const directive& about, const folder& base
) {
    auto here = try_value(s.name, context, given, folder("")).back.values;
    auto there = try_value(s.name, context, given, base).back.values;
    if (here.size() != 1 || there.size() != 1 || here[0].size() != there[0].size()) return;
    auto& one = about.repeatable ? given.items[0] : given;
    for (std::size_t n = 0; n < here[0].size(); ++n) {
        if (here[0][n] == there[0][n]) continue;
        if (one.what == value::text && n == 0) one.written = there[0][n];
        if (one.what == value::array && n < one.items.size()) one.items[n].written = there[0][n];
    }
}

// No OpenSSL of today speaks these either, so that nothing changes without them.
std::vector<nginx_word> spoken_words(const statement& s, findings& out) {
    auto is_dead = [](const nginx_word& w) { return w.text == "SSLv2" || w.text == "SSLv3"; };
    if (s.name != "ssl_protocols" || std::ranges::all_of(s.words, is_dead)) return s.words;
    std::vector<nginx_word> left;
    for (auto& w : s.words) {
        if (is_dead(w))
            out.note(w.where, s.name + ": " + in_quotes(w.text) + " is dead, and left out");
        else
            left.push_back(w);
    }
    return left;
}

// Collectors sort by the tag, which is another one by default. Parameters come in any order.
void keep_tag(std::vector<nginx_word>& words) {
    auto& target = words[0].text;
    bool has_tag = target.find(",tag=") != target.npos || target.starts_with("syslog:tag=");
    if (target.starts_with("syslog:") && !has_tag) target += ",tag=nginx";
}

bool is_zone(const value& v) { return v.written.starts_with("shared"); }

// The last mode and the last zone.
void join_cache(std::vector<value>& words) {
    std::vector<value> last;
    for (auto& w : words) {
        std::erase_if(last, [&](auto& l) { return is_zone(l) == is_zone(w); });
        last.push_back(w);
    }
    words = std::move(last);
}

}

std::optional<value> carry(
    const statement& s,
    unsigned context,
    const directive& about,
    const folder& base,
    findings& out,
    bool& whole
) {
    if (s.words.empty() || (about.form->most == 1 && s.words.size() > 1)) {
        out.error(s.where, "invalid number of arguments in " + in_quotes(s.name) + " directive");
        return std::nullopt;
    }
    for (auto& w : s.words)
        if (!is_utf8(w.text)) {
            whole = false;
            out.warning(w.where, s.name + ": the word is not in UTF-8; it is left out");
            return std::nullopt;
        }
    auto words = spoken_words(s, out);
    if (s.name == "error_log") keep_tag(words);
    auto given = value_of(words, about);
    if (auto first = try_value(s.name, context, given, base); !first.good) {
        whole = false;
        tell(first.found, out);
        auto fewer = good_words(s.name, words, first.found);
        if (fewer.empty() || fewer.size() == words.size()) return std::nullopt;
        given = value_of(fewer, about);
        if (!try_value(s.name, context, given, base).good) return std::nullopt;
    }
    name_files(given, s, context, about, base);
    return given;
}

bool carry_again(entry& first, value more, const directive& about) {
    auto how = when_written_again(first.name);
    if (how == again::replaced) {
        first.given = std::move(more);
        return true;
    }
    if (!about.repeatable && how != again::joined) return false;
    auto& all = first.given;
    if (all.what != value::array) all = {value::array, {}, all.where, false, {all}};
    if (more.what != value::array) more = {value::array, {}, more.where, false, {more}};
    for (auto& item : more.items)
        all.items.push_back(std::move(item));
    if (first.name == "ssl_session_cache") join_cache(all.items);
    return true;
}

}
