#include "backends/wolfssl/map_groups.hpp"

#include "backends/tls/groups.hpp"

#include <algorithm>
#include <string>

namespace postern::tls::wolfssl {

namespace {

// By the build's macros: the library's setter takes any number.
constexpr std::uint16_t built_in[] = {
#if defined(WOLFSSL_HAVE_MLKEM) && defined(HAVE_CURVE25519) && LIBWOLFSSL_VERSION_HEX >= 0x05008000
    4588, // X25519MLKEM768
#endif
#ifdef HAVE_CURVE25519
    29, // X25519
#endif
    23, // P-256
#if defined(HAVE_ECC384) || defined(HAVE_ALL_CURVES)
    24, // P-384
#endif
#if defined(HAVE_ECC521) || defined(HAVE_ALL_CURVES)
    25, // P-521
#endif
#ifdef HAVE_CURVE448
    30, // X448
#endif
#if defined(WOLFSSL_HAVE_MLKEM) && LIBWOLFSSL_VERSION_HEX >= 0x05008000
    4587, // SecP256r1MLKEM768
#endif
#if !defined(NO_DH) && defined(HAVE_FFDHE_2048)
    256,
#endif
#if !defined(NO_DH) && defined(HAVE_FFDHE_3072)
    257,
#endif
#if !defined(NO_DH) && defined(HAVE_FFDHE_4096)
    258,
#endif
};

}

const std::vector<std::uint16_t>& library_groups() {
    static const std::vector<std::uint16_t> all(std::begin(built_in), std::end(built_in));
    return all;
}

bool use_groups(WOLFSSL_CTX* ctx, std::span<const std::uint16_t> groups) {
    std::string curves; // what the list of names knows; all that TLS 1.2 goes by
    std::vector<int> ids;
    for (auto id : groups) {
        ids.push_back(id);
        auto* known = id < 32 ? find_group(id) : nullptr;
        if (known) curves += (curves.empty() ? "" : ":") + std::string(known->name);
    }
    forget_errors();
    if (!curves.empty() && wolfSSL_CTX_set1_curves_list(ctx, curves.c_str()) != WOLFSSL_SUCCESS)
        return false;
    ids.resize(std::min<std::size_t>(ids.size(), WOLFSSL_MAX_GROUP_COUNT));
    return wolfSSL_CTX_set_groups(ctx, ids.data(), static_cast<int>(ids.size())) == WOLFSSL_SUCCESS;
}

std::optional<config::complaint> keeps_p256(
    std::span<const std::uint16_t> groups, config::tls_versions versions
) {
    using v = config::tls_version;
    constexpr bool keeps = LIBWOLFSSL_VERSION_HEX < 0x05009000;
    auto old = versions.contains(v::tls1_2) || versions.contains(v::tls1_1);
    if (!keeps || !old || std::ranges::find(groups, 23) != groups.end()) return std::nullopt;
    return config::complaint{
        config::severity::warning,
        "ssl_ecdh_curve",
        "wolfSSL still uses P-256 with clients of TLSv1.2 that have none of these groups",
        "add P-256, or write ssl_protocols = \"TLSv1.3\""};
}

}
