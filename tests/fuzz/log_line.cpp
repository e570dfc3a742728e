// Lines of a log with values of any bytes: each is one line without control bytes and no longer
// than may be; as text it splits into the fields that were put in, as JSON it is one object of
// UTF-8.
#include "gateway/observe/line.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

using namespace postern::gateway;
using style = postern::config::log_settings::style;

namespace {

void require(bool good) {
    if (!good) std::abort();
}

std::string written(style s, const std::vector<std::string_view>& values) {
    line out(s, {});
    for (auto value : values)
        out.add("key", value);
    auto text = out.finish();
    require(text.size() <= line::limit && text.ends_with('\n'));
    text.pop_back();
    require(std::ranges::none_of(text, [](char c) {
        return static_cast<unsigned char>(c) < ' ' || c == '\x7f';
    }));
    return text;
}

// Goes past one value: a plain word, or something in quotes in which a backslash takes the next
// byte along.
void skip_value(std::string_view& left) {
    if (!left.starts_with('"')) return left.remove_prefix(std::min(left.find(' '), left.size()));
    std::size_t at = 1;
    while (at < left.size() && left[at] != '"')
        at += left[at] == '\\' ? 2 : 1;
    require(at < left.size());
    left.remove_prefix(at + 1);
}

void check_text(std::string_view text, std::size_t values) {
    require(std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; }));
    std::size_t keys = 0, cuts = 0;
    for (bool first = true; !text.empty(); first = false) {
        if (!first) {
            require(text[0] == ' ');
            text.remove_prefix(1);
        }
        auto key = text.substr(0, text.find('='));
        require(key == (first ? "time" : "key") || key == "cut");
        if (key == "key") ++keys;
        if (key == "cut") ++cuts;
        text.remove_prefix(key.size() + 1);
        skip_value(text);
    }
    require(cuts == 0 ? keys == values : cuts == 1 && keys < values);
}

// RFC 3629 section 4.
bool is_utf8(std::string_view s) {
    auto tail = [&](std::size_t i) { return i < s.size() && (s[i] & 0xc0) == 0x80; };
    while (!s.empty()) {
        auto a = static_cast<unsigned char>(s[0]);
        auto b = s.size() > 1 ? static_cast<unsigned char>(s[1]) : 0;
        std::size_t size = a < 0x80                ? 1
                           : a >= 0xc2 && a < 0xe0 ? 2
                           : a >= 0xe0 && a < 0xf0 ? 3
                           : a >= 0xf0 && a < 0xf5 ? 4
                                                   : 0;
        if (size == 0 || (a == 0xe0 && b < 0xa0) || (a == 0xed && b > 0x9f)) return false;
        if ((a == 0xf0 && b < 0x90) || (a == 0xf4 && b > 0x8f)) return false;
        for (std::size_t i = 1; i < size; ++i)
            if (!tail(i)) return false;
        s.remove_prefix(size);
    }
    return true;
}

void check_json(std::string_view text) {
    require(is_utf8(text) && text.starts_with('{') && text.ends_with('}'));
    text = text.substr(1, text.size() - 2);
    for (bool is_key = true;; is_key = !is_key) {
        require(text.starts_with('"'));
        skip_value(text);
        if (text.empty()) return require(!is_key);
        require(text[0] == (is_key ? ':' : ','));
        text.remove_prefix(1);
    }
}

}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view bytes(reinterpret_cast<const char*>(data), size);
    std::vector<std::string_view> values;
    for (std::size_t at = 0; at <= bytes.size();) { // cut at NULs, the last one has the rest
        auto end = values.size() < 20 ? std::min(bytes.find('\0', at), bytes.size()) : bytes.size();
        values.push_back(bytes.substr(at, end - at));
        at = end + 1;
    }
    check_text(written(style::text, values), values.size());
    check_json(written(style::json, values));
    return 0;
}
