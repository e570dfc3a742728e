#include "backends/boringssl/map_ciphers.hpp"

namespace postern::tls::boringssl {

namespace {

// Some suites are known by their exact name only and are in no keyword, so each name is tried.
bool has_suite(SSL_CTX* ctx, const suite& s) {
    if (SSL_CTX_set_cipher_list(ctx, std::string(s.name).c_str()) != 1) return false;
    auto* list = SSL_CTX_get_ciphers(ctx);
    return sk_SSL_CIPHER_num(list) == 1 &&
           SSL_CIPHER_get_protocol_id(sk_SSL_CIPHER_value(list, 0)) == s.id;
}

std::vector<const suite*> find_suites() {
    std::vector<std::uint16_t> ids;
    ctx_handle ctx(SSL_CTX_new(TLS_with_buffers_method()));
    for (auto& s : all_suites()) {
        auto is_tls13 = s.since == config::tls_version::tls1_3;
        if (is_tls13 ? SSL_get_cipher_by_value(s.id) != nullptr : has_suite(ctx.get(), s))
            ids.push_back(s.id);
    }
    ERR_clear_error();
    return usable_suites(ids);
}

}

const std::vector<const suite*>& library_suites() {
    static const auto found = find_suites();
    return found;
}

void use_ciphers(SSL_CTX* ctx, const cipher_list& list, bool prefer_ours) {
    if (!list.chosen.empty()) SSL_CTX_set_cipher_list(ctx, list.names().c_str());
    if (prefer_ours) SSL_CTX_set_options(ctx, SSL_OP_CIPHER_SERVER_PREFERENCE);
}

}
