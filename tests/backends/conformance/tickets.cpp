#include "backends/tls/builtin_store.hpp"
#include "backends/tls/ticket_ring.hpp"
#include "tests/backends/support/meeting.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <cctype>
#include <thread>

// ssl_session_tickets and ssl_session_ticket_key with each library, to a client of another one.

namespace postern::tls::test {

namespace {

using builtin = config::session_cache::builtin_mode;
using namespace std::chrono_literals;
using postern::test::ecdsa_identity;

using words = std::vector<std::string>;
const words tls13{"-tls1_3"}, tls12{"-tls1_2"}, tls12_by_id{"-tls1_2", "-no_ticket"};

struct machine {
    builtin_store own{100};
    map_store zone;
    local_ticket_keys ring;
    session_services services{&own, &zone, &ring};
};

config::tls_settings settings_of(builtin mode, bool zone) {
    auto settings = settings_with({ecdsa_identity()});
    settings.cache.builtin = mode;
    settings.cache.zone = zone ? "SSL" : "";
    settings.cache.zone_bytes = zone ? 1 << 20 : 0;
    return settings;
}

// Each letter is a file.
config::tls_settings with_keys(const std::string& which) {
    auto settings = settings_of(builtin::unused, true);
    for (auto letter : which) {
        std::string text(80, letter);
        text[0] = '!';
        settings.tickets.key_files.push_back(file_of("ticket.key", text));
    }
    return settings;
}

// The bytes of the ticket that s_client printed last, as hex digits; nothing when it got none.
std::string ticket_in(const meeting& seen) {
    auto at = seen.client.rfind("TLS session ticket:\n");
    std::string out;
    while (at != seen.client.npos) {
        at = seen.client.find('\n', at);
        auto row = seen.client.substr(at + 1, 56); // "    0010 - xx xx ... xx-xx ... xx   text"
        if (row.size() < 56 || row.compare(0, 4, "    ") != 0 || row.compare(8, 3, " - ") != 0)
            break;
        for (char c : row.substr(11, 47))
            if (std::isxdigit(static_cast<unsigned char>(c))) out += c;
        ++at;
    }
    return out;
}

}

TEST_CASE("ssl_session_tickets off: clients of TLS 1.2 get ids instead of tickets") {
    machine here, there;
    there.services.shared = &here.zone;
    for (auto zone : {true, false}) {
        auto settings = settings_of(zone ? builtin::unused : builtin::used, zone);
        settings.tickets.on = false;
        auto one = must_compile(settings, here.services);
        auto other = zone ? must_compile(settings, there.services) : one;
        auto both = meet_twice(one, other, tls12);
        INFO(both.first.client << both.second.client);
        CHECK(both.second.what.resumed);
        CHECK(ticket_in(both.first).empty());
        CHECK(both.first.client.find("Session-ID: \n") == std::string::npos);
        CHECK(meet_twice(one, other, tls12_by_id).second.what.resumed);
    }
}

TEST_CASE("ssl_session_tickets off: TLS 1.3 resumes by way of the stores, and only of them") {
    machine here, there;
    there.services.shared = &here.zone;
    for (auto zone : {true, false}) {
        auto settings = settings_of(zone ? builtin::unused : builtin::used, zone);
        settings.tickets.on = false;
        auto one = must_compile(settings, here.services);
        auto other = must_compile(settings, there.services);
        CHECK(meet_twice(one, one, tls13).second.what.resumed);
        auto elsewhere = meet_twice(one, other, tls13);
        CHECK(elsewhere.second.agreed);
        CHECK(elsewhere.second.what.resumed == zone); // a worker's own cache is its own
        auto ticket = ticket_in(elsewhere.first);
        INFO(elsewhere.first.client);
        REQUIRE(ticket.size() > 96); // behind name and nonce there is next to nothing
        auto zeros = std::ranges::count(ticket.substr(64), '0');
        CHECK(static_cast<std::size_t>(zeros) + 40 > ticket.size() - 64);
    }
    CHECK_FALSE(here.zone.all.empty());
    CHECK(here.own.size() > 0);
    here.zone.all.clear();
    for (auto mode : {builtin::off, builtin::none}) {
        auto settings = settings_of(mode, true);
        settings.tickets.on = false;
        auto served = must_compile(settings, here.services);
        for (auto& client : {tls13, tls12, tls12_by_id}) {
            auto both = meet_twice(served, served, client);
            CHECK(both.first.agreed);
            CHECK(ticket_in(both.first).empty());
            CHECK_FALSE(both.second.what.resumed);
        }
    }
    CHECK(here.zone.all.empty());
}

TEST_CASE("ssl_session_tickets off: a zone that keeps nothing still lets everybody in") {
    machine here;
    here.zone.full = true;
    auto settings = settings_of(builtin::unused, true);
    settings.tickets.on = false;
    auto served = must_compile(settings, here.services);
    for (auto& client : {tls13, tls12, tls12_by_id}) {
        auto both = meet_twice(served, served, client);
        CHECK(both.first.agreed);
        CHECK((both.second.agreed || !both.left_session));
        CHECK_FALSE(both.second.what.resumed);
    }
}

TEST_CASE("switching ssl_session_tickets off refuses sealed tickets, and on takes handles") {
    machine here;
    auto on = settings_of(builtin::used, false), off = on;
    off.tickets.on = false;
    auto first = must_compile(on, here.services), second = must_compile(off, here.services);
    for (auto& client : {tls13, tls12}) {
        auto both = meet_twice(first, second, client);
        CHECK(both.second.agreed);
        CHECK_FALSE(both.second.what.resumed);
        // One library looks for no id where tickets are to be had: one full handshake.
        auto back = meet_twice(second, first, client);
        CHECK(back.second.agreed);
        CHECK((back.second.what.resumed || client == tls12));
    }
}

TEST_CASE("machines with the same ssl_session_ticket_key resume each other's sessions") {
    machine here, there;
    for (auto& client : {tls13, tls12}) {
        INFO(client.front());
        auto resumes = [&](const char* first, const char* second) {
            auto both = meet_twice(
                must_compile(with_keys(first), here.services),
                must_compile(with_keys(second), there.services),
                client
            );
            CHECK(both.first.agreed);
            CHECK(both.second.agreed);
            CHECK(both.second.what.resumed == both.second.client_has("Reused, TLSv1"));
            return both.second.what.resumed;
        };
        CHECK(resumes("a", "a"));
        CHECK(resumes("a", "ba"));
        CHECK(resumes("ba", "b"));
        CHECK_FALSE(resumes("ab", "b"));
        CHECK_FALSE(resumes("a", "b"));
        CHECK_FALSE(resumes("a", ""));
        CHECK_FALSE(resumes("", "a"));
    }
    // The zone is for sessions by id.
    here.zone.all.clear();
    auto served = must_compile(with_keys("a"), here.services);
    meet(served, tls13);
    CHECK(here.zone.all.empty());
    CHECK(meet_twice(served, served, tls12_by_id).second.what.resumed);
    CHECK_FALSE(here.zone.all.empty());
}

TEST_CASE("renewing tickets does not make a session last longer than ssl_session_timeout") {
    machine here;
    postern::test::temp_dir dir;
    for (auto& client : {tls12, tls13}) {
        auto session = dir.file("session" + client.front());
        auto meet_with = [&](const char* keys, words more) {
            auto settings = with_keys(keys);
            settings.session_timeout = 4s;
            auto both_words = client;
            both_words.insert(both_words.end(), more.begin(), more.end());
            return meet(must_compile(settings, here.services), both_words);
        };
        auto began = std::chrono::steady_clock::now();
        CHECK(meet_with("a", {"-sess_out", session}).agreed);
        int rounds = 0;
        bool resumed = true;
        while (resumed && std::chrono::steady_clock::now() - began < 9s) {
            std::this_thread::sleep_for(700ms);
            // Each time it is the key of before that opens, so that a library may renew.
            auto keys = rounds % 2 == 0 ? "ba" : "ab";
            auto again = meet_with(keys, {"-sess_in", session, "-sess_out", session});
            resumed = again.what.resumed;
            rounds += resumed;
        }
        CHECK(rounds >= 2);
        CHECK(std::chrono::steady_clock::now() - began < 7s);
    }
}

}
