#include "tests/backends/support/visit.hpp"

#include "backends/tls/compiler.hpp"
#include "backends/tls/reception.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace postern::tls::test {

namespace {

std::vector<std::byte> flight_of(engine& from) {
    std::vector<std::byte> out;
    for (auto some = from.pending(); !some.empty(); some = from.pending()) {
        out.insert(out.end(), some.begin(), some.end());
        from.sent(some.size());
    }
    return out;
}

// Both ends of a connection.
class pair {
public:
    pair(
        const client& by,
        const std::shared_ptr<const server>& at,
        const destination& to,
        std::size_t piece
    )
        : here_(by.connect(to)), desk_(at), piece_(piece) {}

    visit run() {
        visit out;
        for (int turn = 0; turn < 16 && !(done_here_ && done_there_); ++turn) {
            if (!step_here(out)) break;
            for (auto bytes = flight_of(*here_); !bytes.empty(); bytes.clear())
                feed(bytes, [&](auto some) { return take_there(some, out); });
            if (!out.why_there.empty()) break;
            deliver(out);
        }
        out.agreed = done_here_ && done_there_;
        if (!out.agreed) return out;
        out.here = here_->agreed();
        out.there = there_->agreed();
        here_->settle();
        there_->settle();
        greet(out);
        return out;
    }

private:
    template <class F> void feed(std::span<const std::byte> bytes, F take) {
        while (!bytes.empty()) {
            auto some = bytes.first(std::min(piece_, bytes.size()));
            bytes = bytes.subspan(some.size());
            if (!take(some)) return;
        }
    }
    bool step_here(visit& out) {
        if (done_here_) return true;
        auto state = here_->handshake().state;
        done_here_ = state == status::done;
        here_->park();
        if (state == status::failed || state == status::closed) out.why = here_->reason();
        return state == status::done || state == status::needs_input;
    }
    bool take_there(std::span<const std::byte> some, visit& out) {
        if (!there_) {
            auto state = desk_.take(some);
            if (state == status::failed) out.why_there = desk_.reason();
            if (state != status::done) return state == status::needs_input;
            there_ = desk_.admit();
        } else {
            there_->take(some);
        }
        auto state = done_there_ ? status::done : there_->handshake().state;
        there_->park();
        done_there_ = state == status::done;
        if (state == status::failed) out.why_there = there_->reason();
        return state == status::done || state == status::needs_input;
    }
    void deliver(visit& out) {
        if (!there_) return;
        auto bytes = flight_of(*there_);
        feed(bytes, [&](auto some) {
            here_->take(some);
            if (!done_here_) return step_here(out);
            read_here(out);
            return true;
        });
    }
    void read_here(visit& out) {
        std::array<std::byte, 64> plain;
        for (auto p = here_->decrypt(plain); p.state == status::done; p = here_->decrypt(plain))
            out.heard.append(reinterpret_cast<const char*>(plain.data()), p.bytes);
        here_->park();
    }
    // The tickets of TLS 1.3 come with it at the latest.
    void greet(visit& out) {
        there_->encrypt(std::as_bytes(std::span("* OK", 4)));
        deliver(out);
    }

    std::unique_ptr<engine> here_, there_;
    reception desk_;
    std::size_t piece_;
    bool done_here_ = false, done_there_ = false;
};

}

const crypto& primitives() {
    static const auto library = make_backend();
    return static_cast<const compiler&>(*library).primitives();
}

config::proxy_tls_settings proxy_settings_with(const std::string& authorities) {
    config::proxy_tls_settings out;
    out.mode = config::upstream_tls::on;
    out.trusted_certificate = file_of("ca.pem", authorities);
    return out;
}

std::shared_ptr<const client> must_compile_client(
    const config::proxy_tls_settings& settings, std::string_view protocol
) {
    auto done = make_backend()->compile_client(settings, protocol);
    std::string all;
    for (auto& c : done.complaints)
        all += c.directive + ": " + c.text + "\n";
    INFO(all);
    REQUIRE(done.made);
    return done.made;
}

visit visit_server(
    const client& by,
    const std::shared_ptr<const server>& at,
    const destination& to,
    std::size_t piece
) {
    return pair(by, at, to, piece).run();
}

}
