#pragma once

#include "backends/tls/engine.hpp"

#include <string>
#include <string_view>

namespace postern::test {

// An engine without cryptography, so that what a connection does with engines can be tested alone:
// a record is a kind ('d' data, 'c' close_notify, 'x' broken), two bytes of length, and that many
// bytes. It keeps to the letter of the interface and complains about whoever does not.
class framed_engine final : public tls::engine {
public:
    tls::progress handshake() override { return {}; }
    tls::progress decrypt(std::span<std::byte> plain) override;
    tls::progress encrypt(std::span<const std::byte> plain) override;
    tls::progress say_goodbye() override;
    void take(std::span<const std::byte> cipher) override;
    void park() override;
    std::span<const std::byte> pending() const override { return std::as_bytes(std::span(out_)); }
    void sent(std::size_t bytes) override { out_.erase(0, bytes); }
    void settle() override {}
    const tls::facts& agreed() const override { return facts_; }
    std::string reason() const override { return "a broken record"; }

    static std::string record(std::string_view text, char kind = 'd');

private:
    tls::progress needs_input();

    tls::facts facts_{"TLSv1.3", "TLS_AES_128_GCM_SHA256", {}, {}, false};
    std::string parked_, out_;
    std::string_view lent_;
};

}
