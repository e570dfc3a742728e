#pragma once

#include "config/settings/certificates.hpp"
#include "config/settings/file.hpp"
#include "config/settings/handshake.hpp"
#include "config/settings/tickets.hpp"
#include "config/settings/verify.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace postern::config {

enum class starttls_mode { off, on, only };

enum class tls_version : std::uint8_t { ssl2, ssl3, tls1, tls1_1, tls1_2, tls1_3 };

// A set of versions, as the directive names them.
class tls_versions {
public:
    constexpr tls_versions() = default;
    constexpr tls_versions(std::initializer_list<tls_version> some) {
        for (auto v : some)
            insert(v);
    }
    constexpr void insert(tls_version v) {
        bits_ = static_cast<std::uint8_t>(bits_ | 1u << static_cast<unsigned>(v));
    }
    constexpr void erase(tls_version v) {
        bits_ = static_cast<std::uint8_t>(bits_ & ~(1u << static_cast<unsigned>(v)));
    }
    constexpr bool contains(tls_version v) const {
        return (bits_ >> static_cast<unsigned>(v) & 1u) != 0;
    }
    constexpr bool empty() const { return bits_ == 0; }
    constexpr bool operator==(const tls_versions&) const = default;

private:
    std::uint8_t bits_ = 0;
};

// nginx's two independent halves of ssl_session_cache: what one worker keeps, and the zone that all
// share.
struct session_cache {
    enum class builtin_mode {
        off,    // tell clients that sessions cannot be resumed
        none,   // let clients think so, keep nothing
        unused, // only the zone
        used,   // one worker's own cache
    };
    builtin_mode builtin = builtin_mode::used;
    std::size_t builtin_sessions = 20480;
    std::string zone; // empty: no zone
    std::size_t zone_bytes = 0;

    bool operator==(const session_cache&) const = default;
    // off and none win over a zone (nginx: the zone then exists but is not used).
    bool uses_zone() const {
        return !zone.empty() && builtin != builtin_mode::off && builtin != builtin_mode::none;
    }
};

struct tls_settings {
    bool ssl = false; // every listener of the server
    starttls_mode starttls = starttls_mode::off;
    std::vector<file> certificates{
        {"cert.pem", nullptr}
    };
    std::vector<file> certificate_keys; // missing ones: the certificate's own file
    file password_file;                 // one pass phrase a line
    many_names_settings names;
    std::string ciphers = "HIGH:!aNULL:!MD5";
    bool prefer_server_ciphers = true;
    tls_versions versions{tls_version::tls1_2, tls_version::tls1_3};
    session_cache cache;
    std::chrono::seconds session_timeout{300};
    ticket_settings tickets;
    bool keys_elsewhere = false; // ssl_key_process: what is served must need signatures alone
    handshake_settings handshake;
    verify_settings verify; // of clients' certificates
};

}
