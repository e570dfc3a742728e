#include "backends/tls/builtin_store.hpp"
#include "backends/tls/resumption.hpp"
#include "backends/tls/ticket_ring.hpp"
#include "tests/backends/support/meeting.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>

namespace postern::tls::test {

namespace {

using namespace std::chrono_literals;
using time_point = session_store::clock::time_point;

std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

// Not secure, but as sharp as the real thing at telling inputs apart: enough to test what is sealed
// with what.
class toy_crypto : public crypto {
public:
    std::array<std::byte, 20> sha1(std::span<const std::byte>) const override { return {}; }
    std::array<std::byte, 32> sha256(std::span<const std::byte> in) const override {
        std::array<std::byte, 32> out;
        for (std::size_t part = 0; part < 4; ++part) {
            std::uint64_t h = 14695981039346656037u + part;
            for (auto b : in)
                h = (h ^ std::to_integer<std::uint64_t>(b)) * 1099511628211u;
            for (std::size_t i = 0; i < 8; ++i)
                out[8 * part + i] = static_cast<std::byte>(h >> 8 * i);
        }
        return out;
    }
    bool seal(
        const aead_input& in,
        std::span<const std::byte> plain,
        std::span<std::byte> out,
        std::span<std::byte, 16> tag
    ) const override {
        auto seen = mark(in, plain);
        std::copy_n(seen.begin(), 16, tag.begin());
        std::ranges::transform(plain, out.begin(), [&](std::byte b) { return b ^ in.key[0]; });
        return true;
    }
    bool open(
        const aead_input& in,
        std::span<const std::byte> sealed,
        std::span<const std::byte, 16> tag,
        std::span<std::byte> out
    ) const override {
        std::ranges::transform(sealed, out.begin(), [&](std::byte b) { return b ^ in.key[0]; });
        auto seen = mark(in, out);
        return std::ranges::equal(std::span(seen).first<16>(), tag);
    }

private:
    std::array<std::byte, 32> mark(const aead_input& in, std::span<const std::byte> plain) const {
        std::vector<std::byte> all(in.key.begin(), in.key.end());
        all.insert(all.end(), in.nonce.begin(), in.nonce.end());
        all.insert(all.end(), in.bound.begin(), in.bound.end());
        all.insert(all.end(), plain.begin(), plain.end());
        return sha256(all);
    }
};

struct setting {
    toy_crypto primitives;
    builtin_store own{10};
    map_store zone;
    local_ticket_keys keys;
    config::tls_settings settings;

