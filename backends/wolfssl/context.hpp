#pragma once

#include "backends/tls/context.hpp"
#include "backends/tls/resumption.hpp"
#include "backends/wolfssl/engine.hpp"

#include <memory>
#include <string>

namespace postern::tls::wolfssl {

// One certificate's context: the library's, and what its callbacks use.
class server_context final : public context, public std::enable_shared_from_this<server_context> {
public:
    server_context(ctx_handle, key_kind, std::shared_ptr<const resumption>, std::string alpn);

    std::unique_ptr<engine> accept() const override { return start(sessions_.get()); }
    key_kind key() const override { return key_; }

    // An engine whose handshake leaves nothing behind, neither sessions nor usable tickets.
    std::unique_ptr<engine> accept_for_rehearsal() const { return start(nullptr); }

private:
    std::unique_ptr<engine> start(const resumption*) const;

    ctx_handle ctx_;
    key_kind key_;
    std::shared_ptr<const resumption> sessions_;
    std::string alpn_;
};

}
