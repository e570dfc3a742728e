#pragma once

#include "backends/tls/backend.hpp"
#include "tests/support/certificates.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace postern::tls::test {

using postern::test::identity;

// A session store of one map, as a shared zone looks from here. Its clock is the real one.
class map_store : public session_store {
public:
    bool put(
        std::span<const std::byte> id, std::span<const std::byte> session, clock::time_point expires
    ) override;
    std::optional<std::string> get(std::span<const std::byte> id) override;
    void drop(std::span<const std::byte> id) override;

    struct kept {
        std::string session;
        clock::time_point expires;
    };
    std::map<std::string, kept> all;
    bool full = false; // refuses what comes
};

config::file file_of(const std::string& path, const std::string& text);

// Settings with these certificates, each with its key.
config::tls_settings settings_with(const std::vector<identity>&);

// Compiles; fails the test with the complaints when that does not work.
std::shared_ptr<const server> must_compile(
    const config::tls_settings&, const session_services& = {}, std::string_view alpn = "imap"
);

// All complaints of a level, as "directive: text (hint)", one a line.
std::string complaints_of(const compiled&, config::severity);

// The linked library's answer about a value of a directive; absent when it has no such row.
support support_of(std::string_view directive, std::string_view what);
// The row's "why not".
std::string reason_of(std::string_view directive, std::string_view what);

struct how {
    std::size_t piece = 65536;               // bytes handed to reception and engine at a time
    std::string greeting = "* OK hello\r\n"; // sent when the handshake is done
    // Makes the signatures of keys that are elsewhere.
    std::function<std::string(const signature_request&)> sign = {};
};

// What came of a connection of `openssl s_client` to a server, on both sides.
struct meeting {
    bool agreed = false; // the server's side of the handshake ended well
    facts what;
    std::string reason;   // why not, from reception or engine
    std::string farewell; // reception's last bytes
    std::string client;   // everything that s_client printed

    bool client_has(std::string_view text) const { return client.find(text) != client.npos; }
};
meeting meet(
    const std::shared_ptr<const server>&,
    const std::vector<std::string>& client_words = {},
    how = {}
);

// Two meetings: the second one with the session that the first one left. `pause` before it.
struct twice {
    meeting first, second;
    bool left_session = false; // else there was no second one
};
twice meet_twice(
    const std::shared_ptr<const server>&,
    const std::shared_ptr<const server>& second,
    const std::vector<std::string>& client_words,
    std::chrono::milliseconds pause = {}
);

}
