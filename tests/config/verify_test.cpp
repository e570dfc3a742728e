// ssl_verify_client and what belongs to it.
#include "tests/config/support.hpp"
#include "tests/support/catch.hpp"

using namespace postern;
using test::check;

namespace {

std::string server(const std::string& lines) {
    return "[[mail.server]]\nlisten = \"127.0.0.1:993 ssl\"\nupstream = \"localhost\"\n" + lines;
}

const auto believes = std::string("ssl_client_certificate = \"rsa.pem\"\n");

}

TEST_CASE("who asks for certificates must believe somebody") {
    for (auto* mode : {"on", "optional"})
        check(
            mode,
            server(std::string("ssl_verify_client = \"") + mode + "\""),
            "4:21 error: no ssl_client_certificate or ssl_trusted_certificate for ssl_verify_client"
        );
    check("anybody will do", server("ssl_verify_client = \"optional_no_ca\""), "");
    check("told to clients", server("ssl_verify_client = \"on\"\n" + believes), "");
    check(
        "not told to them",
        server("ssl_verify_client = \"on\"\nssl_trusted_certificate = \"rsa.pem\""),
        ""
    );
    check(
        "a file that is not there",
        server("ssl_verify_client = \"on\"\nssl_client_certificate = \"nowhere.pem\""),
        "5:26 error: ssl_client_certificate: cannot read \"nowhere.pem\": No such file or directory"
    );
}

TEST_CASE("what is about clients' certificates needs clients that are asked for one") {
    check(
        "nobody is asked",
        server("ssl_crl = \"rsa.pem\"\nssl_verify_depth = 2"),
        "4:11 warning: ssl_crl: has no effect: no client is asked for a certificate\n"
        "5:20 warning: ssl_verify_depth: has no effect: no client is asked for a certificate"
    );
    check("as a dump writes it", server("ssl_verify_client = \"off\"\nssl_verify_depth = 1"), "");
    check(
        "the service is sent nothing",
        "[[mail.server]]\nlisten = \"127.0.0.1:993 ssl\"\nauth_http = \"localhost\"\n"
        "auth_http_pass_client_cert = true",
        "4:30 warning: auth_http_pass_client_cert: has no effect: no client is asked for a "
        "certificate"
    );
    check("inherited", "[mail]\nssl_crl = \"rsa.pem\"\nssl_verify_depth = 2\n" + server(""), "");
    check(
        "no TLS",
        "[[mail.server]]\nlisten = \"127.0.0.1:143\"\nupstream = \"localhost\"\n"
        "ssl_verify_client = \"on\"",
        "4:1 warning: ssl_verify_client: has no effect: this server never speaks TLS"
    );
    check(
        "no number of certificates",
        server("ssl_verify_client = \"optional_no_ca\"\nssl_verify_depth = 99"),
        "5:20 error: ssl_verify_depth: 99 is out of range"
    );
}

TEST_CASE("where every client shows a certificate there are no sessions to keep") {
    check(
        "all of them",
        server(
            believes + "ssl_verify_client = \"on\"\nssl_session_cache = \"builtin\"\n"
                       "ssl_session_ticket_key = \"ticket.key\"\nssl_session_tickets = true"
        ),
        "6:21 warning: ssl_session_cache: has no effect: with \"ssl_verify_client\" on every "
        "client shakes hands anew\n"
        "7:26 warning: ssl_session_ticket_key: has no effect: with \"ssl_verify_client\" on every "
        "client shakes hands anew"
    );
    check(
        "some show none",
        server(believes + "ssl_verify_client = \"optional\"\nssl_session_cache = \"builtin\""),
        ""
    );
}

TEST_CASE("external needs a certificate, and somebody who gives the upstream's password") {
    auto asked = [](const std::string& lines) {
        return "[[mail.server]]\nlisten = \"127.0.0.1:993 ssl\"\nssl_verify_client = "
               "\"optional_no_ca\"\n" +
               lines;
    };
    check("by a service", asked("imap_auth = \"plain external\"\nauth_http = \"localhost\""), "");
    check(
        "by nobody",
        asked("imap_auth = \"plain external\"\nupstream = \"localhost\""),
        "4:13 error: imap_auth: external has no password for the upstream, and static routes know "
        "none"
    );
    check(
        "nobody is asked",
        server("imap_auth = \"external\""),
        "4:13 error: imap_auth: external needs a client's certificate, and none is asked for"
    );
    check("inherited, and of no use", "[mail]\nimap_auth = \"plain external\"\n" + server(""), "");
    check(
        "XCLIENT says who it is",
        "[[mail.server]]\nlisten = \"127.0.0.1:465 ssl\"\nssl_verify_client = \"optional_no_ca\"\n"
        "smtp_auth = \"external\"\nupstream = \"localhost\"",
        ""
    );
    check(
        "a password instead",
        "[[mail.server]]\nlisten = \"127.0.0.1:465 ssl\"\nssl_verify_client = \"optional_no_ca\"\n"
        "smtp_auth = \"external\"\nupstream = \"localhost\"\nproxy_smtp_auth = true",
        "4:13 error: smtp_auth: external has no password for the upstream, and static routes know "
        "none"
    );
    check(
        "a name for nobody",
        asked("ssl_client_identity = \"cn\"\nauth_http = \"localhost\""),
        "4:23 warning: ssl_client_identity: has no effect: \"external\" is not in imap_auth"
    );
}
