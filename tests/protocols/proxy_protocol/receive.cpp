#include "protocols/proxy_protocol/receive.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/run.hpp"

#include <algorithm>
#include <string>

using namespace postern;

namespace {

// A peer that has sent this and waits.
class sender final : public stream {
public:
    sender(std::string bytes, std::size_t piece) : left(std::move(bytes)), piece_(piece) {}

    task<result<std::string_view>> read(std::size_t most) override {
        if (left.empty()) co_return errc::timed_out;
        lent_ = left.substr(0, std::min(most, piece_));
        left.erase(0, lent_.size());
        co_return std::string_view(lent_);
    }
    task<result<bool>> quiet_for(std::chrono::milliseconds) override { co_return false; }
    task<result<void>> write(std::string_view) override { co_return errc::closed; }
    task<result<void>> start_tls() override { co_return errc::tls_failed; }
    const tls::facts* tls() const override { return nullptr; }

    std::string left;

private:
    std::size_t piece_;
    std::string lent_;
};

}

TEST_CASE("a PROXY header is received, and not a byte behind it") {
    const std::string v2(
        "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc0\0\2\7\xc0\0\2\x09\x12\x67\0\x8f", 28
    );
    const std::string v1 = "PROXY TCP4 192.0.2.7 192.0.2.9 4711 143\r\n";
    for (auto& header : {v1, v2})
        for (std::size_t piece : {1u, 7u, 1000u}) {
            sender peer(header + "a1 NOOP\r\n", piece);
            std::string trouble;
            auto got = test::run(proxy_protocol::receive_header(peer, trouble));
            REQUIRE(got.has_value());
            REQUIRE(got->has_value());
            CHECK((*got)->client == proxy_protocol::endpoint{"192.0.2.7", 4711});
            CHECK((*got)->server == proxy_protocol::endpoint{"192.0.2.9", 143});
            CHECK(peer.left == "a1 NOOP\r\n");
        }
}

TEST_CASE("what is no PROXY header, or not all of one, is an error") {
    std::string trouble;
    sender stranger("a1 LOGIN alice secret\r\n", 1000);
    auto got = test::run(proxy_protocol::receive_header(stranger, trouble));
    CHECK(got.error() == errc::no_proxy_header);
    CHECK(trouble == "no PROXY protocol header");
    sender slow("PROXY TCP4 192.0", 1000);
    CHECK(test::run(proxy_protocol::receive_header(slow, trouble)).error() == errc::timed_out);
    sender nobody("PROXY UNKNOWN\r\n", 3);
    got = test::run(proxy_protocol::receive_header(nobody, trouble));
    REQUIRE(got.has_value());
    CHECK_FALSE(got->has_value());
}
