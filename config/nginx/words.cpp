#include "config/nginx/words.hpp"

#include "config/report/source_text.hpp"

#include <algorithm>

namespace postern::config {

namespace {

constexpr std::size_t longest = 4096; // and not even quite

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

// Five escapes mean something, in quotes and without; other backslashes are letters.
std::string unescaped(std::string_view raw) {
    std::string out;
    for (std::size_t i = 0; i < raw.size(); ++i) {
        char next = raw[i] == '\\' && i + 1 < raw.size() ? raw[i + 1] : '\0';
        constexpr std::string_view known = "\"'\\trn", means = "\"'\\\t\r\n";
        auto which = next == '\0' ? known.npos : known.find(next);
        out += which == known.npos ? raw[i] : means[which];
        if (which != known.npos) ++i;
    }
    return out;
}

std::string too_long(std::string_view raw) {
    return "too long parameter, it begins with " + in_quotes(raw.substr(0, 10));
}

}

nginx_words::nginx_words(std::string_view text, std::string file)
    : text_(text), file_(std::move(file)) {}

place nginx_words::here() const { return {file_, line_, column_}; }

void nginx_words::step() {
    char c = text_[at_++];
    if (c == '\n') {
        ++line_;
        column_ = 1;
    } else if (at_ == text_.size() || !continues_character(text_[at_])) {
        ++column_;
    }
}

nginx_token nginx_words::broken(place where, std::string text) const {
    return {nginx_token::broken, std::move(text), std::move(where)};
}

nginx_token nginx_words::next() {
    for (; at_ < text_.size() && is_blank(text_[at_]); behind_quotes_ = false) {
        bool ends = text_[at_] == '\n';
        auto where = here();
        step();
        if (!ends) continue;
        bool empty = line_is_empty_;
        line_is_empty_ = true;
        if (empty) return {nginx_token::empty_line, {}, where};
    }
    auto where = here();
    if (at_ == text_.size()) return {nginx_token::end, {}, where};
    line_is_empty_ = false;
    char c = text_[at_];
    if (behind_quotes_ && c != ';' && c != '{' && c != ')')
        return broken(where, "unexpected \"" + std::string(1, c) + "\" behind a quoted word");
    behind_quotes_ = false;
    if (c == '#') return comment();
    if (c == '"' || c == '\'') return quoted();
    if (c != ';' && c != '{' && c != '}') return bare();
    step();
    auto what = c == ';'   ? nginx_token::semicolon
                : c == '{' ? nginx_token::open
                           : nginx_token::close;
    return {what, std::string(1, c), where};
}

std::optional<std::string> nginx_words::comment_beside() {
    auto behind = text_.find_first_not_of(" \t", at_);
    if (behind == text_.npos || text_[behind] != '#') return std::nullopt;
    auto end = std::min(text_.find('\n', behind), text_.size());
    if (end - behind >= longest) return std::nullopt; // next() complains of it
    while (at_ < behind)
        step();
    return comment().text;
}

nginx_token nginx_words::comment() {
    auto where = here();
    auto begin = at_;
    while (at_ < text_.size() && text_[at_] != '\n')
        step();
    auto raw = text_.substr(begin, at_ - begin);
    bool too_much = raw.size() > longest || (raw.size() == longest && at_ < text_.size());
    if (too_much) return broken(where, too_long(raw));
    while (!raw.empty() && is_blank(raw.back()))
        raw.remove_suffix(1);
    return {nginx_token::comment, std::string(raw), where};
}

nginx_token nginx_words::bare() {
    auto where = here();
    auto begin = at_;
    for (bool variable = false; at_ < text_.size(); step()) {
        char c = text_[at_];
        if (c == '{' && variable) continue;
        if (is_blank(c) || c == ';' || c == '{') {
            auto raw = text_.substr(begin, at_ - begin);
            if (raw.size() >= longest) return broken(where, too_long(raw));
            return {nginx_token::word, unescaped(raw), where};
        }
        variable = c == '$';
        if (c == '\\') step();
        if (at_ == text_.size()) break;
    }
    return broken(here(), "unexpected end of file, expecting \";\" or \"}\"");
}

nginx_token nginx_words::quoted() {
    auto where = here();
    char quote = text_[at_];
    step();
    auto begin = at_;
    for (; at_ < text_.size() && text_[at_] != quote; step()) {
        if (text_[at_] == '\\') step();
        if (at_ == text_.size() || at_ - begin >= longest) break;
    }
    auto raw = text_.substr(begin, at_ - begin);
    if (raw.size() + 1 >= longest)
        return broken(
            where, "too long parameter, probably missing terminating " + std::string(1, quote)
        );
    if (at_ == text_.size())
        return broken(
            where,
            "unexpected end of file, expecting " + std::string(1, quote) + " to end this word"
        );
    step();
    behind_quotes_ = true;
    return {nginx_token::word, unescaped(raw), where};
}

}
