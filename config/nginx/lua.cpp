#include "config/nginx/words.hpp"

namespace postern::config {

// [[ … ]], [=[ … ]=] and so on (Lua 5.1, section 2.1). False: there is none here.
bool nginx_words::skip_long_bracket() {
    auto equals = text_.find_first_not_of('=', at_ + 1);
    if (equals == text_.npos || text_[equals] != '[') return false;
    auto end = "]" + std::string(equals - at_ - 1, '=') + "]";
    auto found = text_.find(end, equals + 1);
    auto behind = found == text_.npos ? text_.size() : found + end.size();
    while (at_ < behind)
        step();
    return true;
}

void nginx_words::skip_lua_string(char quote) {
    for (step(); at_ < text_.size() && text_[at_] != quote && text_[at_] != '\n'; step())
        if (text_[at_] == '\\' && at_ + 1 < text_.size()) step();
    if (at_ < text_.size()) step();
}

bool nginx_words::skip_lua() {
    for (int depth = 1; at_ < text_.size();) {
        char c = text_[at_];
        if (c == '"' || c == '\'') {
            skip_lua_string(c);
            continue;
        }
        if (c == '[' && skip_long_bracket()) continue;
        if (text_.substr(at_, 2) == "--") {
            step();
            step();
            if (at_ < text_.size() && text_[at_] == '[' && skip_long_bracket()) continue;
            while (at_ < text_.size() && text_[at_] != '\n')
                step();
            continue;
        }
        depth += c == '{' ? 1 : c == '}' ? -1 : 0;
        step();
        if (depth == 0) return true;
    }
    return false;
}

}
