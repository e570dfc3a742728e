#include "backends/tls/server_names.hpp"

#include "backends/tls/choose.hpp"
#include "tests/backends/support/catalogs.hpp"
#include "tests/support/catch.hpp"

namespace postern::tls::test {

namespace {

using postern::test::ecdsa_identity;
using postern::test::make_identity;
using postern::test::rsa_identity;
using names_of = std::vector<std::string>;

class named_context : public context {
public:
    explicit named_context(std::string n, key_kind k = key_kind::ecdsa)
        : name(std::move(n)), key_(k) {}
    std::unique_ptr<engine> accept() const override { return nullptr; }
    key_kind key() const override { return key_; }
    std::string name;

private:
    key_kind key_;
};

std::string name_of(const std::shared_ptr<const context>& one) {
    auto* known = static_cast<const named_context*>(one.get());
    return known ? known->name : "none";
}

client_hello asking(const std::string& name, std::vector<std::uint16_t> signatures = {0x0403}) {
    client_hello out;
    out.server_name = name;
    out.versions = {0x0304};
    out.signatures = std::move(signatures);
    out.has_signatures = true;
    return out;
}

// A folder whose contexts are called by their file. Keys in `bad` are of no use.
struct folder_of {
    std::shared_ptr<catalog_shelf> shelf = std::make_shared<catalog_shelf>();
    std::vector<std::string> made, reported;
    std::string bad;

