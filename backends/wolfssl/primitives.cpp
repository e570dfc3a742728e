#include "backends/wolfssl/primitives.hpp"

#include "backends/wolfssl/library.hpp"

#include <cstdlib>

namespace postern::tls::wolfssl {

namespace {

const unsigned char* in(std::span<const std::byte> bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

unsigned char* out(std::span<std::byte> bytes) {
    return reinterpret_cast<unsigned char*>(bytes.data());
}

word32 length(std::span<const std::byte> bytes) { return static_cast<word32>(bytes.size()); }

class gcm {
public:
    explicit gcm(std::span<const std::byte, 32> key) {
        ready_ = wc_AesInit(&aes_, nullptr, INVALID_DEVID) == 0 &&
                 wc_AesGcmSetKey(&aes_, in(key), length(key)) == 0;
    }
    gcm(const gcm&) = delete;
    gcm& operator=(const gcm&) = delete;
    ~gcm() { wc_AesFree(&aes_); }

    explicit operator bool() const { return ready_; }
    Aes* get() { return &aes_; }

private:
    Aes aes_{};
    bool ready_ = false;
};

class wolfcrypt final : public crypto {
public:
    std::array<std::byte, 32> sha256(std::span<const std::byte> bytes) const override {
        std::array<std::byte, 32> hash{};
        // Without it places and keys would be the same for everyone. It fails without memory only.
        if (wc_Sha256Hash(in(bytes), length(bytes), out(hash)) != 0) std::abort();
        return hash;
    }

    std::array<std::byte, 20> sha1(std::span<const std::byte> bytes) const override {
        std::array<std::byte, 20> hash{};
        wc_ShaHash(in(bytes), length(bytes), out(hash));
        return hash;
    }

    bool seal(
        const aead_input& by,
        std::span<const std::byte> plain,
        std::span<std::byte> sealed,
        std::span<std::byte, 16> tag
    ) const override {
        gcm key(by.key);
        // clang-format off
        return key && wc_AesGcmEncrypt(key.get(), out(sealed), in(plain), length(plain),
                                       in(by.nonce), length(by.nonce), out(tag), length(tag),
                                       in(by.bound), length(by.bound)) == 0;
        // clang-format on
    }

    bool open(
        const aead_input& by,
        std::span<const std::byte> sealed,
        std::span<const std::byte, 16> tag,
        std::span<std::byte> plain
    ) const override {
        gcm key(by.key);
        // clang-format off
        return key && wc_AesGcmDecrypt(key.get(), out(plain), in(sealed), length(sealed),
                                       in(by.nonce), length(by.nonce), in(tag), length(tag),
                                       in(by.bound), length(by.bound)) == 0;
        // clang-format on
    }
};

}

const crypto& primitives() {
    static const wolfcrypt one;
    return one;
}

}
