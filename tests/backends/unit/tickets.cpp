#include "backends/tls/builtin_store.hpp"
#include "backends/tls/compiler.hpp"
#include "backends/tls/file_ticket_keys.hpp"
#include "backends/tls/hkdf.hpp"
#include "backends/tls/resumption.hpp"
#include "backends/tls/ticket_ring.hpp"
#include "tests/backends/support/meeting.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>

namespace postern::tls::test {

namespace {

using namespace std::chrono_literals;

std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

std::string hex(std::span<const std::byte> some) {
    std::string out;
    for (auto b : some)
        for (auto half : {std::to_integer<unsigned>(b) >> 4u, std::to_integer<unsigned>(b) & 15u})
            out += "0123456789abcdef"[half];
    return out;
}

std::string counting(std::size_t size, char from = 0) {
    std::string out(size, '\0');
    std::ranges::generate(out, [&] { return from++; });
    return out;
}

// Of the library that this program is linked with.
const crypto& primitives() {
    static const auto library = make_backend();
    return static_cast<const compiler&>(*library).primitives();
}

// A machine: what its workers share, and one server's settings.
struct machine {
    builtin_store own{10};
    map_store zone;
    local_ticket_keys ring;
    config::tls_settings settings;

    machine& with_keys(std::initializer_list<std::string> files) {
        settings.tickets.key_files.clear();
        for (auto& text : files)
            settings.tickets.key_files.push_back(file_of("ticket.key", text));
        return *this;
    }
    resumption make(bool zoned, const char* format = "lib 1") {
        settings.cache.zone = zoned ? "SSL" : "";
        session_services services{&own, zoned ? &zone : nullptr, &ring};
        std::vector<std::string> leaves{"certificate"};
        return resumption(settings, services, primitives(), leaves, format);
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

std::string open(const resumption& with, const ticket& t, bool* renew = nullptr) {
    std::string out(t.body.size(), '?');
    resumption_memory memory;
    auto done = with.open(t.head, t.body, std::as_writable_bytes(std::span(out)), memory);
    if (done && renew) *renew = done->renew;
    return done ? out.substr(0, done->bytes) : "nothing";
}

const std::string first = counting(80, 'a'), second = counting(48, 'A');

}

// RFC 5869 appendix A.1 and A.3, RFC 4231 section 4.7
TEST_CASE("HKDF and HMAC give the values of the RFCs with either library") {
    std::string secret(22, '\x0b'), salt = counting(13), what = counting(10, '\xf0');
    auto key = hkdf_extract(primitives(), bytes(salt), bytes(secret));
    CHECK(hex(key.bytes) == "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5");
    std::array<std::byte, 42> out;
    hkdf_expand(primitives(), key, bytes(what), out);
    CHECK(
        hex(out) ==
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
    );
    key = hkdf_extract(primitives(), {}, bytes(secret));
    CHECK(hex(key.bytes) == "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04");
    hkdf_expand(primitives(), key, {}, out);
    CHECK(
        hex(out) ==
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
    );
    std::string_view longer = "Test Using Larger Than Block-Size Key - Hash Key First";
    CHECK(
        hex(hmac_sha256(primitives(), bytes(std::string(131, '\xaa')), bytes(longer)).bytes) ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
    );
}

// The values were computed by another program. Machines that run different versions of postern
// depend on them.
TEST_CASE("a ticket key file is the same key everywhere, and shows nothing of itself") {
    auto large = ticket_key_from(primitives(), counting(80));
    CHECK(hex(large.name) == "8dde817ec015c0869a05a91f1054c1d9");
    CHECK(hex(large.secret) == "52dd0ee46538afa5347e00dfd6234476d655fc899f44a0cc7dd401af5e7821c5");
    auto small = ticket_key_from(primitives(), counting(48));
    CHECK(hex(small.name) == "23d41d2f079d1f6298c51e6a366f206c");
    CHECK(hex(small.secret) == "692eb75fe27b8e3f21316b25f9d3415418fda0428d0e4414b8d80c6ff349fa38");
}

TEST_CASE("machines with the same ticket key file open each other's tickets, zone or not") {
    machine here, there, stranger;
    for (auto zoned : {false, true}) {
        auto ours = here.with_keys({first}).make(zoned);
        auto t = seal(ours, "the state");
        CHECK(open(ours, t) == "the state");
        CHECK(open(there.with_keys({first}).make(false), t) == "the state");
        CHECK(open(there.with_keys({first}).make(true), t) == "the state");
        CHECK(open(there.with_keys({second}).make(true), t) == "nothing");
        CHECK(open(there.with_keys({first}).make(false, "lib 2"), t) == "nothing");
        CHECK(open(stranger.make(zoned), t) == "nothing");
    }
    CHECK(here.zone.all.empty());
}

TEST_CASE("the first ticket key file seals, all of them open, and old tickets are renewed") {
    machine here, there;
    auto before = here.with_keys({first}).make(false);
    auto both_known = there.with_keys({first, second}).make(false);
    auto turned = here.with_keys({second, first}).make(false);
    auto after = there.with_keys({second}).make(false);

    bool renew = true;
    auto old = seal(before, "old");
    CHECK(open(both_known, old, &renew) == "old");
    CHECK_FALSE(renew);
    CHECK(open(turned, old, &renew) == "old");
    CHECK(renew);
    CHECK(open(after, old) == "nothing");

    auto fresh = seal(turned, "new");
    CHECK(open(both_known, fresh, &renew) == "new");
    CHECK(renew);
    CHECK(open(after, fresh, &renew) == "new");
    CHECK_FALSE(renew);
    CHECK(open(before, fresh) == "nothing");
}

TEST_CASE("key files without bytes leave the keys of all workers in force") {
    machine here;
    here.settings.tickets.key_files = {
        {"unread", nullptr}
    };
    auto ours = here.make(false);
    CHECK(open(ours, seal(ours, "x")) == "x");
    here.settings.tickets.key_files.clear();
    CHECK(open(here.make(false), seal(ours, "x")) == "x");
}

TEST_CASE("ssl_session_tickets off: tickets name places in the zone and in the worker's own cache"
) {
    machine here;
    here.settings.tickets.on = false;
    auto zoned = here.make(true);
    CHECK(zoned.gives_tickets());
    CHECK_FALSE(zoned.seals_tickets());
    auto t = seal(zoned, "the state");
    CHECK(t.body == std::vector<std::byte>(9)); // no secret, however well sealed
    CHECK(here.zone.all.size() == 1);
    CHECK(here.own.size() == 1);
    CHECK(open(zoned, t) == "the state");
    here.zone.all.clear();
    CHECK(open(zoned, t) == "the state");

    auto own = here.make(false);
    t = seal(own, "the state");
    CHECK(t.body == std::vector<std::byte>(9));
    CHECK(open(own, t) == "the state");
    machine other_worker;
    other_worker.settings.tickets.on = false;
    CHECK(open(other_worker.make(false), t) == "nothing");

    here.settings.cache.builtin = config::session_cache::builtin_mode::none;
    CHECK_FALSE(here.make(true).gives_tickets());
    CHECK_FALSE(here.make(false).gives_tickets());
}

TEST_CASE("ssl_session_tickets off: a zone that keeps nothing gives handles that lead nowhere") {
    machine here;
    here.settings.tickets.on = false;
    here.settings.cache.builtin = config::session_cache::builtin_mode::unused;
    here.zone.full = true;
    auto ours = here.make(true);
    auto t = seal(ours, "the state");
    CHECK(t.body == std::vector<std::byte>(9));
    CHECK(open(ours, t) == "nothing");
}

TEST_CASE("tickets sealed before ssl_session_tickets was off stay closed, handles go on leading") {
    machine here;
    auto on = here.make(false), with_files = here.with_keys({first}).make(false);
    auto sealed = seal(on, "x"), from_file = seal(with_files, "x");
    here.settings.tickets.on = false;
    auto off = here.make(true);
    CHECK(open(off, sealed) == "nothing");
    CHECK(open(off, from_file) == "nothing");
    auto handle = seal(off, "y");
    here.settings.tickets.on = true;
    CHECK(open(here.make(true), handle) == "y"); // files
    here.with_keys({});
    CHECK(open(here.make(true), handle) == "y");
}

TEST_CASE("tickets of a file's key end when the session does, however often they are renewed") {
    machine here;
    here.settings.session_timeout = 100s;
    auto ours = here.with_keys({first}).make(false);
    auto now = session_store::clock::now();
    resumption_memory memory;
    memory.ends = now + 50s;
    auto t = seal(ours, "x", memory);
    std::byte state{};
    resumption_memory next;
    REQUIRE(ours.open(t.head, t.body, std::span(&state, 1), next));
    REQUIRE(next.ends);
    CHECK(*next.ends <= now + 50s);
    memory.ends = now - 1s;
    CHECK(open(ours, seal(ours, "x", memory)) == "nothing");
    memory.ends = now + 900s; // no longer than ssl_session_timeout from now
    t = seal(ours, "x", memory);
    REQUIRE(ours.open(t.head, t.body, std::span(&state, 1), next));
    CHECK(*next.ends <= now + 102s);
}

}
