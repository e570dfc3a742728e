#include "backends/tls/engine.hpp"

#include "backends/tls/reception.hpp"
#include "tests/backends/support/pipe.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>

namespace postern::tls::test {

// These drive an engine by hand against `openssl s_client`, whose bytes come through a socket.
TEST_CASE("bytes both ways, in any sizes, arrive unchanged") {
    for (auto* version : {"-tls1_2", "-tls1_3"}) {
        client_link link({version, "-quiet"});
        auto& side = link.shake_hands();
        std::string sent;
        for (std::size_t size : {1u, 5u, 16383u, 16384u, 16385u, 60000u}) {
            std::string part(size, static_cast<char>('a' + size % 26));
            part.back() = '\n';
            sent += part;
            link.say(part);
        }
        CHECK(link.from_client_output(sent.size()) == sent);

        link.type("hello from the client\n");
        CHECK(link.hear(22) == "hello from the client\n");
        CHECK(side.pending().empty());
    }
}

TEST_CASE("encrypt takes at most one record at a time, and nothing waits when it was sent") {
    client_link link({"-quiet"});
    auto& side = link.shake_hands();
    std::string big(100000, 'x');
    auto step = side.encrypt(std::as_bytes(std::span(big)));
    CHECK(step.state == status::done);
    CHECK(step.bytes > 0);
    CHECK(step.bytes <= big.size());
    CHECK_FALSE(side.pending().empty());
    link.flush();
    CHECK(side.pending().empty());
}

TEST_CASE("two full records are sent as one") {
    client_link link({"-quiet"});
    auto& side = link.shake_hands();
    std::string record(16384, 'x');
    for (int i = 0; i < 2; ++i)
        CHECK(side.encrypt(std::as_bytes(std::span(record))).bytes == record.size());
    auto size = side.pending().size();
    CHECK(size > 2 * record.size());
    side.sent(size);
    CHECK(side.pending().empty());
}

TEST_CASE("park keeps what was not used, to be used first later on") {
    client_link link({"-quiet"});
    auto& side = link.shake_hands();
    link.type("first line\n");
    link.wait_for_bytes();
    {
        auto bytes = link.take_raw(); // a buffer that is gone after this block
        side.take(std::as_bytes(std::span(bytes)));
        std::byte one[5];
        auto step = side.decrypt(one);
        CHECK(step.state == status::done);
        CHECK(step.bytes == 5);
        side.park();
        std::ranges::fill(bytes, '\0');
    }
    CHECK(link.hear(6) == " line\n");
    link.type("second line\n");
    CHECK(link.hear(12) == "second line\n");
}

TEST_CASE("decrypt asks for input when it has none, and gives nothing for no room") {
    client_link link({"-quiet"});
    auto& side = link.shake_hands();
    std::byte some[64];
    CHECK(side.decrypt(some).state == status::needs_input);
    CHECK(side.decrypt(some).state == status::needs_input);
    auto none = side.decrypt({});
    CHECK(none.state == status::done);
    CHECK(none.bytes == 0);
}

TEST_CASE("the peer's close_notify is closed, for good") {
    client_link link({});
    auto& side = link.shake_hands();
    link.type("Q\n"); // s_client's command to end
    CHECK(link.hear_end() == status::closed);
    std::byte some[64];
    CHECK(side.decrypt(some).state == status::closed);
}

TEST_CASE("say_goodbye queues close_notify once, and does not wait") {
    client_link link({"-quiet"});
    auto& side = link.shake_hands();
    CHECK(side.say_goodbye().state != status::failed);
    auto first = side.pending().size();
    CHECK(first > 0);
    side.say_goodbye();
    CHECK(side.pending().size() == first);
    link.flush();
    CHECK(link.client_ended());
}

TEST_CASE("a record that was changed on its way is a failure with a reason and an alert") {
    for (auto* version : {"-tls1_2", "-tls1_3"}) {
        client_link link({version, "-quiet"});
        auto& side = link.shake_hands();
        link.type("something\n");
        link.wait_for_bytes();
        auto bytes = link.take_raw();
        bytes.back() = static_cast<char>(bytes.back() ^ 1);
        side.take(std::as_bytes(std::span(bytes)));
        std::byte some[64];
        CHECK(side.decrypt(some).state == status::failed);
        INFO(side.reason());
        CHECK_FALSE(side.reason().empty());
        CHECK_FALSE(side.pending().empty()); // the alert
        CHECK(side.decrypt(some).state == status::failed);
        CHECK(side.encrypt(std::as_bytes(std::span("x", 1))).state == status::failed);
    }
}

TEST_CASE("a client that gives up in the handshake: its alert is in the reason") {
    client_link link({"-tls1_2", "-verify_return_error"});
    auto reason = link.fail_to_shake_hands();
    INFO(reason);
    CHECK(reason.find("unknown_ca") != reason.npos);
}

TEST_CASE("a TLS 1.3 key update of the client goes by unnoticed") {
    client_link link({"-tls1_3"});
    link.shake_hands();
    link.type("K\n"); // s_client's command: update keys, and ask the other side to
    REQUIRE(link.from_client_output_has("KEYUPDATE"));
    link.type("after\n");
    CHECK(link.hear(6) == "after\n");
    link.say("still here\n");
    CHECK(link.from_client_output_has("still here"));
}

TEST_CASE("a TLS 1.2 client that asks for renegotiation does not get it") {
    client_link link({"-tls1_2"});
    auto& side = link.shake_hands();
    link.type("R\n");
    auto end = link.hear_end();
    INFO(side.reason());
    CHECK((end == status::failed || end == status::closed));
}

}
