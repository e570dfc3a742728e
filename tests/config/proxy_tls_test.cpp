#include "config/value/pin.hpp"
#include "config/value/tls_name.hpp"
#include "tests/config/support.hpp"
#include "tests/support/catch.hpp"

using namespace postern;
using test::check;
using test::summary;

namespace {

std::string imap(const std::string& lines) {
    return "[[mail.server]]\nlisten = \"127.0.0.1:143\"\n" + lines;
}

}

TEST_CASE("a password for another machine needs TLS, or a word that it does not") {
    check("loopback", imap("upstream = \"127.0.0.9:143\""), "");
    check("its IPv6", imap("upstream = \"[::1]:143\""), "");
    check("the name of it", imap("upstream = \"localhost\""), "");
    auto clear = "3:12 error: upstream: passwords would go to 192.0.2.1 in clear text";
    check("an address", imap("upstream = \"192.0.2.1\""), clear);
    check(
        "an IPv6 address",
        imap("upstream = \"[2001:db8::1]\""),
        "3:12 error: upstream: passwords would go to 2001:db8::1 in clear text"
    );
    check(
        "a name, which may be anybody's",
        imap("upstream = \"imap.example.org\""),
        "3:12 warning: upstream: passwords would go to imap.example.org in clear text; unless that "
        "is this machine, nobody can log in"
    );
    check("with TLS", imap("upstream = \"192.0.2.1\"\nproxy_ssl = \"on\""), "");
    check("after STARTTLS", imap("upstream = \"192.0.2.1\"\nproxy_ssl = \"starttls\""), "");
    check("said so", imap("upstream = \"192.0.2.1\"\nproxy_allow_plaintext = true"), "");
    check("said outside", "[mail]\nproxy_allow_plaintext = true\n" + imap("upstream = \"h\""), "");
    auto hint = test::load(imap("upstream = \"192.0.2.1\"")).diagnostics.at(0).hint;
    CHECK(hint.find("proxy_ssl = \"starttls\" or \"on\"") != hint.npos);
    CHECK(hint.find("proxy_allow_plaintext = \"on\"") != hint.npos);
}

TEST_CASE("where no password is sent, none is protected") {
    auto smtp = [](const std::string& lines) {
        return "[[mail.server]]\nlisten = \"127.0.0.1:25\"\n" + lines;
    };
    check("an envelope", smtp("upstream = \"192.0.2.1\"\nsmtp_auth = \"none\""), "");
    check(
        "a login",
        smtp("upstream = \"192.0.2.1\"\nproxy_smtp_auth = true"),
        "3:12 error: upstream: passwords would go to 192.0.2.1 in clear text"
    );
}

TEST_CASE("a route has its server's way to upstreams, unless it says another") {
    auto route = [](const std::string& server, const std::string& lines) {
        return imap(
            server +
            "\nupstream = \"localhost\"\n[[mail.server.route]]\nuser = \"a\"\nupstream = "
            "\"192.0.2.1\"\n" +
            lines
        );
    };
    auto clear = "7:12 error: upstream: passwords would go to 192.0.2.1 in clear text";
    check("none", route("", ""), clear);
    check("the server's", route("proxy_ssl = \"on\"", ""), "");
    check("its own", route("", "proxy_ssl = \"on\""), "");
    check("its own, which is none", route("proxy_ssl = \"on\"", "proxy_ssl = \"off\""), clear);
    check(
        "of no use",
        route("proxy_allow_plaintext = true", "proxy_ssl_name = \"a.example\""),
        "8:1 warning: proxy_ssl_name: has no effect: \"proxy_ssl\" is off"
    );

    auto got = test::load(
        route("proxy_ssl = \"on\"\nproxy_ssl_verify_depth = 3", "proxy_ssl_name = \"a.example\"")
    );
    INFO(summary(got.diagnostics));
    REQUIRE(got.made);
    auto& s = got.made->servers[0];
    REQUIRE(s.lookup.routes.size() == 1);
    auto& tls = s.lookup.routes[0].tls;
    CHECK(tls.mode == config::upstream_tls::on);
    CHECK(tls.verify_depth == 3);
    CHECK(tls.name == "a.example");
    CHECK(s.proxy.tls.name.empty());
    CHECK(tls.trusted_certificate.bytes == s.proxy.tls.trusted_certificate.bytes);
    CHECK(tls.trusted_certificate.bytes);
}

