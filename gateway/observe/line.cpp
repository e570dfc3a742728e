#include "gateway/observe/line.hpp"

#include <algorithm>
#include <cstdint>
#include <ctime>

namespace postern::gateway {
namespace {

using style = config::log_settings::style;
constexpr std::string_view hex = "0123456789abcdef";

// One value, encoded piece by piece, so that a cut never falls inside an escape.
class encoded {
public:
    explicit encoded(bool quoted) : text_(quoted ? "\"" : ""), quoted_(quoted) {}
    bool add(std::string_view piece) {
        if (text_.size() + piece.size() > line::value_limit - 3) {
            text_ += "...";
            return false;
        }
        text_ += piece;
        return true;
    }
    std::string take() {
        if (quoted_) text_ += '"';
        return std::move(text_);
    }

private:
    std::string text_;
    bool quoted_;
};

bool is_bare(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           std::string_view("-_.:/@+,*[]").find(c) != std::string_view::npos;
}

std::string text_escape(unsigned char c) {
    switch (c) {
    case '"': return "\\\"";
    case '\\': return "\\\\";
    case '\n': return "\\n";
    case '\r': return "\\r";
    case '\t': return "\\t";
    default: break;
    }
    if (c >= ' ' && c < 0x7f) return std::string(1, static_cast<char>(c));
    return {'\\', 'x', hex[c >> 4], hex[c & 15]};
}

// Bare when it is a plain word, else in quotes. All beyond printable ASCII is escaped: what a
// terminal makes of a user name's bytes is nothing to rely on.
std::string as_text(std::string_view value) {
    bool bare = !value.empty() && std::ranges::all_of(value, is_bare);
    encoded out(!bare);
    for (char c : value)
        if (!out.add(text_escape(static_cast<unsigned char>(c)))) break;
    return out.take();
}

// The length of the UTF-8 sequence at the start of the text; 0 when it is not one (RFC 3629 section
// 4: no overlong forms, no surrogates, nothing above U+10FFFF).
std::size_t sequence(std::string_view s) {
    auto at = [&](std::size_t i) { return i < s.size() ? static_cast<unsigned char>(s[i]) : 0u; };
    auto tail = [&](std::size_t i) { return (at(i) & 0xc0u) == 0x80u; };
    auto a = at(0), b = at(1);
    if (a < 0x80) return 1;
    if (a >= 0xc2 && a <= 0xdf) return tail(1) ? 2 : 0;
    if (a >= 0xe0 && a <= 0xef) {
        bool good = a == 0xe0 ? b >= 0xa0 : a == 0xed ? b <= 0x9f : true;
        return good && tail(1) && tail(2) ? 3 : 0;
    }
    if (a >= 0xf0 && a <= 0xf4) {
        bool good = a == 0xf0 ? b >= 0x90 : a == 0xf4 ? b <= 0x8f : true;
        return good && tail(1) && tail(2) && tail(3) ? 4 : 0;
    }
    return 0;
}

// What some reader of the log might take for a line end, a control or a change of direction, though
// JSON allows it: C1 controls, U+2028 to U+202E, U+2066 to U+2069.
bool is_risky(std::string_view s) {
    auto third = s.size() > 2 ? static_cast<unsigned char>(s[2]) : 0u;
    if (s.size() == 2) return s[0] == '\xc2' && static_cast<unsigned char>(s[1]) < 0xa0;
    if (s.size() != 3 || s[0] != '\xe2') return false;
    if (s[1] == '\x80') return third >= 0xa8 && third <= 0xae;
    return s[1] == '\x81' && third >= 0xa6 && third <= 0xa9;
}

std::string json_escape(std::string_view s) {
    auto c = static_cast<unsigned char>(s[0]);
    if (s.size() == 1 && (c == '"' || c == '\\')) return {'\\', s[0]};
    if (s.size() > 1 ? !is_risky(s) : (c >= ' ' && c < 0x7f)) return std::string(s);
    if (s.size() == 1) return {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};
    std::uint32_t code = c & (s.size() == 2 ? 0x1fu : 0x0fu);
    for (char more : s.substr(1))
        code = code << 6 | (static_cast<unsigned char>(more) & 0x3fu);
    return {
        '\\', 'u', hex[code >> 12 & 15], hex[code >> 8 & 15], hex[code >> 4 & 15], hex[code & 15]};
}

std::string as_json(std::string_view value) {
    encoded out(true);
    while (!value.empty()) {
        auto size = sequence(value);
        if (!out.add(size ? json_escape(value.substr(0, size)) : "\\ufffd")) break;
        value.remove_prefix(std::max<std::size_t>(size, 1));
    }
    return out.take();
}

}

std::string timestamp(std::chrono::system_clock::time_point when) {
    using namespace std::chrono;
    auto ms = duration_cast<milliseconds>(when.time_since_epoch()).count();
    std::time_t seconds = static_cast<std::time_t>(ms / 1000);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    char text[40];
    auto size = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S.", &parts);
    auto rest = std::to_string(1000 + ms % 1000).substr(1);
    return std::string(text, size) + rest + "Z";
}

line::line(style s, std::chrono::system_clock::time_point now) : style_(s) {
    text_ =
        style_ == style::json ? "{\"time\":\"" + timestamp(now) + "\"" : "time=" + timestamp(now);
}

void line::add(std::string_view key, std::string_view value) {
    bool json = style_ == style::json;
    auto word = json ? as_json(value) : as_text(value);
    std::string piece(json ? ",\"" : " ");
    piece.append(key).append(json ? "\":" : "=").append(word);
    if (text_.size() + piece.size() > limit - 16) {
        cut_ = true;
        return;
    }
    text_ += piece;
}

std::string line::finish() {
    bool json = style_ == style::json;
    if (cut_) text_ += json ? ",\"cut\":\"yes\"" : " cut=yes";
    text_ += json ? "}\n" : "\n";
    return std::move(text_);
}

}
