#include "backends/tls/signing.hpp"

#include <utility>

namespace postern::tls {

std::optional<scheme_parts> parts_of(signature_scheme scheme) {
    using enum signature_scheme;
    using family = scheme_parts::family;
    switch (scheme) {
    case rsa_pkcs1_sha1: return scheme_parts{family::rsa_pkcs1, 20};
    case rsa_pkcs1_sha256: return scheme_parts{family::rsa_pkcs1, 32};
    case rsa_pkcs1_sha384: return scheme_parts{family::rsa_pkcs1, 48};
    case rsa_pkcs1_sha512: return scheme_parts{family::rsa_pkcs1, 64};
    case rsa_pkcs1_md5_sha1: return scheme_parts{family::rsa_pkcs1, 36};
    case rsa_pss_sha256: return scheme_parts{family::rsa_pss, 32};
    case rsa_pss_sha384: return scheme_parts{family::rsa_pss, 48};
    case rsa_pss_sha512: return scheme_parts{family::rsa_pss, 64};
    case ecdsa_sha1: return scheme_parts{family::ecdsa, 20};
    case ecdsa_sha256: return scheme_parts{family::ecdsa, 32};
    case ecdsa_sha384: return scheme_parts{family::ecdsa, 48};
    case ecdsa_sha512: return scheme_parts{family::ecdsa, 64};
    case ed25519: return scheme_parts{family::ed25519, 0};
    }
    return std::nullopt;
}

bool is_well_formed(const signature_request& r) {
    auto parts = parts_of(r.scheme);
    if (!parts) return false;
    if (parts->digest_bytes) return r.bytes.size() == parts->digest_bytes;
    return !r.bytes.empty() && r.bytes.size() <= longest_to_be_signed;
}

signature_slot::answer signature_slot::ask(
    signature_scheme scheme, std::span<const std::byte> bytes
) {
    std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (state_ == state::idle) {
        if (!key) return answer::refused;
        what_ = {*key, scheme, std::move(text)};
        if (!is_well_formed(what_)) return answer::refused;
        state_ = state::asked;
        return answer::later;
    }
    // A library that begins the step anew must come to the same bytes: else it would ask for ever.
    if (what_.scheme != scheme || what_.bytes != text) return answer::refused;
    return again();
}

signature_slot::answer signature_slot::again() {
    if (state_ != state::given) return state_ == state::asked ? answer::later : answer::refused;
    state_ = state::idle;
    return signature_.empty() ? answer::refused : answer::here;
}

void signature_slot::give(std::span<const std::byte> signature) {
    if (state_ != state::asked) return;
    signature_.assign(reinterpret_cast<const char*>(signature.data()), signature.size());
    state_ = state::given;
}

}
