// auth_http: several services, https, and the methods that cannot do without one.
#include "tests/config/support.hpp"
#include "tests/support/catch.hpp"

using namespace postern;

namespace {

std::string imap(const std::string& lines) {
    return "[[mail.server]]\nlisten = \"127.0.0.1:143\"\n" + lines;
}
void check(const char* about, const std::string& text, const std::string& wanted) {
    test::check(about, text, wanted.c_str());
}
std::string asks(const std::string& where, const std::string& more = "") {
    return imap("auth_http = " + where + "\n" + more);
}

}

TEST_CASE("passwords in clear to a service elsewhere are warned of") {
    check("here", asks("\"http://127.0.0.1:9000/auth\""), "");
    check("a socket", asks("\"unix:/run/auth.sock:/auth\""), "");
    check("its name", asks("\"localhost\""), "");
    check("with TLS", asks("\"https://auth.example.org\""), "");
    check(
        "elsewhere",
        asks("\"http://192.0.2.1\""),
        "3:13 warning: auth_http: passwords will go to 192.0.2.1 in clear text"
    );
    check(
        "the second one, by a name",
        asks("[\"localhost\", \"http://auth.example.org/x\"]"),
        "3:27 warning: auth_http: passwords will go to auth.example.org in clear text, unless that "
        "is this machine"
    );
}

TEST_CASE("auth_http is one service or several") {
    auto made =
        test::load(asks("[\"https://a.example/x\", \"unix:/run/a:/b\", \"[::1]:81\"]")).made;
    REQUIRE(made);
    auto& all = made->servers[0].lookup.auth_http;
    REQUIRE(all.size() == 3);
    CHECK((all[0].tls && all[0].host == "a.example" && all[0].port == 443));
    CHECK((!all[1].tls && all[1].unix_path == "/run/a" && all[1].target == "/b"));
    CHECK((!all[2].tls && all[2].host == "::1" && all[2].port == 81));
    CHECK(made->servers[0].lookup.uses_https());
    CHECK(test::load(asks("\"http://a http://b\"")).made->servers[0].lookup.auth_http.size() == 2);
    check(
        "none",
        asks("[]"),
        "3:13 error: auth_http: needs [http://|https://]host[:port][/path] | unix:path[:/path] ..."
    );
}

TEST_CASE("https to a service is complete and does something, or is complained of") {
    check(
        "nothing is https",
        asks("\"localhost\"", "auth_http_ssl_name = \"a.example\""),
        "4:1 warning: auth_http_ssl_name: has no effect: no \"auth_http\" of this server is https"
    );
    check(
        "not verified",
        asks("\"https://h\"", "auth_http_ssl_verify = false"),
        "4:24 warning: auth_http_ssl_verify: without it, whoever sits on the way to the service "
        "can "
        "read all passwords and let anybody in"
    );
    check(
        "a key of nothing",
        asks("\"https://h\"", "auth_http_ssl_certificate_key = \"key.pem\""),
        "4:33 error: auth_http_ssl_certificate_key: there is no \"auth_http_ssl_certificate\" that "
        "it belongs to"
    );
    check(
        "a file that is not there",
        asks("\"https://h\"", "auth_http_ssl_trusted_certificate = \"missing.pem\""),
        "4:37 error: auth_http_ssl_trusted_certificate: cannot read \"missing.pem\": No such file "
        "or directory"
    );
    check(
        "which nobody needs",
        asks(
            "\"https://h\"",
            "auth_http_ssl_verify = false\nauth_http_ssl_trusted_certificate = \"missing.pem\""
        ),
        "4:24 warning: auth_http_ssl_verify: without it, whoever sits on the way to the service "
        "can "
        "read all passwords and let anybody in"
    );
    auto text = asks("\"https://h\"", "auth_http_ssl_certificate = \"rsa.pem\"");
    auto got = test::load(text);
    auto& tls = got.made->servers[0].lookup.auth_http_tls;
    CHECK(tls.certificate.bytes);
    CHECK(tls.trusted_certificate.bytes);
}

TEST_CASE("digests need a service that knows passwords") {
    auto refused = [](const std::string& directive, const std::string& word) {
        return " error: " + directive + ": " + word +
               " shows only whether a client knows its password, and without auth_http nobody here "
               "knows any";
    };
    auto with = [](const char* port, const std::string& lines) {
        return "[[mail.server]]\nlisten = \"127.0.0.1:" + std::string(port) + "\"\n" + lines;
    };
    auto upstream = "upstream = \"localhost\"\n", service = "auth_http = \"localhost\"\n";
    auto imap_line = "imap_auth = \"plain cram-md5\"\n", pop3_line = "pop3_auth = \"apop\"\n";
    auto smtp_line = "smtp_auth = \"cram-md5\"\nproxy_smtp_auth = true\n";
    check("IMAP", with("143", imap_line) + upstream, "3:13" + refused("imap_auth", "cram-md5"));
    check("POP3", with("110", pop3_line) + upstream, "3:13" + refused("pop3_auth", "apop"));
    check("SMTP", with("25", smtp_line) + upstream, "3:13" + refused("smtp_auth", "cram-md5"));
    check("with a service", with("143", imap_line) + service, "");
    check("with a service", with("110", pop3_line) + service, "");
    check("with a service", with("25", smtp_line) + service, "");
    auto inherited = "[mail]\n" + std::string(pop3_line) + with("110", upstream);
    check("from [mail]", inherited, "2:13" + refused("pop3_auth", "apop"));
    check("another protocol's", "[mail]\n" + std::string(pop3_line) + with("143", upstream), "");
    check(
        "where nobody knows",
        "[[mail.server]]\nlisten = 143\nimap_auth = \"apop\"\n" + std::string(service),
        "3:14 error: imap_auth: unknown word \"apop\""
    );
}
