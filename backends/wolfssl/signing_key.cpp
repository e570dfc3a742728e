#include "backends/wolfssl/signing_key.hpp"

#include "backends/tls/random.hpp"
#include "backends/wolfssl/map_certificates.hpp"

namespace postern::tls::wolfssl {

namespace {

using family = scheme_parts::family;

const unsigned char* raw(std::span<const std::byte> bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}
word32 size_of(std::span<const std::byte> bytes) { return static_cast<word32>(bytes.size()); }

// Blinding and signatures need one; its seed comes from the library, once a key.
class generator {
public:
    generator() : good_(wc_InitRng(&rng_) == 0) {}
    generator(const generator&) = delete;
    generator& operator=(const generator&) = delete;
    ~generator() {
        if (good_) wc_FreeRng(&rng_);
    }
    WC_RNG* get() { return good_ ? &rng_ : nullptr; }

private:
    WC_RNG rng_{};
    bool good_;
};

class rsa_key final : public signing_key {
public:
    static std::unique_ptr<signing_key> read(std::span<const std::byte> der) {
        auto made = std::make_unique<rsa_key>();
        word32 at = 0;
        if (!made->good_ || !made->rng_.get() ||
            wc_RsaPrivateKeyDecode(raw(der), &at, &made->key_, size_of(der)) != 0)
            return nullptr;
        wc_RsaSetRNG(&made->key_, made->rng_.get());
        return made;
    }

    rsa_key() : good_(wc_InitRsaKey(&key_, nullptr) == 0) {}
    rsa_key(const rsa_key&) = delete;
    rsa_key& operator=(const rsa_key&) = delete;
    ~rsa_key() override {
        if (good_) wc_FreeRsaKey(&key_);
    }

    std::optional<std::string> sign(signature_scheme scheme, std::span<const std::byte> in)
        override {
        auto parts = parts_of(scheme);
        auto size = wc_RsaEncryptSize(&key_);
        if (!parts || size <= 0) return std::nullopt;
        std::string out(static_cast<std::size_t>(size), '\0');
        if (parts->kind == family::rsa_pss) return pss(in, std::move(out));
        if (parts->kind == family::rsa_pkcs1) return pkcs1(in, std::move(out));
        return std::nullopt;
    }

private:
    // Both verify what they made: a fault in the computation would give the key away.
    std::optional<std::string> pss(std::span<const std::byte> in, std::string out) {
        auto hash = in.size() == 32   ? WC_HASH_TYPE_SHA256
                    : in.size() == 48 ? WC_HASH_TYPE_SHA384
                                      : WC_HASH_TYPE_SHA512;
        auto mgf = in.size() == 32   ? WC_MGF1SHA256
                   : in.size() == 48 ? WC_MGF1SHA384
                                     : WC_MGF1SHA512;
        auto* to = reinterpret_cast<unsigned char*>(out.data());
        auto room = static_cast<word32>(out.size());
        if (wc_RsaPSS_Sign(raw(in), size_of(in), to, room, hash, mgf, &key_, rng_.get()) <= 0)
            return std::nullopt;
        auto copy = out;
        unsigned char* plain = nullptr;
        auto* again = reinterpret_cast<unsigned char*>(copy.data());
        auto right = wc_RsaPSS_VerifyCheckInline(
            again, room, &plain, raw(in), size_of(in), hash, mgf, &key_
        );
        if (right <= 0) return std::nullopt;
        return out;
    }
    std::optional<std::string> pkcs1(std::span<const std::byte> digest, std::string out) {
        auto wrapped = wrap(digest);
        if (wrapped.empty()) return std::nullopt;
        auto in = std::as_bytes(std::span(wrapped));
        auto* to = reinterpret_cast<unsigned char*>(out.data());
        auto room = static_cast<word32>(out.size());
        if (wc_RsaSSL_Sign(raw(in), size_of(in), to, room, &key_, rng_.get()) <= 0)
            return std::nullopt;
        std::string plain(out.size(), '\0');
        auto got =
            wc_RsaSSL_Verify(to, room, reinterpret_cast<unsigned char*>(plain.data()), room, &key_);
        if (got < 0 || plain.substr(0, static_cast<std::size_t>(got)) != wrapped)
            return std::nullopt;
        return out;
    }
    // RFC 8017 section 9.2, note 1; before TLS 1.2 there is nothing around the digests.
    static std::string wrap(std::span<const std::byte> digest) {
        std::string_view bare(reinterpret_cast<const char*>(digest.data()), digest.size());
        if (digest.size() == 36) return std::string(bare);
        auto oid = digest.size() == 20   ? SHAh
                   : digest.size() == 32 ? SHA256h
                   : digest.size() == 48 ? SHA384h
                                         : SHA512h;
        std::string out(digest.size() + 32, '\0');
        auto size = wc_EncodeSignature(
            reinterpret_cast<unsigned char*>(out.data()), raw(digest), size_of(digest), oid
        );
        out.resize(size);
        return out;
    }

