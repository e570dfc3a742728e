#include "tests/backends/support/pipe.hpp"

#include "backends/tls/reception.hpp"
#include "tests/backends/support/s_client.hpp"
#include "tests/support/catch.hpp"

#include <sys/socket.h>

namespace postern::tls::test {

struct client_link::parts {
    std::shared_ptr<const server> with;
    listening at;
    s_client client;
    fd socket;
    std::unique_ptr<engine> side;
    std::string lent;
    std::string output;

    parts(const std::vector<std::string>& words, std::shared_ptr<const server> of)
        : with(std::move(of)), client(at.port, words), socket(accept(at)) {}

    static int accept(const listening& at) {
        return at.socket.readable() ? accept4(at.socket.get(), nullptr, nullptr, SOCK_CLOEXEC) : -1;
    }
    bool lend() {
        lent = socket.receive();
        if (lent.empty()) return false;
        side->take(std::as_bytes(std::span(lent)));
        return true;
    }
};

client_link::client_link(
    const std::vector<std::string>& words, std::shared_ptr<const server> with
) {
    if (!with) with = must_compile(settings_with({postern::test::ecdsa_identity()}));
    parts_ = std::make_unique<parts>(words, std::move(with));
}

client_link::~client_link() = default;

std::string client_link::fail_to_shake_hands() {
    auto& p = *parts_;
    reception desk(p.with);
    for (auto state = status::needs_input; state != status::done;) {
        auto bytes = p.socket.receive();
        if (bytes.empty()) return "the client left";
        state = desk.take(std::as_bytes(std::span(bytes)));
        if (state == status::failed) return desk.reason();
    }
    p.side = desk.admit();
    for (;;) {
        auto step = p.side->handshake();
        flush();
        if (step.state == status::done) break;
        if (step.state != status::needs_input) return p.side->reason();
        if (!p.lend()) return "the client left";
    }
    p.side->settle();
    return {};
}

engine& client_link::shake_hands() {
    auto reason = fail_to_shake_hands();
    INFO(reason);
    REQUIRE(reason.empty());
    return *parts_->side;
}

void client_link::flush() {
    auto& side = *parts_->side;
    for (auto some = side.pending(); !some.empty(); some = side.pending()) {
        parts_->socket.send_all(some);
        side.sent(some.size());
    }
}

void client_link::say(std::string_view plain) {
    auto left = std::as_bytes(std::span(plain));
    while (!left.empty()) {
        auto step = parts_->side->encrypt(left);
        REQUIRE(step.state == status::done);
        REQUIRE(step.bytes > 0);
        left = left.subspan(step.bytes);
        flush();
    }
}

std::string client_link::hear(std::size_t bytes) {
    std::string heard;
    while (heard.size() < bytes) {
        char some[4096];
        auto room = std::min(sizeof some, bytes - heard.size());
        auto step = parts_->side->decrypt(std::as_writable_bytes(std::span(some, room)));
        if (step.state == status::done)
            heard.append(some, step.bytes);
        else if (step.state != status::needs_input || !parts_->lend())
            break;
        flush(); // of answers that the protocol owes
    }
    return heard;
}

status client_link::hear_end() {
    for (;;) {
        std::byte some[4096];
        auto step = parts_->side->decrypt(some);
        flush();
        if (step.state == status::done) continue;
        if (step.state != status::needs_input || !parts_->lend()) return step.state;
    }
}

void client_link::type(std::string_view line) { parts_->client.type(line); }

std::string client_link::from_client_output(std::size_t bytes) {
    auto& p = *parts_;
    while (p.output.size() < bytes) {
        auto some = p.client.output().receive();
        if (some.empty()) break;
        // -quiet still tells about the certificate, on the other stream
        for (auto at = some.find("depth="); at != some.npos; at = some.find("depth="))
            some.erase(at, some.find('\n', at) + 1 - at);
        for (auto at = some.find("verify "); at != some.npos; at = some.find("verify "))
            some.erase(at, some.find('\n', at) + 1 - at);
        for (auto* word : {"Connecting to", "Can't use"})
            if (some.starts_with(word)) some.erase(0, some.find('\n') + 1);
        p.output += some;
    }
    return p.output;
}

bool client_link::from_client_output_has(std::string_view text) {
    auto& p = *parts_;
    while (p.output.find(text) == p.output.npos) {
        auto some = p.client.output().receive();
        if (some.empty()) return false;
        p.output += some;
    }
    return true;
}

bool client_link::client_ended() {
    parts_->client.all_output();
    return !parts_->client.output().readable(0) || parts_->client.output().receive().empty();
}

void client_link::wait_for_bytes() { REQUIRE(parts_->socket.readable()); }

std::string client_link::take_raw() { return parts_->socket.receive(); }

}
