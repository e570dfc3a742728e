#include "backends/tls/builtin_store.hpp"
#include "backends/tls/ticket_ring.hpp"
#include "tests/backends/support/catalogs.hpp"
#include "tests/backends/support/meeting.hpp"
#include "tests/support/catch.hpp"

namespace postern::tls::test {

namespace {

using config::severity;
using postern::test::ecdsa_identity;
using postern::test::make_identity;
using postern::test::rsa_identity;
using postern::test::temp_dir;
using words = std::vector<std::string>;

// Outlives what it compiled, since certificates of folders are compiled later on.
const backend& library() {
    static const auto made = make_backend();
    return *made;
}

const identity& certificate_for(const std::string& name) {
    static std::map<std::string, identity> made;
    auto [at, is_new] = made.try_emplace(name);
    if (is_new) at->second = make_identity({.name = name});
    return at->second;
}

config::certificate_settings block_of(const identity& one, std::vector<std::string> names = {}) {
    return {file_of("block.pem", one.certificate), file_of("block.key", one.key), std::move(names)};
}

// What a client that asks for that name sees of the certificate: "CN=a.example", or the alert.
std::string seen_by(const std::shared_ptr<const server>& by, const words& client) {
    auto seen = meet(by, client);
    INFO(seen.client << seen.reason);
    if (!seen.agreed) return seen.reason;
    auto at = seen.client.find("subject=CN");
    if (at == seen.client.npos) return seen.client;
    auto line = seen.client.substr(at + 8, seen.client.find('\n', at) - at - 8);
    std::erase(line, ' ');
    return line;
}

std::string asked(const std::shared_ptr<const server>& by, const std::string& name) {
    return seen_by(by, {"-servername", name});
}

struct with_folder {
    std::shared_ptr<catalog_shelf> shelf = std::make_shared<catalog_shelf>();
    std::vector<std::string> reported;
    builtin_store own{100};
    local_ticket_keys keys;
    session_services services{&own, nullptr, &keys};

