#include "backends/tls/pin.hpp"

#include "backends/tls/der.hpp"

#include <algorithm>
#include <cstring>

namespace postern::tls {

std::string_view public_key_of(std::string_view text) {
    auto whole = der::take(text, der::sequence);
    auto inner = whole ? der::take(*whole, der::sequence) : std::nullopt;
    if (!inner) return {};
    der::take(*inner, der::constructed(0)); // the version, where it is not the first
    if (!der::take(*inner, der::integer)) return {};
    for (int before = 0; before < 4; ++before) // signature, issuer, validity, subject
        if (!der::take(*inner, der::sequence)) return {};
    auto key = der::take(*inner);
    return key && key->tag == der::sequence ? key->whole : std::string_view();
}

bool is_pinned(
    std::string_view certificate, std::span<const config::key_pin> pins, const crypto& by
) {
    auto key = public_key_of(certificate);
    if (key.empty()) return false;
    auto hash = by.sha256(std::as_bytes(std::span(key)));
    return std::ranges::any_of(pins, [&](const config::key_pin& pin) {
        return std::memcmp(pin.data(), hash.data(), hash.size()) == 0;
    });
}

}
