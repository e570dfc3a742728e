// EXTERNAL: who a client is by its certificate (RFC 4422 appendix A).
#include "protocols/sasl/external.hpp"

#include "backends/tls/peer.hpp"
#include "backends/tls/pem.hpp"
#include "protocols/sasl/exchange.hpp"
#include "protocols/text/base64.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/certificates.hpp"

using namespace postern;
using config::client_identity;
using names = std::vector<std::string>;

namespace {

tls::facts shown(const std::string& extensions, tls::verdict said = tls::verdict::ok) {
    auto made = test::make_identity({.name = "joe", .extensions = extensions});
    tls::facts out;
    out.asked = true;
    auto der = *tls::pem_bytes(tls::read_pem(made.certificate).blocks[0]);
    out.shown = std::make_shared<tls::peer>(tls::peer{der, said, {}});
    return out;
}

// What comes of EXTERNAL with that message: a user, or why not.
std::string answer(const names& who, std::string_view message) {
    sasl::exchange talk;
    auto base64 = message.empty() ? std::string("=") : text::to_base64(message);
    auto step = talk.start("external", base64, true, true, who);
    auto* login = std::get_if<sasl::credentials>(&step);
    if (!login) return "refused";
    CHECK(login->how == sasl::credentials::method::external);
    CHECK(login->mechanism == "EXTERNAL");
    CHECK(login->password.empty());
    return login->user;
}

}

TEST_CASE("a verified certificate says who a client is") {
    auto facts = shown("subjectAltName = email:joe@example.org, DNS:phone.example.org, "
                       "email:joseph@example.org");
    CHECK(
        sasl::identities_of(&facts, client_identity::email) ==
        names{"joe@example.org", "joseph@example.org"}
    );
    CHECK(sasl::identities_of(&facts, client_identity::dns) == names{"phone.example.org"});
    CHECK(sasl::identities_of(&facts, client_identity::cn) == names{"joe"});
    CHECK(sasl::identities_of(nullptr, client_identity::cn).empty());
    auto bare = shown("");
    CHECK(sasl::identities_of(&bare, client_identity::email).empty());
}

TEST_CASE("nobody is who an unverified certificate says") {
    for (auto said : {tls::verdict::self_signed, tls::verdict::expired, tls::verdict::unchecked}) {
        auto facts = shown("", said);
        CHECK(sasl::identities_of(&facts, client_identity::cn).empty());
    }
}

TEST_CASE("EXTERNAL takes no name or one of the certificate's own") {
    names both{"joe@example.org", "joseph@example.org"};
    CHECK(answer(both, "") == "joe@example.org");
    CHECK(answer(both, "joseph@example.org") == "joseph@example.org");
    CHECK(answer(both, "admin@example.org") == "refused");
    CHECK(answer(both, std::string("joe@example.org\0", 16)) == "refused");
    CHECK(answer({}, "") == "refused");
}

TEST_CASE("EXTERNAL asks with an empty challenge, and can be cancelled") {
    sasl::exchange talk;
    auto step = talk.start("EXTERNAL", std::nullopt, false, false, {"joe"});
    REQUIRE(std::holds_alternative<sasl::challenge>(step));
    CHECK(std::get<sasl::challenge>(step).base64.empty());
    step = talk.respond("*");
    CHECK(std::get<sasl::failure>(step) == sasl::failure::cancelled);
    talk.start("EXTERNAL", std::nullopt, false, false, {"joe"});
    step = talk.respond("");
    REQUIRE(std::holds_alternative<sasl::credentials>(step));
    CHECK(std::get<sasl::credentials>(step).user == "joe");
}