    resumption make(
        bool shared, const std::string& certificate = "cert", const char* format = "lib 1"
    ) {
        settings.cache.zone = shared ? "SSL" : "";
        session_services services{&own, shared ? &zone : nullptr, &keys};
        std::vector<std::string> leaves{certificate};
        return resumption(settings, services, primitives, leaves, format);
    }
};

struct ticket {
    ticket_head head;
    std::vector<std::byte> body;
};

ticket seal(const resumption& with, std::string_view state, const resumption_memory& memory = {}) {
    ticket out;
    out.body.resize(state.size());
    out.head = with.seal(bytes(state), out.body, memory);
    return out;
}

std::string open(const resumption& with, const ticket& t, resumption_memory& memory) {
    std::string out(t.body.size(), '?');
    auto done = with.open(t.head, t.body, std::as_writable_bytes(std::span(out)), memory);
    return done ? out.substr(0, done->bytes) : "nothing";
}
std::string open(const resumption& with, const ticket& t) {
    resumption_memory memory;
    return open(with, t, memory);
}

}

TEST_CASE("the builtin store keeps so many sessions, the oldest leaving first, and none too long") {
    auto now = time_point(1000s);
    builtin_store store(3, [&] { return now; });
    for (auto* id : {"a", "b", "c"})
        CHECK(store.put(bytes(id), bytes(std::string(id) + "!"), now + 10s));
    CHECK(store.get(bytes("a")) == "a!"); // does not make it younger
    CHECK(store.put(bytes("d"), bytes("d!"), now + 20s));
    CHECK(store.size() == 3);
    CHECK_FALSE(store.get(bytes("a")));
    CHECK(store.get(bytes("b")) == "b!");
    CHECK(store.put(bytes("b"), bytes("new"), now + 20s));
    CHECK(store.get(bytes("b")) == "new");
    now += 10s;
    CHECK_FALSE(store.get(bytes("c")));
    CHECK(store.get(bytes("d")) == "d!");
    store.drop(bytes("d"));
    CHECK_FALSE(store.get(bytes("d")));
    CHECK_FALSE(store.put(bytes(std::string(33, 'i')), bytes("x"), now + 1s));
    CHECK_FALSE(
        store.put(bytes("x"), bytes(std::string(builtin_store::longest_session + 1, 'x')), now + 1s)
    );
}

TEST_CASE("sealed tickets open with their key only, for their server, library and time") {
    setting s;
    auto ours = s.make(false);
    auto t = seal(ours, "the state");
    CHECK(open(ours, t) == "the state");
    CHECK(open(s.make(false), t) == "the state"); // another worker
    CHECK(open(s.make(false, "another certificate"), t) == "nothing");
    CHECK(open(s.make(false, "cert", "lib 2"), t) == "nothing");
    setting stranger;
    CHECK(open(stranger.make(false), t) == "nothing");
    for (auto* part : {&t.head.name, &t.head.nonce, &t.head.tag})
        for (auto& b : *part) {
            b ^= std::byte{1};
            CHECK(open(ours, t) == "nothing");
            b ^= std::byte{1};
        }
    t.body[3] ^= std::byte{1};
    CHECK(open(ours, t) == "nothing");
}

TEST_CASE("with a zone a ticket is a handle, as long as the state, and the zone decides") {
    setting s;
    auto ours = s.make(true);
    auto t = seal(ours, "the state");
    CHECK(s.zone.all.size() == 1);
    CHECK(t.body == std::vector<std::byte>(9));
    CHECK(open(ours, t) == "the state");
    CHECK(open(s.make(true, "another certificate"), t) == "nothing");
    CHECK(open(s.make(true, "cert", "lib 2"), t) == "nothing");
    t.body.resize(8);
    CHECK(open(ours, t) == "nothing");
    t.body.resize(9);
    s.zone.all.clear();
    CHECK(open(ours, t) == "nothing");

    s.zone.full = true; // falls back on the keys
    auto sealed = seal(ours, "the state");
    CHECK(open(ours, sealed) == "the state");
}

TEST_CASE("a resumed session's next ticket ends when the session does") {
    setting s;
    s.settings.session_timeout = 100s;
    for (auto shared : {false, true}) {
        auto ours = s.make(shared);
        resumption_memory memory;
        open(ours, seal(ours, "x"), memory);
        REQUIRE(memory.ends);
        auto first = *memory.ends;
        memory.ends = first - 90s; // as if it had been made long ago
        resumption_memory next;
        CHECK(open(ours, seal(ours, "x", memory), next) == "x");
        CHECK(*next.ends <= first - 90s);
        memory.ends = session_store::clock::now() - 1s;
        CHECK(open(ours, seal(ours, "x", memory)) == "nothing");
    }
}

TEST_CASE("sessions by id never cross servers with other certificates") {
    setting s;
    auto ours = s.make(true);
    ours.keep(bytes("id"), bytes("session"));
    CHECK(ours.find(bytes("id")) == "session");
    CHECK_FALSE(s.make(true, "another certificate").find(bytes("id")));
    CHECK_FALSE(s.make(true, "cert", "lib 2").find(bytes("id")));
    s.own.drop(bytes("id"));
    CHECK(s.own.size() == 1); // not kept under the bare id
    ours.drop(bytes("id"));
    CHECK_FALSE(ours.find(bytes("id")));
    ours.keep({}, bytes("session"));
    ours.keep(bytes(std::string(33, 'x')), bytes("session"));
    CHECK(s.own.size() == 0);
}

TEST_CASE("ticket keys turn when nothing needs the one before, and old tickets open until they end"
) {
    auto now = ticket_ring::clock::time_point(1000000s);
    ticket_ring ring(now);
    auto first = ring.sealing(300s, now).name;
    now += 200s;
    CHECK(ring.opening(first, now).has_value());
    auto second = ring.sealing(300s, now).name;
    CHECK(second != first); // the initial previous key was needed by nobody
    CHECK(ring.opening(first, now)->current == false);
    now += 99s; // the first key's last ticket lives until 300
    CHECK(ring.opening(first, now).has_value());
    CHECK(ring.sealing(300s, now).name == second);
    now += 2s;
    CHECK_FALSE(ring.opening(first, now).has_value());
    CHECK(ring.opening(second, now).has_value());
    CHECK_FALSE(ring.sealing(300s, now).name == second);
    now += 10000s; // long silence: nothing old opens
    CHECK_FALSE(ring.opening(second, now).has_value());
    std::array<std::byte, 16> unknown{};
    CHECK_FALSE(ring.opening(unknown, now).has_value());
}

}
