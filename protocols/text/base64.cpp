#include "protocols/text/base64.hpp"

#include "config/value/secret.hpp"

#include <array>
#include <cstdint>

namespace postern::text {

namespace {

constexpr std::string_view letters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t none = 0xff;

constexpr std::array<std::uint8_t, 256> values = [] {
    std::array<std::uint8_t, 256> out{};
    out.fill(none);
    for (std::size_t i = 0; i < letters.size(); ++i)
        out[static_cast<unsigned char>(letters[i])] = static_cast<std::uint8_t>(i);
    return out;
}();

// The text without its padding, or nothing when the padding is wrong. Missing padding is fine.
std::optional<std::string_view> without_padding(std::string_view text) {
    auto body = text.substr(0, text.find('='));
    auto padding = text.substr(body.size());
    if (padding.empty()) return body.size() % 4 == 1 ? std::nullopt : std::optional(body);
    if (padding != "=" && padding != "==") return std::nullopt;
    return text.size() % 4 == 0 ? std::optional(body) : std::nullopt;
}

}

std::string to_base64(std::string_view bytes) {
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        std::uint32_t group = 0;
        for (std::size_t i = at; i < at + 3; ++i)
            group = group << 8 | (i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0u);
        auto used = bytes.size() - at;
        out += letters[group >> 18];
        out += letters[group >> 12 & 63];
        out += used > 1 ? letters[group >> 6 & 63] : '=';
        out += used > 2 ? letters[group & 63] : '=';
    }
    return out;
}

std::optional<std::string> from_base64(std::string_view text) {
    auto body = without_padding(text);
    if (!body) return std::nullopt;
    std::string out;
    out.reserve(body->size() / 4 * 3 + 2);
    std::uint32_t bits = 0;
    unsigned held = 0; // bits that no byte was made of yet
    for (char c : *body) {
        auto value = values[static_cast<unsigned char>(c)];
        if (value == none) return wipe(out), std::nullopt;
        bits = bits << 6 | value;
        held += 6;
        if (held < 8) continue;
        held -= 8;
        out += static_cast<char>(bits >> held & 0xff);
    }
    if ((bits & ((1u << held) - 1)) != 0) return wipe(out), std::nullopt;
    return out;
}

}
