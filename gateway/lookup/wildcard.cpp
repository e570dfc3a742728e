#include "gateway/lookup/wildcard.hpp"

#include <cstddef>
#include <utility>

namespace postern::gateway {

static char fold(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string fold(std::string_view text) {
    std::string out(text);
    for (auto& c : out)
        c = fold(c);
    return out;
}

// After a mismatch only the last * can help: whatever an earlier one could take, the last one can.
bool fits(std::string_view pattern, std::string_view text) {
    constexpr auto none = std::string_view::npos;
    std::size_t p = 0, t = 0, star = none, resume = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            resume = t;
        } else if (p < pattern.size() && (pattern[p] == '?' || fold(pattern[p]) == fold(text[t]))) {
            ++p;
            ++t;
        } else if (star != none) {
            p = star + 1;
            t = ++resume;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', p) == none;
}

std::string_view domain_of(std::string_view user) {
    auto at = user.rfind('@');
    return at == user.npos ? std::string_view() : user.substr(at + 1);
}

std::string fill_in(std::string_view pattern, std::string_view user) {
    const std::pair<std::string_view, std::string_view> words[] = {
        {"{user}",  user         },
        {"{local}", user.substr(0, user.rfind('@'))},
        {"{domain}",         domain_of(user)            },
    };
    std::string out;
    while (!pattern.empty()) {
        std::size_t used = 0;
        for (auto& [word, value] : words)
            if (pattern.starts_with(word)) {
                out += value;
                used = word.size();
            }
        if (used == 0) {
            out += pattern[0];
            used = 1;
        }
        pattern.remove_prefix(used);
    }
    return out;
}

}