TEST_CASE("a port that says otherwise than proxy_ssl is pointed at") {
    check(
        "TLS at a port that begins in clear",
        imap("upstream = \"192.0.2.1:143\"\nproxy_ssl = \"on\""),
        "3:12 warning: upstream: servers at port 143 do not expect TLS from the first byte, which "
        "proxy_ssl says"
    );
    check(
        "STARTTLS at a port of TLS",
        imap("upstream = \"192.0.2.1:993\"\nproxy_ssl = \"starttls\""),
        "3:12 warning: upstream: servers at port 993 expect TLS from the first byte, which "
        "proxy_ssl does not say"
    );
    check("any other", imap("upstream = \"192.0.2.1:1143\"\nproxy_ssl = \"on\""), "");
}

TEST_CASE("an upstream that nobody checks is a warning, a lone key an error") {
    auto on = [](const std::string& lines) {
        return imap("upstream = \"192.0.2.1\"\nproxy_ssl = \"on\"\n" + lines);
    };
    check(
        "no verification",
        on("proxy_ssl_verify = false\nproxy_ssl_crl = \"rsa.pem\""),
        "5:20 warning: proxy_ssl_verify: without it, whoever sits on the way to the upstream can "
        "read everything\n"
        "6:17 warning: proxy_ssl_crl: has no effect: \"proxy_ssl_verify\" is off"
    );
    check(
        "a pin instead",
        on("proxy_ssl_verify = false\nproxy_ssl_pin = \"" + std::string(64, 'a') + "\""),
        ""
    );
    check(
        "a key of no certificate",
        on("proxy_ssl_certificate_key = \"key.pem\""),
        "5:29 error: proxy_ssl_certificate_key: there is no \"proxy_ssl_certificate\" that it "
        "belongs to"
    );
    check(
        "said for nothing",
        imap("upstream = \"localhost\"\nproxy_ssl_name = \"a\""),
        "4:1 warning: proxy_ssl_name: has no effect: \"proxy_ssl\" is off"
    );
}

TEST_CASE("the system's authorities are read where they are needed, and missed only there") {
    std::vector<std::string> asked;
    auto none = [&](const std::string& path) {
        asked.push_back(path);
        return config::file_answer{nullptr, ENOENT};
    };
    auto load = [&](const std::string& lines) {
        asked.clear();
        return config::load(imap("upstream = \"localhost\"\n" + lines), "p", none);
    };
    CHECK(load("").made);
    CHECK(asked.empty());
    CHECK(load("proxy_ssl = \"on\"\nproxy_ssl_verify = false\n").made);
    CHECK(asked.empty());
    auto got = load("proxy_ssl = \"on\"\n");
    CHECK_FALSE(got.made);
    CHECK(asked == std::vector<std::string>{"/etc/ssl/certs/ca-certificates.crt"});
    CHECK(
        summary(got.diagnostics) ==
        "1:1 error: proxy_ssl_trusted_certificate: cannot read "
        "\"/etc/ssl/certs/ca-certificates.crt\": No such file or directory"
    );
}

TEST_CASE("a pin is 32 bytes, however they are written") {
    auto base64 = "\"MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=\"";
    for (auto text :
         {"\"MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=\"",
          "\"MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE\"",
          "\"sha256//MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=\"",
          "\"3031323334353637383930313233343536373839303132333435363738393031\"",
          "\"sha256:30:31:32:33:34:35:36:37:38:39:30:31:32:33:34:35:36:37:38:39:30:31:32:33:34:35:"
          "36:37:38:39:30:31\""})
        CHECK(test::read_back<config::pin_kind>(text) == base64);
    for (auto text :
         {"\"\"",
          "\"MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDF=\"", // bits behind the last byte
          "\"MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5M\"",
          "\"30313233343536373839303132333435363738393031323334353637383930313\"",
          "\"?DEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=\""})
        CHECK(
            test::read_back<config::pin_kind>(text).find("is no SHA-256 of a public key") !=
            std::string::npos
        );
}

TEST_CASE("a name to expect is a host's or an address") {
    CHECK(test::read_back<config::tls_name>("\"imap.example.org\"") == "\"imap.example.org\"");
    CHECK(test::read_back<config::tls_name>("\"192.0.2.1\"") == "\"192.0.2.1\"");
    CHECK(test::read_back<config::tls_name>("\"[2001:DB8::1]\"") == "\"2001:db8::1\"");
    CHECK(test::read_back<config::tls_name>("\"2001:db8::1\"") == "\"2001:db8::1\"");
    CHECK(
        test::read_back<config::tls_name>("\"*.example.org\"").find("is not a host name") !=
        std::string::npos
    );
}