    explicit with_folder(const std::vector<listed>& all) {
        shelf->now = catalog_of(all);
        services.folder = [this](const std::string& path) {
            return path == "folder" ? shelf : nullptr;
        };
        services.report = [this](const config::complaint& c) { reported.push_back(c.text); };
    }
    std::shared_ptr<const server> compile(const config::tls_settings& settings) {
        auto done = library().compile(settings, "imap", services);
        INFO(complaints_of(done, severity::error));
        REQUIRE(done.made);
        return done.made;
    }
};

config::tls_settings folder_settings(bool with_default) {
    auto settings = with_default ? settings_with({ecdsa_identity()}) : config::tls_settings();
    if (!with_default) settings.certificates.clear();
    settings.names.folder = "folder";
    return settings;
}

}

TEST_CASE("each name gets its own certificate, and all others the default one") {
    auto settings = settings_with({ecdsa_identity()});
    settings.names.certificates = {
        block_of(certificate_for("a.example")),
        block_of(certificate_for("b.example"), {"b.example", "*.b.example"})};
    auto served = must_compile(settings);
    CHECK(asked(served, "a.example") == "CN=a.example");
    CHECK(asked(served, "A.Example") == "CN=a.example");
    CHECK(asked(served, "b.example") == "CN=b.example");
    CHECK(asked(served, "x.b.example") == "CN=b.example");
    CHECK(asked(served, "x.y.b.example") == "CN=mail.example");
    CHECK(asked(served, "c.example") == "CN=mail.example");
    CHECK(seen_by(served, {"-noservername"}) == "CN=mail.example");
}

TEST_CASE("without ssl_certificate the first [[mail.certificate]] is the default") {
    config::tls_settings settings;
    settings.certificates.clear();
    settings.names.certificates = {
        block_of(certificate_for("a.example")), block_of(certificate_for("b.example"))};
    auto served = must_compile(settings);
    CHECK(asked(served, "b.example") == "CN=b.example");
    CHECK(asked(served, "c.example") == "CN=a.example");
    CHECK(seen_by(served, {"-noservername"}) == "CN=a.example");
}

TEST_CASE("ssl_reject_unknown_sni: strangers hear unrecognized_name, the nameless are served") {
    auto settings = settings_with({ecdsa_identity()});
    settings.names.certificates = {block_of(certificate_for("a.example"))};
    settings.names.reject_unknown = true;
    auto served = must_compile(settings);
    CHECK(asked(served, "a.example") == "CN=a.example");
    CHECK(asked(served, "mail.example") == "CN=mail.example"); // the default's own name
    CHECK(seen_by(served, {"-noservername"}) == "CN=mail.example");
    for (auto* version : {"-tls1_2", "-tls1_3"}) {
        auto refused = meet(served, {"-servername", "c.example", version});
        INFO(refused.client);
        CHECK_FALSE(refused.agreed);
        CHECK(refused.reason.find("unrecognized_name") != refused.reason.npos);
        CHECK((refused.client_has("unrecognized name") || refused.client_has("alert number 112")));
    }
}

TEST_CASE("an RSA and an ECDSA certificate of one name: each client gets what it can verify") {
    auto rsa = make_identity({.key = "rsa", .name = "a.example"});
    auto settings = settings_with({ecdsa_identity()});
    SECTION("written") {
        settings.names.certificates = {block_of(rsa), block_of(certificate_for("a.example"))};
        auto served = must_compile(settings);
        CHECK(
            seen_by(served, {"-servername", "a.example", "-sigalgs", "RSA-PSS+SHA256"}) ==
            "CN=a.example"
        );
        CHECK(
            seen_by(served, {"-servername", "a.example", "-sigalgs", "ECDSA+SHA256"}) ==
            "CN=a.example"
        );
    }
    SECTION("in a folder") {
        with_folder here({{rsa}, {certificate_for("a.example")}});
        auto served = here.compile(folder_settings(true));
        for (auto* kind : {"RSA-PSS+SHA256", "ECDSA+SHA256"})
            CHECK(
                seen_by(served, {"-servername", "a.example", "-sigalgs", kind}) == "CN=a.example"
            );
        CHECK(here.reported.empty());
    }
}

TEST_CASE("certificates of a folder serve their names, also fresh ones, without compiling again") {
    with_folder here({{certificate_for("a.example")}, {certificate_for("b.example")}});
    auto served = here.compile(folder_settings(true));
    REQUIRE(served->names);
    CHECK(served->names->ready_now() == 0);
    CHECK(asked(served, "a.example") == "CN=a.example");
    CHECK(asked(served, "b.example") == "CN=b.example");
    CHECK(asked(served, "c.example") == "CN=mail.example");
    CHECK(served->names->ready_now() == 2);
    here.shelf->now = catalog_of({{certificate_for("c.example")}});
    CHECK(asked(served, "c.example") == "CN=c.example");
    CHECK(asked(served, "a.example") == "CN=mail.example");
}

TEST_CASE("a folder alone: server_name's certificate is the default, else the first one") {
    with_folder here({{certificate_for("a.example")}, {certificate_for("b.example")}});
    auto settings = folder_settings(false);
    CHECK(seen_by(here.compile(settings), {"-noservername"}) == "CN=a.example");
    settings.names.default_name = "b.example";
    auto served = here.compile(settings);
    CHECK(seen_by(served, {"-noservername"}) == "CN=b.example");
    // Renewed, it is still looked up in the folder.
    auto renewed = make_identity({.key = "rsa", .name = "b.example"});
    here.shelf->now = catalog_of({{renewed}});
    CHECK(seen_by(served, {"-noservername", "-sigalgs", "RSA-PSS+SHA256"}) == "CN=b.example");

    here.shelf->now = catalog_of({});
    auto empty = library().compile(settings, "imap", here.services);
    CHECK_FALSE(empty.made);
    CHECK(
        complaints_of(empty, severity::error).find("ssl_certificate_dir: no certificate in") == 0
    );
}

TEST_CASE("a key in a folder that does not match is reported once, and the default serves") {
    identity mixed{certificate_for("a.example").certificate, certificate_for("b.example").key};
    with_folder here({
        {mixed, "", "folder/mixed.pem"}
    });
    auto served = here.compile(folder_settings(true));
    for (int i = 0; i < 2; ++i)
        CHECK(asked(served, "a.example") == "CN=mail.example");
    REQUIRE(here.reported.size() == 1);
    CHECK(here.reported[0].find("folder/mixed.pem") != std::string::npos);
}

// CVE-2014-3616
TEST_CASE("a session of one name is not resumed under another one") {
    with_folder here({{certificate_for("a.example")}, {certificate_for("b.example")}});
    auto settings = folder_settings(true);
    settings.names.certificates = {block_of(certificate_for("c.example"))};
    auto served = here.compile(settings);
    for (auto* version : {"-tls1_2", "-tls1_3"})
        for (auto& [first, second] : {
                 std::pair{"a.example",    "a.example"   },
                 {"a.example",    "b.example"   },
                 {"a.example",    "c.example"   },
                 {"c.example",    "c.example"   },
                 {"c.example",    "mail.example"},
                 {"mail.example", "a.example"   },
        }) {
            temp_dir dir;
            auto file = dir.file("session.pem");
            INFO(version << " " << first << " then " << second);
            CHECK(meet(served, {version, "-servername", first, "-sess_out", file}).agreed);
            auto again = meet(served, {version, "-servername", second, "-sess_in", file});
            CHECK(again.agreed);
            CHECK(again.what.resumed == (std::string(first) == second));
        }
}

}
