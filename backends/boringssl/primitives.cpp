#include "backends/boringssl/primitives.hpp"

#include "backends/boringssl/library.hpp"

#include <cstdint>

namespace postern::tls::boringssl {

namespace {

template <class Bytes> const std::uint8_t* raw(const Bytes& b) {
    return reinterpret_cast<const std::uint8_t*>(b.data());
}
template <class Bytes> std::uint8_t* room(Bytes& b) {
    return reinterpret_cast<std::uint8_t*>(b.data());
}

class aead {
public:
    explicit aead(std::span<const std::byte, 32> key) {
        EVP_AEAD_CTX_zero(&ctx_);
        good_ =
            EVP_AEAD_CTX_init(&ctx_, EVP_aead_aes_256_gcm(), raw(key), key.size(), 16, nullptr) ==
            1;
    }
    aead(const aead&) = delete;
    aead& operator=(const aead&) = delete;
    ~aead() { EVP_AEAD_CTX_cleanup(&ctx_); }

    const EVP_AEAD_CTX* get() const { return good_ ? &ctx_ : nullptr; }

private:
    EVP_AEAD_CTX ctx_;
    bool good_ = false;
};

class library_crypto final : public crypto {
public:
    std::array<std::byte, 32> sha256(std::span<const std::byte> bytes) const override {
        std::array<std::byte, 32> out;
        SHA256(raw(bytes), bytes.size(), room(out));
        return out;
    }

    std::array<std::byte, 20> sha1(std::span<const std::byte> bytes) const override {
        std::array<std::byte, 20> out;
        SHA1(raw(bytes), bytes.size(), room(out));
        return out;
    }

    bool seal(
        const aead_input& in,
        std::span<const std::byte> plain,
        std::span<std::byte> out,
        std::span<std::byte, 16> tag
    ) const override {
        aead with(in.key);
        std::size_t tag_bytes = 0;
        auto done = with.get() && EVP_AEAD_CTX_seal_scatter(
                                      with.get(),
                                      room(out),
                                      room(tag),
                                      &tag_bytes,
                                      tag.size(),
                                      raw(in.nonce),
                                      in.nonce.size(),
                                      raw(plain),
                                      plain.size(),
                                      nullptr,
                                      0,
                                      raw(in.bound),
                                      in.bound.size()
                                  ) == 1;
        if (!done) ERR_clear_error();
        return done && tag_bytes == tag.size();
    }

    bool open(
        const aead_input& in,
        std::span<const std::byte> sealed,
        std::span<const std::byte, 16> tag,
        std::span<std::byte> out
    ) const override {
        aead with(in.key);
        auto done = with.get() && EVP_AEAD_CTX_open_gather(
                                      with.get(),
                                      room(out),
                                      raw(in.nonce),
                                      in.nonce.size(),
                                      raw(sealed),
                                      sealed.size(),
                                      raw(tag),
                                      tag.size(),
                                      raw(in.bound),
                                      in.bound.size()
                                  ) == 1;
        if (!done) ERR_clear_error(); // a ticket that does not open is nothing to report
        return done;
    }
};

}

const crypto& primitives() {
    static const library_crypto one;
    return one;
}

}
