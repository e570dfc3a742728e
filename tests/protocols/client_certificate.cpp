// ssl_verify_client, as a client hears of it; and what an auth_http service is told.
#include "protocols/client_certificate.hpp"

#include "backends/tls/peer.hpp"
#include "backends/tls/pem.hpp"
#include "protocols/auth_http/request.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/certificates.hpp"
#include "tests/support/run.hpp"

#include <algorithm>

using namespace postern;
using config::mail_protocol;
using config::verify_client;
using postern::test::make_identity;

namespace {

std::shared_ptr<const tls::peer> peer_with(tls::verdict said, std::string leaf = "a leaf") {
    return std::make_shared<tls::peer>(tls::peer{std::move(leaf), said, {}});
}

// A stream whose handshake gives what it was told to.
class shaken_stream final : public stream {
public:
    explicit shaken_stream(std::shared_ptr<const tls::peer> shown) {
        facts_.asked = true;
        facts_.shown = std::move(shown);
    }
    task<result<std::string_view>> read(std::size_t) override { co_return errc::closed; }
    task<result<bool>> quiet_for(std::chrono::milliseconds) override {
        co_return result<bool>(boost::system::in_place_error, errc::closed);
    }
    task<result<void>> write(std::string_view text) override {
        written += text;
        co_return result<void>();
    }
    task<result<void>> start_tls() override {
        is_tls_ = true;
        co_return result<void>();
    }
    const tls::facts* tls() const override { return is_tls_ ? &facts_ : nullptr; }

    std::string written;

private:
    tls::facts facts_;
    bool is_tls_ = false;
};

struct heard {
    std::string line;
    boost::system::error_code why;
    bool operator==(const heard&) const = default;
};
heard hear(verify_client mode, mail_protocol protocol, std::shared_ptr<const tls::peer> shown) {
    config::server_settings settings;
    settings.protocol = protocol;
    settings.tls.verify.client = mode;
    shaken_stream client(std::move(shown));
    auto done = test::run(start_tls_with(settings, client));
    return {client.written, done ? boost::system::error_code() : done.error()};
}

const heard nothing{};

}

TEST_CASE("who shows no certificate is refused where one is a must") {
    auto none = [](verify_client mode, mail_protocol p) { return hear(mode, p, nullptr); };
    auto why = make_error_code(errc::no_certificate);
    CHECK(
        none(verify_client::on, mail_protocol::imap) ==
        heard{"* BYE No required SSL certificate\r\n", why}
    );
    CHECK(
        none(verify_client::on, mail_protocol::pop3) ==
        heard{"-ERR No required SSL certificate\r\n", why}
    );
    CHECK(
        none(verify_client::on, mail_protocol::smtp) ==
        heard{"421 4.7.1 No required SSL certificate\r\n", why}
    );
    for (auto mode : {verify_client::off, verify_client::optional, verify_client::optional_no_ca})
        CHECK(none(mode, mail_protocol::imap) == nothing);
}

TEST_CASE("who shows a bad certificate is refused in the protocol's words") {
    auto why = make_error_code(errc::bad_certificate);
    auto bad = [](verify_client mode, mail_protocol p, tls::verdict said) {
        return hear(mode, p, peer_with(said));
    };
    for (auto mode : {verify_client::on, verify_client::optional, verify_client::optional_no_ca}) {
        auto revoked = tls::verdict::revoked;
        CHECK(
            bad(mode, mail_protocol::imap, revoked) == heard{"* BYE SSL certificate error\r\n", why}
        );
        CHECK(
            bad(mode, mail_protocol::pop3, revoked) == heard{"-ERR SSL certificate error\r\n", why}
        );
        CHECK(
            bad(mode, mail_protocol::smtp, revoked) ==
            heard{"421 4.7.1 SSL certificate error\r\n", why}
        );
        CHECK(bad(mode, mail_protocol::imap, tls::verdict::ok) == nothing);
    }
    using enum tls::verdict;
    for (auto said : {unknown_issuer, leaf_unverified, self_signed, self_signed_in_chain}) {
        CHECK(bad(verify_client::optional, mail_protocol::imap, said).why == why);
        CHECK(bad(verify_client::optional_no_ca, mail_protocol::imap, said) == nothing);
    }
    for (auto said : {unchecked, expired, no_crl, bad_signature, wrong_purpose, malformed})
        CHECK(bad(verify_client::optional_no_ca, mail_protocol::imap, said).why == why);
}

TEST_CASE("auth_http is told of the certificate with nginx's headers") {
    auto joe = make_identity({.name = "joe doe"});
    tls::facts facts;
    facts.asked = true;
    sasl::credentials who;
    const std::vector<std::pair<std::string, std::string>> none;
    auto told = [&](bool passes = false) {
        auth_http::question q{
            "h", who, mail_protocol::imap, 1, "192.0.2.7", "", &facts, none, passes};
        std::string out;
        for (auto& line : auth_http::request_headers(q))
            if (line.name.starts_with("Auth-SSL-"))
                out += line.name + ": " + std::string(line.value.reveal()) + "\n";
        return out;
    };
    CHECK(told() == "Auth-SSL-Verify: NONE\n");

    facts.shown =
        peer_with(tls::verdict::expired, *tls::pem_bytes(tls::read_pem(joe.certificate).blocks[0]));
    auto plain = told();
    CHECK(plain.starts_with("Auth-SSL-Verify: FAILED:certificate has expired\n"
                            "Auth-SSL-Subject: CN=joe doe\nAuth-SSL-Issuer: CN=joe doe\n"
                            "Auth-SSL-Serial: "));
    CHECK(plain.ends_with(
        "Auth-SSL-Fingerprint: 0000000000000000000000000000000000000000\n" // no library, no hash
    ));
    CHECK(plain.find("Auth-SSL-Cert") == plain.npos);

    auto whole = told(true);
    auto pem = whole.substr(whole.find("Auth-SSL-Cert: ") + 15);
    CHECK(pem.starts_with("-----BEGIN%20CERTIFICATE-----%0A"));
    CHECK(pem.ends_with("%0A-----END%20CERTIFICATE-----%0A\n"));
    for (auto [from, to] : {
             std::pair{"%0A", "\n"},
             {"%20", " " }
    })
        for (auto at = pem.find(from); at != pem.npos; at = pem.find(from))
            pem.replace(at, 3, to);
    CHECK(pem == joe.certificate + "\n");

    facts.asked = false;
    CHECK(told().empty());
}
