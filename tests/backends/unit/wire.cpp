#include "backends/tls/wire.hpp"

#include "tests/support/catch.hpp"

#include <cstdlib>
#include <new>
#include <string>

namespace postern::tls::test {

namespace {

std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

std::string text_of(std::span<const std::byte> b) {
    return {reinterpret_cast<const char*>(b.data()), b.size()};
}

std::string read_all(wire& from, std::size_t room) {
    std::string all;
    for (;;) {
        std::vector<std::byte> some(room);
        auto n = from.read(some);
        if (n == 0) return all;
        all += text_of(std::span(some).first(n));
    }
}

}

TEST_CASE("a wire reads what was parked before what is lent") {
    wire w;
    std::byte two[2];
    w.lend(bytes("abcdef"));
    CHECK(w.read(two) == 2);
    w.park();
    w.lend(bytes("ghi"));
    CHECK(w.read(two) == 2);
    CHECK(text_of(two) == "cd");
    w.park(); // twice, with something parked already
    CHECK_FALSE(w.drained());
    w.lend(bytes("jk"));
    CHECK(read_all(w, 3) == "efghijk");
    CHECK(w.drained());
    CHECK(w.read(two) == 0);
}

TEST_CASE("an outbox gives back exactly what was put in, in stretches of a chunk at most") {
    for (std::size_t size : {0u, 1u, 34815u, 34816u, 34817u, 100000u}) {
        outbox out;
        std::string sent, all;
        for (std::size_t i = 0; i < size; ++i)
            all += static_cast<char>(i * 7);
        out.append(bytes(all.substr(0, size / 3)));
        out.append(bytes(all.substr(size / 3)));
        while (!out.pending().empty()) {
            CHECK(out.pending().size() <= outbox::chunk_bytes);
            auto n = std::min<std::size_t>(out.pending().size(), 5000);
            sent += text_of(out.pending().first(n));
            out.sent(n);
        }
        CHECK(sent == all);
        CHECK(out.empty());
    }
}

TEST_CASE("a drained outbox owns nothing, and its chunks are used again") {
    outbox one;
    one.append(bytes("x"));
    auto* where = one.pending().data();
    one.sent(1);
    CHECK(one.pending().data() == nullptr);
    outbox other;
    other.append(bytes("y"));
    CHECK(other.pending().data() == where);
}

}
