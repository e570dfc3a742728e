#include "backends/boringssl/signing_key.hpp"

#include "backends/boringssl/map_certificates.hpp"
#include "backends/tls/key_files.hpp"

namespace postern::tls::boringssl {

namespace {

using family = scheme_parts::family;
using digest_context = std::unique_ptr<EVP_MD_CTX, frees<EVP_MD_CTX_free>>;
using key_context = std::unique_ptr<EVP_PKEY_CTX, frees<EVP_PKEY_CTX_free>>;

const EVP_MD* md_of(std::size_t digest_bytes) {
    switch (digest_bytes) {
    case 20: return EVP_sha1();
    case 32: return EVP_sha256();
    case 36: return EVP_md5_sha1();
    case 48: return EVP_sha384();
    default: return EVP_sha512();
    }
}

int type_of(family kind) {
    if (kind == family::ecdsa) return EVP_PKEY_EC;
    return kind == family::ed25519 ? EVP_PKEY_ED25519 : EVP_PKEY_RSA;
}

class library_key final : public signing_key {
public:
    explicit library_key(key_handle key) : key_(std::move(key)) {}

    std::optional<std::string> sign(signature_scheme scheme, std::span<const std::byte> in)
        override {
        auto parts = parts_of(scheme);
        if (!parts || EVP_PKEY_id(key_.get()) != type_of(parts->kind)) return std::nullopt;
        ERR_clear_error();
        std::string out(static_cast<std::size_t>(EVP_PKEY_size(key_.get())), '\0');
        auto size = out.size();
        auto* to = reinterpret_cast<std::uint8_t*>(out.data());
        auto* from = reinterpret_cast<const std::uint8_t*>(in.data());
        auto good = parts->digest_bytes ? sign_digest(*parts, to, &size, from, in.size())
                                        : sign_message(to, &size, from, in.size());
        ERR_clear_error();
        if (!good) return std::nullopt;
        out.resize(size);
        return out;
    }

private:
    bool sign_digest(
        const scheme_parts& parts,
        std::uint8_t* to,
        std::size_t* room,
        const std::uint8_t* from,
        std::size_t size
    ) {
        key_context with(EVP_PKEY_CTX_new(key_.get(), nullptr));
        auto* ctx = with.get();
        auto* md = md_of(parts.digest_bytes);
        auto good =
            ctx && EVP_PKEY_sign_init(ctx) == 1 && EVP_PKEY_CTX_set_signature_md(ctx, md) == 1;
        if (parts.kind == family::rsa_pss)
            good = good && EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
                   EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, -1) == 1; // as long as the digest
        return good && EVP_PKEY_sign(ctx, to, room, from, size) == 1;
    }
    bool sign_message(
        std::uint8_t* to, std::size_t* room, const std::uint8_t* from, std::size_t size
    ) {
        digest_context ctx(EVP_MD_CTX_new());
        return ctx && EVP_DigestSignInit(ctx.get(), nullptr, nullptr, nullptr, key_.get()) == 1 &&
               EVP_DigestSign(ctx.get(), to, room, from, size) == 1;
    }

    key_handle key_;
};

}

std::unique_ptr<signing_key> load_key(const secret& pem, const std::vector<secret>& phrases) {
    auto key = read_key(pem, is_encrypted(pem.reveal()), phrases);
    ERR_clear_error();
    if (!key) return nullptr;
    return std::make_unique<library_key>(std::move(key));
}

}
