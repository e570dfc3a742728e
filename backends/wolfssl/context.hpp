#pragma once

#include "backends/tls/context.hpp"
#include "backends/wolfssl/engine.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace postern::tls::wolfssl {

// What the callbacks of a context use.
struct context_parts {
    ctx_handle ctx;
    key_kind key = key_kind::other;
    std::shared_ptr<const resumption> sessions;
    std::string alpn;
    std::vector<std::uint16_t> suites;
    config::tls_versions versions;
    demand asks;
    std::optional<key_id> elsewhere = {}; // where the key is, if not in this process
};

class server_context final : public context, public std::enable_shared_from_this<server_context> {
public:
    explicit server_context(context_parts);

    std::unique_ptr<engine> accept() const override { return start(parts_.sessions.get()); }
    key_kind key() const override { return parts_.key; }
    std::span<const std::uint16_t> suites() const override { return parts_.suites; }
    bool speaks(config::tls_version v) const override { return parts_.versions.contains(v); }

    // An engine whose handshake leaves nothing behind, neither sessions nor usable tickets.
    std::unique_ptr<engine> accept_for_rehearsal() const { return start(nullptr); }
    const context_parts& parts() const { return parts_; }

private:
    std::unique_ptr<engine> start(const resumption*) const;

    context_parts parts_;
};

}
