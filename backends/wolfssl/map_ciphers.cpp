#include "backends/wolfssl/map_ciphers.hpp"

#include <algorithm>

namespace postern::tls::wolfssl {

namespace {

std::vector<std::uint16_t> find_suites() {
    std::string names(16384, '\0');
    std::vector<std::uint16_t> ids;
    if (wolfSSL_get_ciphers(names.data(), static_cast<int>(names.size())) != WOLFSSL_SUCCESS)
        return ids;
    names.resize(names.find('\0'));
    for (std::size_t begin = 0; begin < names.size();) {
        auto end = std::min(names.find(':', begin), names.size());
        auto name = names.substr(begin, end - begin);
        unsigned char high = 0, low = 0;
        int flags = 0;
        if (wolfSSL_get_cipher_suite_from_name(name.c_str(), &high, &low, &flags) == 0)
            ids.push_back(static_cast<std::uint16_t>(high << 8 | low));
        begin = end + 1;
    }
    return ids;
}

void append(std::vector<unsigned char>& bytes, std::uint16_t id) {
    bytes.push_back(static_cast<unsigned char>(id >> 8));
    bytes.push_back(static_cast<unsigned char>(id & 0xff));
}

// The newest version that ssl_ciphers governs, of those that are spoken.
config::tls_version newest_governed(config::tls_versions versions) {
    using v = config::tls_version;
    for (auto one : {v::tls1_2, v::tls1_1})
        if (versions.contains(one)) return one;
    return v::tls1;
}

}

const std::vector<const suite*>& library_suites() {
    // The odd ones that the library has besides (old ChaCha20 numbers, TLS 1.3 without encryption)
    // have no place in the common table, so they are gone here.
    static const auto suites = usable_suites(find_suites());
    return suites;
}

std::vector<std::uint16_t> suites_for(config::tls_versions versions, const cipher_list& list) {
    // 5.5 would use suites of TLS 1.2 in 1.1 when a client offers both and only 1.1 is spoken here.
    const auto newest = newest_governed(versions);
    std::vector<std::uint16_t> ids;
    for (auto& one : list.chosen)
        if (one.what->since <= newest) ids.push_back(one.what->id);
    return ids;
}

bool use_ciphers(
    WOLFSSL_CTX* ctx, std::span<const std::uint16_t> tls13, std::span<const std::uint16_t> suites
) {
    std::vector<unsigned char> bytes;
    // 5.5 refuses all TLS 1.3 clients, even those that also speak 1.2, unless the list begins so.
    for (auto id : tls13)
        append(bytes, id);
    for (auto id : suites)
        append(bytes, id);
    forget_errors();
    return wolfSSL_CTX_set_cipher_list_bytes(ctx, bytes.data(), static_cast<int>(bytes.size())) ==
           WOLFSSL_SUCCESS;
}

void use_preference(WOLFSSL_CTX* ctx, bool prefer_ours) {
    if (!prefer_ours) wolfSSL_CTX_UseClientSuites(ctx); // ours is the default
}

}
