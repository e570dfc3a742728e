#pragma once

#include "backends/tls/backend.hpp"
#include "backends/tls/crypto.hpp"
#include "backends/tls/file_ticket_keys.hpp"
#include "backends/tls/hkdf.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace postern::tls {

// What a ticket shows in front of its body, in fixed places so that an adapter may spread it over
// its library's fields. A sealed ticket: a key's name, nonce and expiry, tag. A handle, which is
// the name of a place in a store: 32 random bytes, and a tag of zeros.
struct ticket_head {
    std::array<std::byte, 16> name{};
    std::array<std::byte, 16> nonce{}; // the last 4 bytes: expiry, seconds since 1970
    std::array<std::byte, 16> tag{};

    static constexpr std::size_t bytes = 48;
    void write(std::span<std::byte, bytes>) const;
    static ticket_head read(std::span<const std::byte, bytes>);
};

// What one connection remembers between opening a ticket and sealing the next one.
struct resumption_memory {
    // When the session that was resumed ends. A ticket issued on a resumed connection ends no
    // later, so that ssl_session_timeout counts from the full handshake, whatever a library thinks.
    std::optional<session_store::clock::time_point> ends;
};

// One server's sessions and tickets, the same for all libraries: which stores, under which keys,
// for how long. Const operations only, so contexts and their engines share one.
class resumption {
public:
    // `certificates`: the leaf certificates (DER) of the whole server, in order. Sessions never
    // cross servers whose certificates differ (CVE-2014-3616), nor formats: `format` names the
    // library and its version. The services and the crypto outlive this. Two machines resume each
    // other's tickets when certificates, format and key files are the same.
    resumption(
        const config::tls_settings&,
        const session_services&,
        const crypto&,
        std::span<const std::string> certificates,
        std::string_view format
    );

    std::chrono::seconds timeout() const { return timeout_; }

    // 32 bytes for the library's own idea of a session id context.
    std::span<const std::byte, 32> context() const { return context_; }

    // False with ssl_session_cache off: clients get no session id at all. True with none: they get
    // one, and keep() forgets it.
    bool gives_ids() const { return mode_ != config::session_cache::builtin_mode::off; }
    // ssl_session_tickets off: clients of TLS 1.2 and older get no tickets, others no sealed ones.
    bool seals_tickets() const { return keys_ != nullptr; }
    // Tickets that are handles take a place in a store each.
    bool hands_out_handles() const;
    bool gives_tickets() const { return seals_tickets() || hands_out_handles(); }

    // Sessions by id (TLS 1.2 and older). ids of 0 or more than 32 bytes are left alone.
    void keep(std::span<const std::byte> id, std::span<const std::byte> session) const;
    std::optional<std::string> find(std::span<const std::byte> id) const;
    void drop(std::span<const std::byte> id) const;

    // Tickets, all versions. The body is exactly as long as the state, and may be the same memory.
    ticket_head
    seal(std::span<const std::byte> state, std::span<std::byte> body, const resumption_memory&)
        const;

    struct opened {
        std::size_t bytes; // of state
        bool renew;        // the key is going out of use
    };
    // Nothing when the ticket is not ours, is too old, or was tampered with. `state` needs
    // body.size() bytes and may be the same memory.
    std::optional<opened>
    open(const ticket_head&, std::span<const std::byte> body, std::span<std::byte> state, resumption_memory&)
        const;

private:
    using key = std::array<std::byte, 32>;
    using time = session_store::clock::time_point;

    key store_key(char kind, std::span<const std::byte> id) const;
    time ends(const resumption_memory&) const;
    bool keep_at(const key&, std::span<const std::byte> kept, time ends) const;
    std::optional<std::string> find_at(const key&) const;
    std::optional<std::string> take_marked(session_store*, const key&) const;

    bool store_ticket(std::span<const std::byte> state, const key&, time ends) const;
    ticket_head seal_handle(std::span<const std::byte> state, std::span<std::byte> body, time ends)
        const;
    ticket_head seal_with_key(
        std::span<const std::byte> state, std::span<std::byte> body, time ends
    ) const;
    secret_block cipher_key(const ticket_key&, const ticket_head&) const;
    std::optional<opened>
    open_sealed(const ticket_head&, const ticket_keys::found&, std::span<const std::byte> body, std::span<std::byte> state, resumption_memory&)
        const;
    std::optional<opened>
    open_handle(const ticket_head&, std::span<const std::byte> body, std::span<std::byte> state, resumption_memory&)
        const;

    const crypto& crypto_;
    session_store* builtin_;
    session_store* shared_;
    std::unique_ptr<file_ticket_keys> files_; // null: none are named
    ticket_keys* keys_;                       // the files', or those of all workers; null: none
    bool tickets_on_;
    config::session_cache::builtin_mode mode_;
    std::chrono::seconds timeout_;
    key context_{};
    std::array<std::byte, 4> mark_{}; // of the library's format, in front of what is stored
};

}