    server_names::folder with(std::size_t most) {
        server_names::folder out;
        out.shelf = shelf;
        out.versions = {config::tls_version::tls1_3};
        out.most = most;
        out.report = [this](auto& c) { reported.push_back(c.directive + ": " + c.text); };
        out.make = [this](const catalog_entry& e) {
            server_names::made result;
            std::string path(e.certificate_path);
            made.push_back(path);
            if (path == bad)
                result.complaints.push_back({config::severity::error, "x", "of no use", {}});
            else
                result.one = std::make_shared<named_context>(path, e.kind);
            return result;
        };
        return out;
    }
};

}

TEST_CASE("names are compared in small letters and without the last dot") {
    CHECK(kept_name("Mail.Example.ORG.") == "mail.example.org");
    CHECK(kept_name("xn--bcher-kva.example") == "xn--bcher-kva.example");
    for (auto* none : {"", ".", "..", ".a", "a b", "*.a", "b\xc3\xbc.example", "a\n", "[::1]"})
        CHECK_FALSE(kept_name(none).has_value());
    CHECK_FALSE(kept_name(std::string(254, 'a')).has_value());
    CHECK_FALSE(kept_name(std::string("a\0b", 3)).has_value());
}

TEST_CASE("a wildcard stands for one label, the first and whole one") {
    CHECK(wildcard_for("mail.example.org") == "*.example.org");
    CHECK(wildcard_for("a.b.example.org") == "*.b.example.org");
    for (auto* none : {"org", "org.", ".org"})
        CHECK_FALSE(wildcard_for(none).has_value());
}

TEST_CASE("a certificate's names are its alternative names, and without those its common name") {
    certificate one;
    one.names.dns = {"A.example", "*.b.example", "a.example.", "f*.c.example", "x y"};
    one.names.any = true;
    CHECK(names_in(one) == names_of{"a.example", "*.b.example"});
    one.names.dns.clear();
    CHECK(names_in(one).empty()); // an extension without names is no reason for the common name
}

TEST_CASE("an exact name comes before a wildcard, and that before the default") {
    server_names all({}, false);
    all.add("mail.example.org", std::make_shared<named_context>("exact"));
    all.add("*.example.org", std::make_shared<named_context>("wild"));
    all.add("*.example.org", std::make_shared<named_context>("wild rsa", key_kind::rsa));
    auto choose = [&](const std::string& name, std::vector<std::uint16_t> can = {0x0403}) {
        return name_of(all.choose(asking(name, std::move(can))).one);
    };
    CHECK(choose("mail.example.org") == "exact");
    CHECK(choose("MAIL.example.ORG.") == "exact");
    CHECK(choose("imap.example.org") == "wild");
    CHECK(choose("imap.example.org", {0x0804}) == "wild rsa");
    CHECK(choose("mail.example.org", {0x0804}) == "wild rsa"); // it can verify that one
    for (auto* other : {"example.org", "a.b.example.org", "mail.example.com", "", "*.example.org"})
        CHECK(choose(other) == "none");
}

TEST_CASE("who asks for a stranger is refused when that is wished, who asks for nobody is not") {
    for (auto strict : {false, true}) {
        server_names all({}, strict);
        all.add("a.example", std::make_shared<named_context>("a"));
        CHECK(all.choose(asking("b.example")).refused == strict);
        CHECK(all.choose(asking("192.0.2.1")).refused == strict);
        CHECK(all.choose(asking("no\nname")).refused == strict);
        CHECK_FALSE(all.choose(asking("")).refused);
        CHECK_FALSE(all.choose(asking("a.example")).refused);
        // It is known, though this client can verify nothing of it: the library says so.
        CHECK_FALSE(all.choose(asking("a.example", {0x0804})).refused);
    }
}

TEST_CASE("certificates of a folder are made when they are asked for, and the least used go") {
    folder_of folder;
    auto& e = ecdsa_identity();
    folder.shelf->now = catalog_of({
        {e, "a.example",              "a"},
        {e, "b.example\n*.b.example", "b"},
        {e, "c.example",              "c"}
    });
    server_names all(folder.with(2), false);
    auto choose = [&](const std::string& name) { return name_of(all.choose(asking(name)).one); };
    CHECK(folder.made.empty());
    CHECK(choose("a.example") == "a");
    CHECK(choose("x.b.example") == "b");
    CHECK(choose("a.example") == "a");
    CHECK(folder.made == names_of{"a", "b"});
    CHECK(choose("c.example") == "c"); // b was used longest ago
    CHECK(all.ready_now() == 2);
    CHECK(choose("a.example") == "a");
    CHECK(folder.made.size() == 3);
    CHECK(choose("b.example") == "b");
    CHECK(folder.made.size() == 4);
    CHECK(choose("d.example") == "none");
}

TEST_CASE("a fresh catalog on the shelf serves the next client, and what did not change stays made"
) {
    folder_of folder;
    auto& e = ecdsa_identity();
    folder.shelf->now = catalog_of({
        {e, "a.example", "a"},
        {e, "b.example", "b"}
    });
    server_names all(folder.with(10), true);
    auto choose = [&](const std::string& name) { return name_of(all.choose(asking(name)).one); };
    CHECK(choose("a.example") == "a");
    CHECK(choose("b.example") == "b");
    folder.shelf->now = catalog_of({
        {e, "b.example", "b"      },
        {e, "a.example", "renewed"}
    });
    CHECK(choose("a.example") == "renewed");
    CHECK(choose("b.example") == "b");
    CHECK(folder.made == names_of{"a", "b", "renewed"});
    folder.shelf->now = catalog_of({
        {e, "b.example", "b"}
    });
    CHECK(all.choose(asking("a.example")).refused);
    folder.shelf->now = nullptr;
    CHECK(all.choose(asking("b.example")).refused);
}

TEST_CASE("a certificate of no use is reported once, and the next best or the default serves") {
    folder_of folder;
    folder.bad = "bad";
    folder.shelf->now = catalog_of({
        {ecdsa_identity(), "a.example", "bad"},
        {rsa_identity(),   "a.example", "rsa"}
    });
    server_names all(folder.with(10), true);
    for (int i = 0; i < 3; ++i)
        CHECK(name_of(all.choose(asking("a.example", {0x0403, 0x0804})).one) == "rsa");
    auto only_ecdsa = all.choose(asking("a.example"));
    CHECK(name_of(only_ecdsa.one) == "none");
    CHECK_FALSE(only_ecdsa.refused);
    CHECK(folder.made == names_of{"bad", "rsa"});
    CHECK(folder.reported == names_of{"ssl_certificate_dir: of no use"});
    all.prove_all();
    CHECK(folder.reported.size() == 2);
}

TEST_CASE("of a folder's certificates with one name, the kind decides and then who expires last") {
    folder_of folder;
    auto later = make_identity({.days = 90});
    folder.shelf->now = catalog_of({
        {ecdsa_identity(), "a.example", "soon" },
        {rsa_identity(),   "a.example", "rsa"  },
        {later,            "a.example", "later"}
    });
    server_names all(folder.with(10), false);
    CHECK(name_of(all.choose(asking("a.example", {0x0403, 0x0804})).one) == "later");
    CHECK(name_of(all.choose(asking("a.example", {0x0804})).one) == "rsa");
}

TEST_CASE("a catalog gives back what was written, and intermediates only once") {
    auto& leaf = ecdsa_identity();
    auto chain = leaf;
    chain.certificate += rsa_identity().certificate;
    auto once = catalog_bytes({
                                  {chain, "a.example", "a"}
    }
    ).size();
    auto many = catalog_bytes({
                                  {chain, "a.example", "a"},
                                  {chain, "b.example", "b"}
    }
    ).size();
    CHECK(many - once < once); // the second one has no issuer of its own
    auto made = catalog_of({
        {chain, "a.example\n*.a.example", "dir/a"},
        {leaf,  "b.example",              "dir/b"}
    });
    REQUIRE(made);
    REQUIRE(made->size() == 2);
    auto first = made->entry(0);
    CHECK(first.chain.size() == 2);
    CHECK(first.names == "a.example\n*.a.example");
    CHECK(first.certificate_path == "dir/a");
    CHECK(first.kind == key_kind::ecdsa);
    auto pair = pair_of(first);
    REQUIRE(pair);
    CHECK(pair->key.reveal() == leaf.key);
    CHECK(made->find("*.a.example") == std::vector<std::size_t>{0});
    CHECK(made->find("b.example") == std::vector<std::size_t>{1});
    CHECK(made->find("").empty());
    CHECK(made->find("zzz").empty());
    auto empty = catalog_of({});
    REQUIRE(empty);
    CHECK(empty->size() == 0);
    CHECK(empty->find("a").empty());
}

TEST_CASE("a damaged catalog is refused, or read without leaving its memory") {
    auto good = catalog_bytes({
        {ecdsa_identity(), "a.example", "a"}
    });
    auto open = [](const std::string& bytes) {
        auto held = std::make_shared<const std::string>(bytes);
        return catalog::open(std::as_bytes(std::span(*held)), held);
    };
    CHECK(open(good));
    CHECK_FALSE(open(""));
    CHECK_FALSE(open(good.substr(0, good.size() - 1)));
    CHECK_FALSE(open(good + "x"));
    for (std::size_t at = 0; at < good.size(); at += at + 500 < good.size() ? 97 : 1) {
        auto bad = good;
        bad[at] = static_cast<char>(~bad[at]);
        auto made = open(bad);
        if (!made) continue;
        made->find("a.example");
        for (std::size_t n = 0; n < std::min<std::size_t>(made->size(), 3); ++n)
            pair_of(made->entry(n));
    }
}

}
