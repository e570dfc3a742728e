#pragma once

#include "config/report/diagnostic.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace postern::config {

// What nginx.conf is made of. A word is what stands between blanks, or in quotes, with its escapes
// undone; `open` and `close` are braces.
struct nginx_token {
    enum kind { word, semicolon, open, close, comment, empty_line, end, broken };
    kind what = end;
    std::string text = {}; // of a comment: with its '#'; of what is broken: why
    place where = {};      // of the first byte, of a quoted word its quote
};

// Cuts the bytes of one file as nginx does, to the byte: '#' and '}' count only where a word may
// begin, "${" opens no block, and nothing is longer than 4095 bytes, comments included.
class nginx_words {
public:
    nginx_words(std::string_view text, std::string file);

    nginx_token next();
    // A comment on the same line behind what was read last; it is then read, too.
    std::optional<std::string> comment_beside();
    // Passes over Lua code up to the brace that ends it, which nginx's own rules cannot read
    // (OpenResty's content_by_lua_block { … }). False when there is no such brace.
    bool skip_lua();
    place here() const;

private:
    nginx_token bare();
    nginx_token quoted();
    nginx_token comment();
    nginx_token broken(place, std::string text) const;
    void step();
    bool skip_long_bracket();
    void skip_lua_string(char quote);

    std::string_view text_;
    std::string file_;
    std::size_t at_ = 0, line_ = 1, column_ = 1;
    bool line_is_empty_ = false; // nothing but blanks since the last line's end
    bool behind_quotes_ = false; // where no word may begin
};

}
