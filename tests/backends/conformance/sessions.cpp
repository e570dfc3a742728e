#include "backends/tls/builtin_store.hpp"
#include "backends/tls/ticket_ring.hpp"
#include "tests/backends/support/meeting.hpp"
#include "tests/backends/support/pipe.hpp"
#include "tests/support/catch.hpp"

#include <thread>

namespace postern::tls::test {

namespace {

using builtin = config::session_cache::builtin_mode;
using namespace std::chrono_literals;
using postern::test::ecdsa_identity;
using postern::test::make_identity;

// What a worker has: its own cache, the zone, and the keys of all.
struct worker {
    builtin_store own{100};
    map_store zone;
    local_ticket_keys keys;
    session_services services{&own, &zone, &keys};
};

using words = std::vector<std::string>;
const words tls13{"-tls1_3"}, tls12{"-tls1_2"}, tls12_by_id{"-tls1_2", "-no_ticket"};

config::tls_settings cached(builtin mode, const std::string& zone = {}) {
    auto settings = settings_with({ecdsa_identity()});
    settings.cache.builtin = mode;
    settings.cache.zone = zone;
    settings.cache.zone_bytes = zone.empty() ? 0 : 1 << 20;
    return settings;
}

bool resumes(const std::shared_ptr<const server>& served, const words& client) {
    auto both = meet_twice(served, served, client);
    INFO(both.first.reason << both.first.client << both.second.reason << both.second.client);
    CHECK(both.first.agreed);
    CHECK_FALSE(both.first.what.resumed);
    if (!both.left_session) return false;
    CHECK(both.second.agreed);
    CHECK(both.second.what.resumed == both.second.client_has("Reused, TLSv1"));
    return both.second.what.resumed;
}

bool gives_an_id(const meeting& seen) {
    auto at = seen.client.find("    Session-ID: ");
    return at != seen.client.npos && seen.client[at + 16] != '\n';
}

}

TEST_CASE("ssl_session_cache builtin: sessions by id in the worker's cache, tickets by the keys") {
    worker here;
    auto served = must_compile(cached(builtin::used), here.services);
    CHECK(resumes(served, tls12_by_id));
    CHECK(here.own.size() > 0);
    CHECK(resumes(served, tls12));
    CHECK(resumes(served, tls13));
    CHECK(here.zone.all.empty());
}

TEST_CASE("ssl_session_cache shared: ids and tickets of every version live in the zone") {
    for (auto& client : {tls12_by_id, tls12, tls13}) {
        INFO(client.back());
        worker here, there;
        there.services.shared = &here.zone;
        auto first = must_compile(cached(builtin::unused, "SSL"), here.services);
        auto second = must_compile(cached(builtin::unused, "SSL"), there.services);
        auto both = meet_twice(first, second, client);
        CHECK(both.second.what.resumed);
        CHECK(here.own.size() == 0);
        CHECK_FALSE(here.zone.all.empty());
        for (auto& [id, kept] : here.zone.all)
            CHECK(id.size() == 32);

        here.zone.all.clear(); // what was forgotten is not resumed, whatever the client holds
        CHECK_FALSE(
            meet_twice(
                first,
                must_compile(cached(builtin::unused, "SSL"), {nullptr, &there.zone, &here.keys}),
                client
            )
                .second.what.resumed
        );
    }
}

TEST_CASE("ssl_session_cache builtin and shared together: both keep a session") {
    worker here;
    auto served = must_compile(cached(builtin::used, "SSL"), here.services);
    CHECK(resumes(served, tls12_by_id));
    CHECK(here.own.size() > 0);
    CHECK_FALSE(here.zone.all.empty());
    here.zone.all.clear(); // the worker's own cache is asked first, and is enough
    CHECK(resumes(served, tls12_by_id));
}

TEST_CASE("ssl_session_cache off: no session id at all; none: an id that leads nowhere") {
    worker here;
    auto off = must_compile(cached(builtin::off, "SSL"), here.services);
    auto none = must_compile(cached(builtin::none, "SSL"), here.services);
    auto seen_off = meet(off, tls12_by_id), seen_none = meet(none, tls12_by_id);
    INFO(seen_off.client << seen_none.client);
    CHECK_FALSE(gives_an_id(seen_off));
    CHECK(gives_an_id(seen_none));
    CHECK_FALSE(resumes(off, tls12_by_id));
    CHECK_FALSE(resumes(none, tls12_by_id));
    CHECK(here.own.size() == 0);
    CHECK(here.zone.all.empty());
    for (auto& served : {off, none}) { // as with nginx: tickets need no cache
        CHECK(resumes(served, tls12));
        CHECK(resumes(served, tls13));
    }
}

// RFC 5246 section 7.2.2
TEST_CASE("a connection that failed takes its session with it") {
    worker here;
    client_link link(
        {"-tls1_2", "-no_ticket", "-quiet"}, must_compile(cached(builtin::used), here.services)
    );
    auto& side = link.shake_hands();
    CHECK(here.own.size() == 1);
    link.type("something\n");
    link.wait_for_bytes();
    auto changed = link.take_raw();
    changed.back() = static_cast<char>(changed.back() ^ 1);
    side.take(std::as_bytes(std::span(changed)));
    std::byte some[64];
    CHECK(side.decrypt(some).state == status::failed);
    CHECK(here.own.size() == 0);
}

TEST_CASE("tickets resume in every worker that has the same keys") {
    worker here, there;
    there.services.keys = &here.keys;
    for (auto& client : {tls12, tls13}) {
        auto first = must_compile(cached(builtin::used), here.services);
        auto second = must_compile(cached(builtin::used), there.services);
        CHECK(meet_twice(first, second, client).second.what.resumed);
        worker stranger;
        auto third = must_compile(cached(builtin::used), stranger.services);
        auto both = meet_twice(first, third, client);
        CHECK(both.second.agreed);
        CHECK_FALSE(both.second.what.resumed);
    }
}

TEST_CASE("a zone that has no room: tickets are sealed with the keys instead") {
    worker here;
    here.zone.full = true;
    auto served = must_compile(cached(builtin::unused, "SSL"), here.services);
    CHECK(resumes(served, tls13));
    CHECK(resumes(served, tls12));
    CHECK_FALSE(resumes(served, tls12_by_id));
}

TEST_CASE("ssl_session_timeout ends sessions by id and by ticket, in the zone and out of it") {
    worker here;
    postern::test::temp_dir dir;
    auto session_of = [&](bool zone, const words& client) {
        return dir.file((zone ? "zone" : "own") + client.front() + client.back());
    };
    auto served_by = [&](bool zone) {
        auto settings = cached(zone ? builtin::unused : builtin::used, zone ? "SSL" : "");
        settings.session_timeout = 1s;
        return must_compile(settings, here.services);
    };
    auto each = [&](const char* flag, auto check) {
        for (auto zone : {false, true})
            for (auto client : {tls12_by_id, tls12, tls13}) {
                auto file = session_of(zone, client);
                INFO(file);
                client.insert(client.end(), {flag, file});
                check(meet(served_by(zone), client));
            }
    };
    each("-sess_out", [](const meeting& seen) { CHECK(seen.agreed); });
    std::this_thread::sleep_for(2100ms);
    each("-sess_in", [](const meeting& seen) {
        INFO(seen.client << seen.reason);
        CHECK(seen.agreed);
        CHECK_FALSE(seen.what.resumed);
    });
}

TEST_CASE("resuming does not make a TLS 1.3 session last longer than ssl_session_timeout") {
    worker here;
    auto settings = cached(builtin::used);
    settings.session_timeout = 3s;
    auto served = must_compile(settings, here.services);
    postern::test::temp_dir dir;
    auto session = dir.file("session.pem");
    auto began = std::chrono::steady_clock::now();
    CHECK(meet(served, {"-tls1_3", "-sess_out", session}).agreed);
    bool resumed = true;
    int rounds = 0;
    while (resumed && std::chrono::steady_clock::now() - began < 8s) {
        std::this_thread::sleep_for(600ms);
        auto again = meet(served, {"-tls1_3", "-sess_in", session, "-sess_out", session});
        resumed = again.what.resumed;
        rounds += resumed;
    }
    auto lasted = std::chrono::steady_clock::now() - began;
    CHECK(rounds >= 2);
    CHECK(lasted < 5s);
}

TEST_CASE("a session of a server with another certificate is not resumed") {
    worker here;
    auto first = cached(builtin::used, "SSL");
    auto second = first;
    auto other = make_identity({});
    second.certificates = {file_of("cert0.pem", other.certificate)};
    second.certificate_keys = {file_of("key0.pem", other.key)};
    for (auto& client : {tls12_by_id, tls12, tls13}) {
        INFO(client.back());
        auto both = meet_twice(
            must_compile(first, here.services), must_compile(second, here.services), client
        );
        CHECK(both.second.agreed);
        CHECK_FALSE(both.second.what.resumed);
        auto same = meet_twice(
            must_compile(first, here.services), must_compile(first, here.services, "pop3"), client
        );
        CHECK(same.second.what.resumed); // another protocol with the same certificate is the same
    }
}

TEST_CASE("a ticket or a stored session that was tampered with means a full handshake") {
    worker here;
    auto served = must_compile(cached(builtin::unused, "SSL"), here.services);
    for (auto& client : {tls12_by_id, tls13}) {
        postern::test::temp_dir dir;
        auto session = dir.file("session.pem");
        auto words = client;
        words.insert(words.end(), {"-sess_out", session});
        CHECK(meet(served, words).agreed);
        for (auto& [id, kept] : here.zone.all)
            kept.session.resize(kept.session.size() / 2);
        words = client;
        words.insert(words.end(), {"-sess_in", session});
        auto again = meet(served, words);
        INFO(again.reason << again.client);
        CHECK(again.agreed);
        CHECK_FALSE(again.what.resumed);
    }
}

}
