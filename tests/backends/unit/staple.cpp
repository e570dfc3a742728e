#include "backends/tls/staple.hpp"

#include "backends/tls/pem.hpp"
#include "tests/backends/support/meeting.hpp"
#include "tests/backends/support/staples.hpp"
#include "tests/support/catch.hpp"

namespace postern::tls::test {

namespace {

using postern::test::ca_extensions;
using postern::test::make_identity;

certificate leaf_of(const identity& one) {
    return *read_certificate(*pem_bytes(read_pem(one.certificate).blocks.at(0)));
}

struct answer {
    staple made;
    std::string said;
};
answer read(const std::string& text, const certificate& leaf) {
    std::vector<config::complaint> complaints;
    answer out;
    out.made = read_staple(file_of("ocsp.der", text), leaf, complaints);
    for (auto& c : complaints) {
        CHECK(c.directive == "ssl_stapling_file");
        out.said += (c.level == config::severity::error ? "error " : "warning ") + c.text;
    }
    return out;
}

const identity& ca() {
    static const auto made = make_identity({.name = "ca", .extensions = ca_extensions});
    return made;
}
const identity& leaf() {
    static const auto made = make_identity({.name = "mail.example", .issuer = &ca()});
    return made;
}

// The last time in a response changed to another year, which no signature is looked at for.
std::string with_year(std::string response, const std::string& year) {
    auto tag = response.rfind(std::string("\x18\x0f", 2), response.find("\xa0\x11\x18\x0f") + 2);
    REQUIRE(tag != response.npos);
    response.replace(tag + 2, 4, year);
    return response;
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

}

TEST_CASE("an OCSP response is read from DER and PEM") {
    auto der = make_response(ca(), leaf());
    auto got = read(der, leaf_of(leaf()));
    CHECK(got.said == "");
    CHECK(got.made.response == der);
    auto now = std::chrono::system_clock::now();
    CHECK(got.made.holds_at(now));
    CHECK_FALSE(got.made.holds_at(now + std::chrono::hours(24 * 8)));
    CHECK_FALSE(got.made.holds_at(now - std::chrono::hours(24)));
    auto pem =
        "-----BEGIN OCSP RESPONSE-----\n" + in_base64(der) + "\n-----END OCSP RESPONSE-----\n";
    CHECK(read(pem, leaf_of(leaf())).made.response == der);
    CHECK_FALSE(staple().holds_at(now));
}

TEST_CASE("what is no response about the certificate is an error") {
    auto good = make_response(ca(), leaf());
    for (std::size_t cut : {0u, 1u, 5u, 40u, 100u}) {
        INFO(cut);
        CHECK(has(read(good.substr(0, cut), leaf_of(leaf())).said, "error"));
    }
    CHECK(has(read("no response at all", leaf_of(leaf())).said, "holds no OCSP response"));
    auto later = std::string("\x30\x03\x0a\x01\x03", 5);
    CHECK(
        has(read(later, leaf_of(leaf())).said,
            "error \"ocsp.der\" holds an answer without a response: tryLater")
    );
    CHECK(
        has(read(good, leaf_of(ca())).said,
            "warning the response in \"ocsp.der\" is about another certificate, and is not sent")
    );
}

TEST_CASE("a response that says nothing good is a warning, and not sent") {
    auto revoked = read(make_response(ca(), leaf(), true), leaf_of(leaf()));
    CHECK(has(
        revoked.said, "warning the response in \"ocsp.der\" says that the certificate is revoked"
    ));
    CHECK(revoked.made.response.empty());
    auto old = read(with_year(make_response(ca(), leaf()), "2020"), leaf_of(leaf()));
    CHECK(has(old.said, "warning the response in \"ocsp.der\" is expired"));
    CHECK(old.made.response.empty());
}

}
