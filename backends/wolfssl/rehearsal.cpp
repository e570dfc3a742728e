#include "backends/wolfssl/rehearsal.hpp"

#include "backends/wolfssl/map_ciphers.hpp"
#include "backends/wolfssl/map_groups.hpp"
#include "backends/wolfssl/map_protocols.hpp"

#include <vector>

namespace postern::tls::wolfssl {

namespace {

constexpr int most_turns = 16; // a handshake has two or three; one that needs more is stuck

// Everything that waits to be sent, taken out. From an engine or a wire.
template <class Sender> std::vector<std::byte> flight_of(Sender& sender) {
    std::vector<std::byte> flight;
    for (auto some = sender.pending(); !some.empty(); some = sender.pending()) {
        flight.insert(flight.end(), some.begin(), some.end());
        sender.sent(some.size());
    }
    return flight;
}

class client {
public:
    explicit client(const context_parts& server)
        : ctx_(wolfSSL_CTX_new(wolfSSLv23_client_method())) {
        if (!ctx_) return;
        use_wires(ctx_.get());
        use_versions(ctx_.get(), server.versions);
        wolfSSL_CTX_set_verify(ctx_.get(), WOLFSSL_VERIFY_NONE, nullptr);
        wolfSSL_CTX_UseSessionTicket(ctx_.get());
        use_groups(ctx_.get(), server.groups);
        if (use_ciphers(ctx_.get(), server.tls13, server.suites))
            ssl_.reset(wolfSSL_new(ctx_.get()));
        if (ssl_) join(ssl_.get(), self_);
    }

    status step() {
        if (!ssl_) return status::failed;
        forget_errors();
        auto result = wolfSSL_connect(ssl_.get());
        if (result == WOLFSSL_SUCCESS) return status::done;
        auto code = wolfSSL_get_error(ssl_.get(), result);
        if (code == WOLFSSL_ERROR_WANT_READ) return status::needs_input;
        failure_ = code;
        return status::failed;
    }

    wire& bytes() { return self_.bytes; }
    std::string words() const { return ssl_ ? words_for(failure_) : "out of memory"; }
    bool saw_bad_signature() const {
        return failure_ == VERIFY_SIGN_ERROR || failure_ == SIG_VERIFY_E || failure_ == RSA_PAD_E ||
               failure_ == BAD_PADDING_E;
    }

private:
    ctx_handle ctx_;
    connection self_;
    ssl_handle ssl_;
    int failure_ = 0;
};

}

std::optional<misfit> rehearse(const server_context& context) {
    auto server = context.accept_for_rehearsal();
    client visitor(context.parts());
    std::vector<std::byte> answer;
    for (int turn = 0; turn < most_turns; ++turn) {
        auto visitor_is = visitor.step();
        auto question = flight_of(visitor.bytes());
        if (visitor_is == status::failed)
            return misfit{visitor.saw_bad_signature(), visitor.words()};
        server->take(question);
        auto server_is = server->handshake().state;
        server->park();
        answer = flight_of(*server);
        if (server_is == status::failed || server_is == status::closed)
            return misfit{false, server->reason()};
        if (visitor_is == status::done && server_is == status::done) return std::nullopt;
        visitor.bytes().lend(answer);
    }
    return misfit{false, "the handshake does not come to an end"};
}

}
