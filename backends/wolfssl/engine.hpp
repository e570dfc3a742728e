#pragma once

#include "backends/tls/engine.hpp"
#include "backends/wolfssl/bytes.hpp"

#include <memory>
#include <optional>
#include <string>

namespace postern::tls::wolfssl {

// One connection's server side. `keeps` is what the callbacks use and must live as long: the
// context.
class library_engine final : public engine {
public:
    // ssl may be null when the library had no memory for it; every step then fails.
    library_engine(
        ssl_handle ssl,
        std::shared_ptr<const void> keeps,
        const resumption* sessions,
        const demand* asks = nullptr
    );

    ~library_engine() override;

    // Before the first step; without it the engine is a server's.
    void play_client(std::unique_ptr<upstream_side> side) { self_.upstream = std::move(side); }

    // Before the first step, on the server's side. What is given lives as long as the context.
    void staple_with(const staple& answer) { self_.ocsp = &answer; }
    void log_keys_to(const key_log*); // null: nobody asked for them

    progress handshake() override;
    progress decrypt(std::span<std::byte> plain) override;
    progress encrypt(std::span<const std::byte> plain) override;
    progress say_goodbye() override;

    void take(std::span<const std::byte> cipher) override { self_.bytes.lend(cipher); }
    void park() override;
    std::span<const std::byte> pending() const override { return self_.bytes.pending(); }
    void sent(std::size_t bytes) override { self_.bytes.sent(bytes); }

    const signature_request* wanted() const override { return self_.signing.wanted(); }
    void take_signature(std::span<const std::byte> s) override { self_.signing.give(s); }
    // Before the handshake: the key of a context whose key is in another process.
    void sign_with(std::optional<key_id>);

    void settle() override;
    const facts& agreed() const override { return facts_; }
    void forget_peer() override {
        self_.shown.reset();
        facts_.shown.reset();
    }
    std::string reason() const override { return reason_; }
    alerts fatal_alerts() const override;

private:
    progress handshake_aside();
    int step(); // of the handshake, in the library's words
    progress shaken(int result);
    progress stopped(int result);
    progress failed(std::string why);
    std::string add_alert(long code);
    void forget_session();
    void note_facts();

    std::shared_ptr<const void> keeps_;
    connection self_;
    ssl_handle ssl_;             // after self_: it is gone before what its callbacks use
    status over_ = status::done; // closed and failed are for good
    int added_alert_ = -1;       // of ours, which the library does not know
    bool goodbye_ = false;
    facts facts_;
    std::string reason_;
};

}
