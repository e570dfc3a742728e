#include "backends/wolfssl/map_ciphers.hpp"

#include "backends/tls/cipher_string.hpp"

#include <algorithm>
#include <array>

namespace postern::tls::wolfssl {

namespace {

std::vector<std::uint16_t> ids_here() {
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

// What OpenSSL switches on: no CCM unless somebody asks for it, and there is no directive to ask.
bool is_usual_tls13(const suite& s) {
    return s.since == config::tls_version::tls1_3 &&
           (s.enc == encryption::aes_gcm || s.enc == encryption::chacha20);
}

}

std::span<const suite* const> suites_here() {
    // The odd ones that the library has besides (old ChaCha20 numbers, TLS 1.3 without encryption)
    // have no place in the common table, so they are gone here.
    static const auto suites = usable_suites(ids_here());
    return suites;
}

std::vector<unsigned char> cipher_bytes(
    std::string_view ciphers,
    config::tls_versions versions,
    std::vector<config::complaint>& complaints
) {
    std::vector<unsigned char> bytes;
    // 5.5 refuses all TLS 1.3 clients, even those that also speak 1.2, unless the list begins so.
    if (versions.contains(config::tls_version::tls1_3))
        for (auto* s : suites_here())
            if (is_usual_tls13(*s)) append(bytes, s->id);
    auto list = read_cipher_string(ciphers, suites_here(), false);
    for (auto id : list.ids())
        append(bytes, id);
    complaints.insert(complaints.end(), list.complaints.begin(), list.complaints.end());
    return bytes;
}

bool use_ciphers(WOLFSSL_CTX* ctx, std::span<const unsigned char> bytes) {
    return wolfSSL_CTX_set_cipher_list_bytes(ctx, bytes.data(), static_cast<int>(bytes.size())) ==
           WOLFSSL_SUCCESS;
}

void prefer_server_ciphers(WOLFSSL_CTX* ctx, bool server) {
    if (!server) wolfSSL_CTX_UseClientSuites(ctx); // the server's order is the default
}

}
