#include "config/report/dump.hpp"
#include "tests/config/support.hpp"
#include "tests/support/catch.hpp"

using namespace postern;
using test::summary;

namespace {

// A TLS server with more lines.
std::string tls_with(const std::string& lines) {
    return "[[mail.server]]\nlisten = \"993 ssl\"\nupstream = \"localhost\"\n" + lines + "\n";
}

}

TEST_CASE("certificates of names are read, each with its files and whom it is for") {
    auto got =
        test::load(tls_with("ssl_reject_unknown_sni = \"on\"\nssl_certificate = \"cert.pem\"\n"
                            "[[mail.server.certificate]]\nssl_certificate = \"rsa.pem\"\n"
                            "ssl_certificate_key = \"key.pem\"\n"
                            "names = [\"Mail.Example.ORG.\", \"*.example.net\"]\n"
                            "[[mail.server.certificate]]\nssl_certificate = \"ecdsa.pem\"\n"));
    INFO(summary(got.diagnostics));
    REQUIRE(got.made);
    auto& tls = got.made->servers[0].tls;
    CHECK(tls.names.reject_unknown);
    REQUIRE(tls.certificates.size() == 1);
    REQUIRE(tls.names.certificates.size() == 2);
    auto& first = tls.names.certificates[0];
    CHECK(first.certificate.bytes->reveal() == "the bytes of rsa.pem");
    CHECK(first.key.bytes->reveal() == "the bytes of key.pem");
    CHECK(first.names == std::vector<std::string>{"mail.example.org", "*.example.net"});
    auto& second = tls.names.certificates[1];
    CHECK(second.key.path == "ecdsa.pem"); // it holds its key itself
    CHECK(second.key.bytes == second.certificate.bytes);
    CHECK(second.names.empty());
}

TEST_CASE("a server's own certificates replace those of [mail]") {
    auto got = test::load("[mail]\nssl = true\nupstream = \"localhost\"\n"
                          "[[mail.certificate]]\nssl_certificate = \"rsa.pem\"\n"
                          "[[mail.server]]\nlisten = \"993\"\n"
                          "[[mail.server]]\nlisten = \"995\"\n"
                          "[[mail.server.certificate]]\nssl_certificate = \"ecdsa.pem\"\n");
    INFO(summary(got.diagnostics));
    REQUIRE(got.made);
    auto path = [&](std::size_t n) {
        return got.made->servers[n].tls.names.certificates.at(0).certificate.path;
    };
    CHECK(path(0) == "rsa.pem");
    CHECK(path(1) == "ecdsa.pem");
    // Nobody wrote ssl_certificate, so cert.pem is not asked for.
    CHECK(got.made->servers[0].tls.certificates.empty());
}

TEST_CASE("a folder of certificates takes the place of cert.pem, not of what is written") {
    auto got =
        test::load(tls_with("ssl_certificate_dir = \"tls\"\nssl_certificate_cache = \"max=5\""));
    INFO(summary(got.diagnostics));
    REQUIRE(got.made);
    auto& names = got.made->servers[0].tls.names;
    CHECK(names.folder == "tls");
    CHECK(names.cached == 5);
    CHECK(got.made->servers[0].tls.certificates.empty());
    got = test::load(tls_with("ssl_certificate_dir = \"tls\"\nssl_certificate = \"rsa.pem\""));
    REQUIRE(got.made);
    CHECK(got.made->servers[0].tls.certificates.size() == 1);
    CHECK(got.made->servers[0].tls.names.cached == 1000);
}

TEST_CASE("what is wrong with certificates of names is told where it stands") {
    struct row {
        const char *lines, *complaint;
    };
    const row rows[] = {
        {"[[mail.server.certificate]]\nnames = \"a.example\"",
         "4:1 error: no \"ssl_certificate\" in this certificate"                                                                                                            },
        {"[[mail.server.certificate]]\nssl_certificate = \"gone.pem\"",
         "5:19 error: ssl_certificate: cannot read \"gone.pem\": No such file or directory"                                                                                 },
        {"[[mail.server.certificate]]\nssl_certificate = \"rsa.pem\"\nnames = \"*.*.example\"",
         "6:10 error: names: \"*.*.example\" is not a name that a client can ask for"                                                                                       },
        {"[mail.server.certificate]\nssl_certificate = \"rsa.pem\"",
         "error: the block \"certificate\" stands in double brackets"                                                                                                       },
        {"ssl_certificate_cache = \"max=5 inactive=1m\"",
         "4:32 error: ssl_certificate_cache: \"inactive=1m\" is not needed"                                                                                                 },
        {"ssl_certificate_cache = \"max=0\"",
         "4:26 error: ssl_certificate_cache: \"max=0\": from 1 to 1000000 certificates"                                                                                     },
        {"ssl_certificate_cache = \"max=5\"",
         "4:1 warning: ssl_certificate_cache: has no effect: this server has no "
         "\"ssl_certificate_dir\""                                                                                                                                          },
        {"[[mail.server.certificate]]\nssl_certificate = \"rsa.pem\"\nnames = \"a.example\"\n"
         "[[mail.server.certificate]]\nssl_certificate = \"rsa.pem\"\nnames = \"A.example\"", "7:1 warning: names: \"a.example\" has this very certificate already"},
    };
    for (auto& row : rows) {
        auto said = summary(test::load(tls_with(row.lines)).diagnostics);
        INFO(row.lines << "\n" << said);
        CHECK(said.find(row.complaint) != said.npos);
    }
}

TEST_CASE("a dump of certificates of names reads back as what it was") {
    auto got =
        test::load(tls_with("ssl_certificate_dir = \"tls\"\n[[mail.server.certificate]]\n"
                            "ssl_certificate = \"rsa.pem\"\nnames = [\"b.example\", \"*.c\"]"));
    INFO(summary(got.diagnostics));
    REQUIRE(got.made);
    auto dumped = config::dump(got);
    INFO(dumped);
    auto again = test::load(dumped);
    INFO(summary(again.diagnostics));
    REQUIRE(again.made);
    auto& names = again.made->servers[0].tls.names;
    CHECK(names.folder == "tls");
    REQUIRE(names.certificates.size() == 1);
    CHECK(names.certificates[0].names == std::vector<std::string>{"b.example", "*.c"});
    CHECK(names.certificates[0].certificate.path == "rsa.pem");
}

TEST_CASE("ssl_certificate_watch is a time, and 0 is no watching") {
    auto head = [](const char* value) {
        return test::load("ssl_certificate_watch = " + std::string(value) + "\n" + tls_with(""));
    };
    CHECK(head("\"2s\"").made->process.certificate_watch == std::chrono::seconds(2));
    CHECK(head("0").made->process.certificate_watch.count() == 0);
    CHECK(test::load(tls_with("")).made->process.certificate_watch == std::chrono::seconds(5));
}
