#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace postern::tls {

// Names a private key that another process holds. Not a secret, and says nothing about the key.
using key_id = std::array<std::byte, 24>;

// How something is signed, by the numbers of RFC 8446 section 4.2.3: those that TLS signs with,
// older versions included, and nothing else.
enum class signature_scheme : std::uint16_t {
    rsa_pkcs1_sha1 = 0x0201,
    ecdsa_sha1 = 0x0203,
    rsa_pkcs1_sha256 = 0x0401,
    ecdsa_sha256 = 0x0403,
    rsa_pkcs1_sha384 = 0x0501,
    ecdsa_sha384 = 0x0503,
    rsa_pkcs1_sha512 = 0x0601,
    ecdsa_sha512 = 0x0603,
    rsa_pss_sha256 = 0x0804,
    rsa_pss_sha384 = 0x0805,
    rsa_pss_sha512 = 0x0806,
    ed25519 = 0x0807,
    rsa_pkcs1_md5_sha1 = 0xff01, // RFC 4346 section 7.4.3; the number is ours
};

// What a scheme is made of. Nothing for a number that is none of the above.
struct scheme_parts {
    enum class family { rsa_pkcs1, rsa_pss, ecdsa, ed25519 } kind;
    std::size_t digest_bytes; // 0: the message itself is signed
};
std::optional<scheme_parts> parts_of(signature_scheme);

inline constexpr std::size_t longest_to_be_signed =
    512;                                               // an Ed25519 message; digests have 20 to 64
inline constexpr std::size_t longest_signature = 1024; // of RSA with 8192 bits

// What an engine wants signed before its handshake can go on.
struct signature_request {
    key_id key{};
    signature_scheme scheme{};
    std::string bytes; // the digest, or the message where parts_of() says so
};

// Whether the bytes fit the scheme: nothing else is ever asked for, or signed.
bool is_well_formed(const signature_request&);

// What one connection and its engine's callbacks know of a signature that is made elsewhere.
class signature_slot {
public:
    enum class answer { later, here, refused };

    // A callback asks. `later` the first time, and until give(); what is asked for then must be the
    // same, or it is refused.
    answer ask(signature_scheme, std::span<const std::byte>);
    answer again();                                             // the same question once more
    const std::string& signature() const { return signature_; } // after `here`

    const signature_request* wanted() const { return state_ == state::asked ? &what_ : nullptr; }
    void give(std::span<const std::byte> signature); // empty: it cannot be had

    std::optional<key_id> key; // none: the key is in this process

private:
    enum class state { idle, asked, given };
    state state_ = state::idle;
    signature_request what_;
    std::string signature_;
};

// A private key in the process that may hold it.
class signing_key {
public:
    virtual ~signing_key() = default;

    // The request is well-formed. Nothing when the key is not of that kind, or the library fails.
    // Not for two threads at once.
    virtual std::optional<std::string> sign(signature_scheme, std::span<const std::byte>) = 0;
};

}
