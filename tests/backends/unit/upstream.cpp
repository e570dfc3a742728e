#include "backends/tls/certificate.hpp"
#include "backends/tls/client_sessions.hpp"
#include "backends/tls/pem.hpp"
#include "backends/tls/pin.hpp"
#include "backends/tls/service_name.hpp"
#include "tests/backends/support/meeting.hpp"
#include "tests/backends/support/visit.hpp"
#include "tests/support/catch.hpp"

using namespace postern;
using namespace postern::tls;
using namespace std::string_literals;

namespace {

subject_names dns(std::vector<std::string> names) {
    subject_names out;
    out.dns = std::move(names);
    return out;
}

client_sessions::handle session(int number) { return std::make_shared<int>(number); }

int number_of(const client_sessions::handle& one) {
    return one ? *static_cast<int*>(one.get()) : 0;
}

}

TEST_CASE("a host name is one of a certificate's DNS names, as RFC 9525 compares them") {
    struct row {
        const char *presented, *wanted;
        bool fits;
    };
    constexpr row rows[] = {
        {"imap.example.org",    "imap.example.org",        true },
        {"imap.example.org",    "IMAP.Example.ORG",        true },
        {"IMAP.EXAMPLE.ORG",    "imap.example.org",        true },
        {"imap.example.org",    "imap.example.org.",       true }, // a dot at its end says nothing new
        {"imap.example.org",    "example.org",             false},
        {"example.org",         "imap.example.org",        false},
        {"imap.example.org",    "imap.example.org.evil",   false},
        {"*.example.org",       "imap.example.org",        true },
        {"*.example.org",       "IMAP.example.ORG",        true },
        {"*.EXAMPLE.org",       "imap.example.org",        true },
        {"*.example.org",       "a.imap.example.org",      false}, // one label
        {"*.example.org",       "example.org",             false},
        {"*.example.org",       ".example.org",            false},
        {"*.org",               "example.org",             false}, // all of a top-level domain
        {"*.*.example.org",     "a.b.example.org",         false},
        {"imap.*.example.org",  "imap.a.example.org",      false}, // not the left-most
        {"*map.example.org",    "imap.example.org",        false}, // not a whole label
        {"i*.example.org",      "imap.example.org",        false},
        {"*",                   "localhost",               false},
        {"*.example.org",       "xn--gre-6ka.example.org", true }, // A-labels are labels
        {"xn--gre-6ka.example", "xn--gre-6ka.example",     true },
        {"xn--*.example.org",   "xn--gre.example.org",     false},
        {"*.example.org",       "*.example.org",           true }, // nobody asks so; it is a label
        {"",                    "",                        false},
        {"192.0.2.1",           "192.0.2.1",               false}, // an address is no DNS name
        {"*.0.2.1",             "192.0.2.1",               false},
    };
    for (auto& r : rows) {
        INFO(r.presented << " for " << r.wanted);
        CHECK(is_for_service(dns({r.presented}), r.wanted, "imap") == r.fits);
    }
    CHECK(is_for_service(dns({"a.example", "b.example"}), "b.example", "imap"));
    CHECK_FALSE(is_for_service(dns({"b.example\0.evil.example"s}), "b.example", "imap"));
    CHECK_FALSE(is_for_service(dns({}), "b.example", "imap"));
}

