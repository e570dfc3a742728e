#include "tests/backends/support/meeting.hpp"
#include "tests/support/catch.hpp"

namespace postern::tls::test {

namespace {

using config::tls_version;
using postern::test::rsa_identity;

struct row {
    tls_version version;
    const char* name;
    const char* flag;
};
constexpr row rows[] = {
    {tls_version::tls1,   "TLSv1",   "-tls1"  },
    {tls_version::tls1_1, "TLSv1.1", "-tls1_1"},
    {tls_version::tls1_2, "TLSv1.2", "-tls1_2"},
    {tls_version::tls1_3, "TLSv1.3", "-tls1_3"},
};

std::shared_ptr<const server> server_speaking(config::tls_versions some) {
    auto settings = settings_with({rsa_identity()});
    settings.versions = some;
    settings.ciphers = "ALL:!aNULL:@SECLEVEL=0";
    return must_compile(settings);
}

// A client that offers exactly one version, and for that everything it has.
meeting offer(const std::shared_ptr<const server>& to, const row& what) {
    return meet(to, {what.flag, "-cipher", "ALL:@SECLEVEL=0"});
}

}

TEST_CASE("ssl_protocols offers the versions that it names, and no others") {
    auto offered = GENERATE(from_range(std::begin(rows), std::end(rows)));
    if (support_of("ssl_protocols", offered.name) == support::absent) {
        auto settings = settings_with({rsa_identity()});
        settings.versions = {offered.version};
        auto done = make_backend()->compile(settings, "imap", {});
        CHECK_FALSE(done.made);
        CHECK(complaints_of(done, config::severity::error).find(offered.name) != std::string::npos);
        return;
    }
    auto only = server_speaking({offered.version});
    for (auto& asked : rows) {
        INFO("server " << offered.name << ", client " << asked.name);
        auto seen = offer(only, asked);
        INFO(seen.client);
        CHECK(seen.agreed == (asked.version == offered.version));
        if (seen.agreed)
            CHECK(seen.what.protocol == asked.name);
        else
            CHECK_FALSE(seen.reason.empty());
    }
}

// The client's best suites are of a newer version; the server must pass over them.
TEST_CASE("a client of all versions agrees with a server of an older one alone") {
    for (auto& r : rows) {
        if (support_of("ssl_protocols", r.name) == support::absent) continue;
        INFO(r.name);
        auto seen = meet(
            server_speaking({r.version}), {"-min_protocol", "TLSv1", "-cipher", "ALL:@SECLEVEL=0"}
        );
        INFO(seen.client);
        CHECK(seen.agreed);
        CHECK(seen.what.protocol == r.name);
    }
}

TEST_CASE("ssl_protocols is TLSv1.2 and TLSv1.3 unless it is set, and the best one wins") {
    auto by_default = must_compile(settings_with({rsa_identity()}));
    auto modern = meet(by_default);
    INFO(modern.client << modern.reason);
    CHECK(modern.what.protocol == "TLSv1.3");
    CHECK(meet(by_default, {"-tls1_2"}).what.protocol == "TLSv1.2");
    CHECK_FALSE(meet(by_default, {"-tls1_1", "-cipher", "ALL:@SECLEVEL=0"}).agreed);
}

TEST_CASE("SSLv2 and SSLv3 are words of ssl_protocols that this library cannot speak") {
    auto settings = settings_with({rsa_identity()});
    settings.versions = {tls_version::ssl2, tls_version::ssl3, tls_version::tls1_2};
    auto done = make_backend()->compile(settings, "imap", {});
    auto warned = complaints_of(done, config::severity::warning);
    INFO(warned);
    REQUIRE(done.made);
    CHECK(warned.find("ssl_protocols") != std::string::npos);
    CHECK(warned.find("SSLv2 SSLv3") != std::string::npos);
    CHECK(warned.find(make_backend()->name()) != std::string::npos);
    CHECK(meet(done.made).what.protocol == "TLSv1.2");

    settings.versions = {tls_version::ssl3};
    auto nothing_left = make_backend()->compile(settings, "imap", {});
    CHECK_FALSE(nothing_left.made);
    CHECK(complaints_of(nothing_left, config::severity::error).find("SSLv3") != std::string::npos);
}

TEST_CASE("a hole in ssl_protocols works or is refused, and is never widened") {
    if (support_of("ssl_protocols", "TLSv1.1") == support::absent) return; // two versions, no hole
    auto settings = settings_with({rsa_identity()});
    settings.versions = {tls_version::tls1_1, tls_version::tls1_3};
    settings.ciphers = "ALL:!aNULL:@SECLEVEL=0";
    auto done = make_backend()->compile(settings, "imap", {});
    if (support_of("ssl_protocols", "holes") == support::absent) {
        CHECK_FALSE(done.made);
        auto errors = complaints_of(done, config::severity::error);
        INFO(errors);
        CHECK(errors.find("ssl_protocols") != std::string::npos);
        CHECK(errors.find("TLSv1.2") != std::string::npos);
        return;
    }
    INFO(complaints_of(done, config::severity::error));
    REQUIRE(done.made);
    CHECK_FALSE(offer(done.made, rows[0]).agreed);
    CHECK(offer(done.made, rows[1]).what.protocol == "TLSv1.1");
    CHECK_FALSE(offer(done.made, rows[2]).agreed);
    CHECK(offer(done.made, rows[3]).what.protocol == "TLSv1.3");
}

}
