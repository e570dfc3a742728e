#include "backends/boringssl/rehearsal.hpp"

#include "backends/boringssl/map_ciphers.hpp"
#include "backends/boringssl/map_groups.hpp"
#include "backends/boringssl/map_protocols.hpp"

#include <algorithm>

namespace postern::tls::boringssl {

namespace {

ssl_verify_result_t trust(SSL*, std::uint8_t*) { return ssl_verify_ok; }

// A client that can do whatever any real one can.
std::unique_ptr<engine> make_client(config::tls_versions versions) {
    ctx_handle ctx(SSL_CTX_new(TLS_with_buffers_method()));
    use_versions(ctx.get(), versions);
    SSL_CTX_set_custom_verify(ctx.get(), SSL_VERIFY_PEER, trust);
    std::string names;
    for (auto* s : library_suites())
        if (s->since != config::tls_version::tls1_3) {
            if (!names.empty()) names += ':';
            names += s->name;
        }
    SSL_CTX_set_cipher_list(ctx.get(), names.c_str());
    use_groups(ctx.get(), library_groups());
    constexpr std::uint16_t every_scheme[] = {
        SSL_SIGN_ECDSA_SECP256R1_SHA256,
        SSL_SIGN_ECDSA_SECP384R1_SHA384,
        SSL_SIGN_ECDSA_SECP521R1_SHA512,
        SSL_SIGN_ED25519,
        SSL_SIGN_RSA_PSS_RSAE_SHA256,
        SSL_SIGN_RSA_PSS_RSAE_SHA384,
        SSL_SIGN_RSA_PSS_RSAE_SHA512,
        SSL_SIGN_RSA_PKCS1_SHA256,
        SSL_SIGN_RSA_PKCS1_SHA384,
        SSL_SIGN_RSA_PKCS1_SHA512,
        SSL_SIGN_RSA_PKCS1_SHA1,
    };
    SSL_CTX_set_verify_algorithm_prefs(ctx.get(), every_scheme, std::size(every_scheme));
    ssl_handle ssl(SSL_new(ctx.get())); // holds the context
    if (ssl) SSL_set_connect_state(ssl.get());
    return std::make_unique<library_engine>(std::move(ssl), nullptr, nullptr);
}

// Everything that `from` has to send arrives at `to`.
void carry(engine& from, engine& to) {
    std::vector<std::byte> bytes;
    for (auto some = from.pending(); !some.empty(); some = from.pending()) {
        bytes.insert(bytes.end(), some.begin(), some.end());
        from.sent(some.size());
    }
    to.take(bytes);
    to.park();
}

}

std::string rehearse(const server_context& stage, config::tls_versions versions) {
    auto client = make_client(versions);
    auto server = stage.accept_for_rehearsal();
    for (int flight = 0; flight < 8; ++flight) {
        auto theirs = client->handshake();
        if (theirs.state == status::failed) return "the client's side: " + client->reason();
        carry(*client, *server);
        auto ours = server->handshake();
        if (ours.state == status::failed) return server->reason();
        carry(*server, *client);
        if (theirs.state == status::done && ours.state == status::done) return {};
    }
    return "it did not end";
}

}
