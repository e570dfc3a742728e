#include "backends/tls/withheld_keys.hpp"

#include "backends/tls/key_files.hpp"
#include "backends/tls/random.hpp"

#include <algorithm>

namespace postern::tls {

namespace {

std::string base64(std::span<const std::byte> bytes) { // a multiple of three
    constexpr std::string_view digits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    for (std::size_t at = 0; at + 3 <= bytes.size(); at += 3) {
        auto three = std::to_integer<unsigned>(bytes[at]) << 16u |
                     std::to_integer<unsigned>(bytes[at + 1]) << 8u |
                     std::to_integer<unsigned>(bytes[at + 2]);
        for (unsigned shift : {18u, 12u, 6u, 0u})
            out += digits[three >> shift & 63u];
    }
    return out;
}

std::string stand_in(const key_id& id) {
    auto mark = [](std::string_view which) {
        return "-----" + std::string(which) + " " + std::string(withheld_label) + "-----\n";
    };
    return mark("BEGIN") + base64(id) + "\n" + mark("END");
}

}

withholding withhold_keys(std::string_view file) {
    withholding out;
    if (file.find("PRIVATE KEY") == file.npos) {
        out.text = secret(file);
        return out;
    }
    std::string text;
    for (auto& block : read_pem(file).blocks) {
        if (!block.label.ends_with("PRIVATE KEY")) {
            text += block.text.reveal();
            continue;
        }
        if (!is_key(block.label)) continue;
        withheld_key one;
        fill_random(one.id);
        one.pem = std::move(block.text);
        text += stand_in(one.id);
        out.keys.push_back(std::move(one));
    }
    out.text = secret(text);
    return out;
}

std::optional<key_id> withheld_key_of(const pem_block& block) {
    key_id id{};
    if (block.label != withheld_label) return std::nullopt;
    auto bytes = pem_bytes(block);
    if (!bytes || bytes->size() != id.size()) return std::nullopt;
    std::ranges::copy(std::as_bytes(std::span(*bytes)), id.begin());
    return id;
}

}
