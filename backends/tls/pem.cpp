#include "backends/tls/pem.hpp"

#include <cstdint>

namespace postern::tls {

namespace {

constexpr std::string_view begin_mark = "-----BEGIN ", end_mark = "-----END ", dashes = "-----";
constexpr std::size_t most_blocks = 1000;

// Where the next line starts with that text.
std::size_t find_line(std::string_view text, std::string_view start, std::size_t from) {
    for (auto at = text.find(start, from); at != text.npos; at = text.find(start, at + 1))
        if (at == 0 || text[at - 1] == '\n' || text[at - 1] == '\r') return at;
    return text.npos;
}

int value_of(char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

}

pem_text read_pem(std::string_view text) {
    pem_text out;
    for (std::size_t at = 0; out.blocks.size() < most_blocks;) {
        at = find_line(text, begin_mark, at);
        if (at == text.npos) return out;
        auto label_at = at + begin_mark.size();
        auto label_end = text.find(dashes, label_at);
        auto line_end = text.find('\n', at);
        if (label_end == text.npos || label_end > line_end || label_end - label_at > 64) {
            at = label_at;
            continue;
        }
        auto label = text.substr(label_at, label_end - label_at);
        auto closing = std::string(end_mark) + std::string(label) + std::string(dashes);
        auto end = find_line(text, closing, label_end);
        auto next = find_line(text, begin_mark, label_end);
        if (end == text.npos || next < end) {
            out.torn = true;
            at = label_end;
            continue;
        }
        auto body = std::string(text.substr(at, end + closing.size() - at)) + "\n";
        out.blocks.push_back({std::string(label), secret(body)});
        wipe(body);
        at = end + closing.size();
    }
    return out;
}

std::optional<std::string> pem_bytes(const pem_block& block) {
    auto text = block.text.reveal();
    auto from = text.find('\n');
    auto to = text.rfind(end_mark);
    if (from == text.npos || to == text.npos || to < from) return std::nullopt;
    std::string out;
    std::uint32_t bits = 0;
    unsigned count = 0, padding = 0;
    for (char c : text.substr(from, to - from)) {
        if (c == '\n' || c == '\r' || c == ' ' || c == '\t') continue;
        if (c == '=') {
            ++padding;
            continue;
        }
        auto v = value_of(c);
        if (v < 0 || padding > 0) return std::nullopt;
        bits = bits << 6u | static_cast<std::uint32_t>(v);
        count += 6;
        if (count >= 8) {
            count -= 8;
            out += static_cast<char>(bits >> count & 0xffu);
        }
    }
    if (padding > 2 || count >= 6 || out.empty()) return std::nullopt;
    return out;
}

}
