#include "config/value/pin.hpp"

#include "config/report/source_text.hpp"

#include <optional>

namespace postern::config {

namespace {

constexpr std::string_view digits64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::size_t base64_letters = 43; // of 32 bytes, without the "=" behind them

std::optional<key_pin> from_base64(std::string_view text) {
    if (text.size() == base64_letters + 1 && text.back() == '=') text.remove_suffix(1);
    if (text.size() != base64_letters) return std::nullopt;
    key_pin out{};
    unsigned bits = 0, have = 0;
    std::size_t at = 0;
    for (char c : text) {
        auto digit = digits64.find(c);
        if (digit == digits64.npos) return std::nullopt;
        bits = (bits << 6u | static_cast<unsigned>(digit)) & 0xffffu;
        have += 6;
        if (have < 8) continue;
        have -= 8;
        out[at++] = static_cast<unsigned char>(bits >> have & 0xffu);
    }
    if ((bits & 3u) != 0) return std::nullopt; // bits that belong to no byte
    return out;
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

std::optional<key_pin> from_hex(std::string_view text) {
    key_pin out{};
    std::size_t digits = 0;
    for (char c : text) {
        if (c == ':' && digits % 2 == 0) continue;
        auto value = hex_digit(c);
        if (value < 0 || digits == 2 * out.size()) return std::nullopt;
        auto& byte = out[digits++ / 2];
        byte = static_cast<unsigned char>(byte << 4 | value);
    }
    if (digits != 2 * out.size()) return std::nullopt;
    return out;
}

}

bool pin_kind::read(std::span<const word> words, reading& in, key_pin& field) {
    auto& [text, where] = words[0];
    std::string_view rest = text;
    for (std::string_view prefix : {"sha256//", "sha256:"})
        if (rest.starts_with(prefix)) rest.remove_prefix(prefix.size());
    auto pin = from_hex(rest);
    if (!pin) pin = from_base64(rest);
    if (!pin)
        return in.refuse(
            where,
            in_quotes(text) + " is no SHA-256 of a public key",
            "openssl x509 -in FILE -noout -pubkey | openssl pkey -pubin -outform der | openssl "
            "dgst -sha256 -binary | base64"
        );
    field = *pin;
    return true;
}

std::vector<std::string> pin_kind::write(const key_pin& pin, const folder&) {
    std::string out;
    unsigned bits = 0, have = 0;
    for (auto byte : pin) {
        bits = (bits << 8u | byte) & 0x3fffu;
        for (have += 8; have >= 6; have -= 6)
            out += digits64[bits >> (have - 6) & 63u];
    }
    out += digits64[bits << (6 - have) & 63u];
    return {out + "="};
}

}