    generator rng_; // before the key, which uses it
    RsaKey key_{};
    bool good_;
};

class ecdsa_key final : public signing_key {
public:
    static std::unique_ptr<signing_key> read(std::span<const std::byte> der) {
        auto made = std::make_unique<ecdsa_key>();
        word32 at = 0;
        if (!made->good_ || !made->rng_.get() ||
            wc_EccPrivateKeyDecode(raw(der), &at, &made->key_, size_of(der)) != 0)
            return nullptr;
        return made;
    }

    ecdsa_key() : good_(wc_ecc_init(&key_) == 0) {}
    ecdsa_key(const ecdsa_key&) = delete;
    ecdsa_key& operator=(const ecdsa_key&) = delete;
    ~ecdsa_key() override {
        if (good_) wc_ecc_free(&key_);
#ifdef FP_ECC
        wc_ecc_fp_free(); // what the library remembers for this thread, which may be about to end
#endif
    }

    std::optional<std::string> sign(signature_scheme scheme, std::span<const std::byte> in)
        override {
        auto parts = parts_of(scheme);
        if (!parts || parts->kind != family::ecdsa) return std::nullopt;
        std::string out(ECC_MAX_SIG_SIZE, '\0');
        auto size = static_cast<word32>(out.size());
        auto* to = reinterpret_cast<unsigned char*>(out.data());
        if (wc_ecc_sign_hash(raw(in), size_of(in), to, &size, rng_.get(), &key_) != 0)
            return std::nullopt;
        out.resize(size);
        return out;
    }

private:
    generator rng_;
    ecc_key key_{};
    bool good_;
};

#ifdef HAVE_ED25519
class edwards_key final : public signing_key {
public:
    static std::unique_ptr<signing_key> read(std::span<const std::byte> der) {
        auto made = std::make_unique<edwards_key>();
        word32 at = 0;
        if (!made->good_ ||
            wc_Ed25519PrivateKeyDecode(raw(der), &at, &made->key_, size_of(der)) != 0)
            return nullptr;
        unsigned char open[ED25519_PUB_KEY_SIZE];
        if (wc_ed25519_make_public(&made->key_, open, sizeof open) != 0) return nullptr;
        // 5.5 leaves the public half to be put in by hand.
        if (wc_ed25519_import_public(open, sizeof open, &made->key_) != 0) return nullptr;
        return made;
    }

    edwards_key() : good_(wc_ed25519_init(&key_) == 0) {}
    edwards_key(const edwards_key&) = delete;
    edwards_key& operator=(const edwards_key&) = delete;
    ~edwards_key() override {
        if (good_) wc_ed25519_free(&key_);
    }

    std::optional<std::string> sign(signature_scheme scheme, std::span<const std::byte> in)
        override {
        if (scheme != signature_scheme::ed25519) return std::nullopt;
        std::string out(ED25519_SIG_SIZE, '\0');
        auto size = static_cast<word32>(out.size());
        auto* to = reinterpret_cast<unsigned char*>(out.data());
        if (wc_ed25519_sign_msg(raw(in), size_of(in), to, &size, &key_) != 0) return std::nullopt;
        out.resize(size);
        return out;
    }

private:
    ed25519_key key_{};
    bool good_;
};
#endif

}

std::unique_ptr<signing_key> load_key(const secret& pem, const std::vector<secret>& phrases) {
    auto der = key_der(pem, phrases);
    if (!der) return nullptr;
    auto bytes = std::as_bytes(std::span(der->reveal()));
    if (auto key = rsa_key::read(bytes)) return key;
    if (auto key = ecdsa_key::read(bytes)) return key;
#ifdef HAVE_ED25519
    if (auto key = edwards_key::read(bytes)) return key;
#endif
    return nullptr;
}

}
