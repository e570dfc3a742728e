#include "backends/boringssl/map_protocols.hpp"

namespace postern::tls::boringssl {

namespace {

using config::tls_version;

std::uint16_t number_of(tls_version v) {
    switch (v) {
    case tls_version::tls1: return TLS1_VERSION;
    case tls_version::tls1_1: return TLS1_1_VERSION;
    case tls_version::tls1_2: return TLS1_2_VERSION;
    default: return TLS1_3_VERSION;
    }
}

constexpr config::tls_versions has{
    tls_version::tls1, tls_version::tls1_1, tls_version::tls1_2, tls_version::tls1_3};

}

config::tls_versions read_versions(
    const config::tls_settings& from, std::vector<config::complaint>& complaints
) {
    auto left = available_versions(from.versions, has, "BoringSSL", complaints);
    if (left.empty()) return left;
    // The library cuts a set at its first gap, which would leave modern clients with TLS 1.0.
    as_range(left, "BoringSSL", complaints);
    return left;
}

void use_versions(SSL_CTX* ctx, config::tls_versions some) {
    std::vector<config::complaint> none;
    auto range = as_range(some, "BoringSSL", none);
    // Both ends: the library's own defaults differ between its versions.
    SSL_CTX_set_min_proto_version(ctx, number_of(range.least));
    SSL_CTX_set_max_proto_version(ctx, number_of(range.most));
}

}