TEST_CASE("an address is one of a certificate's addresses, byte by byte") {
    subject_names names;
    names.ip = {"\xc0\x00\x02\x01"s, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01"s};
    CHECK(is_for_service(names, "192.0.2.1", "imap"));
    CHECK(is_for_service(names, "2001:db8::1", "imap"));
    CHECK(is_for_service(names, "2001:DB8:0::1", "imap"));
    CHECK_FALSE(is_for_service(names, "192.0.2.2", "imap"));
    CHECK_FALSE(is_for_service(names, "::1", "imap"));
    CHECK_FALSE(is_for_service(names, "::ffff:192.0.2.1", "imap"));
    names.ip = {"\xc0\x00\x02"s};
    CHECK_FALSE(is_for_service(names, "192.0.2.1", "imap"));
}

TEST_CASE("a service name of the protocol counts as well, as RFC 7817 has it") {
    subject_names names;
    names.srv = {"_imaps.example.org"};
    CHECK(is_for_service(names, "example.org", "imap"));
    CHECK(is_for_service(names, "Example.org.", "imap"));
    CHECK_FALSE(is_for_service(names, "example.org", "pop3"));
    CHECK_FALSE(is_for_service(names, "imap.example.org", "imap"));
    names.srv = {"_submission.example.org"};
    CHECK(is_for_service(names, "example.org", "smtp"));
    names.srv = {"_imap.*.org", "_imap"};
    CHECK_FALSE(is_for_service(names, "example.org", "imap"));
}

TEST_CASE("a certificate's names are listed so that a log can hold them") {
    CHECK(listed({}) == "no name");
    subject_names names;
    names.dns = {"a.example", "evil\r\nname=\"x\""};
    names.ip = {"\xc0\x00\x02\x01"s, "x"};
    names.srv = {"_imap.example"};
    CHECK(listed(names) == "a.example, evil??name=?x?, _imap.example, 192.0.2.1, ?");
    CHECK(listed(dns({std::string(200, 'a')})) == std::string(80, 'a') + "...");
    CHECK(listed(dns(std::vector<std::string>(11, "a"))) == "a, a, a, a, a, a, a, a and 3 more");
}

TEST_CASE("a pin is the hash of the public key that openssl computes") {
    postern::test::temp_dir dir;
    auto one = postern::test::make_identity({.key = "rsa"});
    postern::test::write_file(dir.file("c.pem"), one.certificate);
    auto hash = postern::test::run_program(
        {"sh",
         "-c",
         "openssl x509 -in " + dir.file("c.pem") +
             " -noout -pubkey | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary"}
    );
    REQUIRE(hash.output.size() == 32);
    config::key_pin pin;
    std::copy(hash.output.begin(), hash.output.end(), pin.begin());
    auto der = pem_bytes(read_pem(one.certificate).blocks.at(0));
    REQUIRE(der);
    auto key = public_key_of(*der);
    CHECK_FALSE(key.empty());
    CHECK(public_key_of(der->substr(0, der->size() / 2)).empty());
    CHECK(public_key_of("").empty());
    CHECK(public_key_of("\x30\x02\x30\x00"s).empty());

    auto& by = tls::test::primitives();
    CHECK(is_pinned(*der, std::vector{config::key_pin{}, pin}, by));
    CHECK_FALSE(is_pinned(*der, std::vector{config::key_pin{}}, by));
    CHECK_FALSE(is_pinned("x", std::vector{pin}, by));
}

TEST_CASE("sessions with upstreams are kept by peer, a ticket of TLS 1.3 for one use") {
    client_sessions all;
    CHECK(number_of(all.take("a")) == 0);
    all.keep("a", session(1), false);
    all.keep("b", session(2), true);
    CHECK(number_of(all.take("a")) == 1);
    CHECK(number_of(all.take("a")) == 1);
    CHECK(number_of(all.take("b")) == 2);
    CHECK(number_of(all.take("b")) == 0);
    all.keep("b", session(3), true);
    all.keep("b", session(4), true);
    all.keep("b", session(5), true); // two tickets are enough
    CHECK(number_of(all.take("b")) == 5);
    CHECK(number_of(all.take("b")) == 4);
    CHECK(number_of(all.take("b")) == 0);
    all.keep("a", session(6), false);
    CHECK(number_of(all.take("a")) == 6);
    all.keep("a", session(7), true);
    CHECK(number_of(all.take("a")) == 7);
    CHECK(number_of(all.take("a")) == 6);
}

TEST_CASE("sessions are kept of so many peers, the most recent ones") {
    client_sessions all;
    auto name = [](std::size_t n) { return "peer " + std::to_string(n); };
    for (std::size_t n = 0; n < client_sessions::most_peers; ++n)
        all.keep(name(n), session(1), false);
    all.keep(name(0), session(2), false);
    all.keep("one more", session(3), false);
    CHECK(all.peers() == client_sessions::most_peers);
    CHECK(number_of(all.take(name(0))) == 2);
    CHECK(number_of(all.take(name(1))) == 0);
    CHECK(number_of(all.take(name(2))) == 1);
    CHECK(number_of(all.take("one more")) == 3);
}
