#include "tests/config/support.hpp"
#include "tests/support/catch.hpp"

using namespace postern;
using test::check;
using test::server_with;

namespace {

const std::string head = "[mail]\nupstream = \"localhost\"\n";

}

TEST_CASE("a server needs an address, a protocol and an upstream") {
    check("nothing at all", "", "error: no [[mail.server]]: there is nothing to serve");
    check("a whole one", server_with(""), "");
    check(
        "an empty one",
        "[[mail.server]]\n",
        "1:1 error: no \"listen\" in this server\n"
        "1:1 error: this server does not know where mail lives: no \"upstream\", no routes, no "
        "\"auth_http\""
    );
    check(
        "no known port",
        head + "[[mail.server]]\nlisten = \"1143\"",
        "3:1 error: the protocol of this server does not follow from its ports"
    );
    check(
        "the first known port decides",
        head + "[[mail.server]]\nlisten = [\"1143\", \"110\", \"143\"]",
        ""
    );
    check(
        "a protocol that was said", head + "[[mail.server]]\nlisten = 1143\nprotocol = \"pop3\"", ""
    );
    check(
        "a Unix socket has no port",
        head + "[[mail.server]]\nlisten = \"unix:/x\"",
        "3:1 error: the protocol of this server does not follow from its ports"
    );
    check("auth_http is enough", "[[mail.server]]\nlisten = 143\nauth_http = \"localhost\"", "");
    check(
        "what is broken is not also missing",
        "[[mail.server]]\nlisten = \"x\"\nupstream = \"\"",
        "2:11 error: listen: \"x\" has no port\n"
        "3:13 error: upstream: \"\" is no address"
    );
    check(
        "an empty list",
        "[[mail.server]]\nlisten = []\nupstream = \"localhost\"",
        "2:10 error: listen: needs [address:]port[-port] | unix:path, then [ssl] [proxy_protocol] "
        "[backlog=N] [rcvbuf=size] [sndbuf=size] [ipv6only=on|off] "
        "[so_keepalive=on|off|[idle]:[interval]:[probes]] [bind] [reuseport] [fastopen=N] "
        "[deferred] [multipath]"
    );
}

TEST_CASE("an address is listened on once in the whole file") {
    check(
        "twice in one server",
        head + "[[mail.server]]\nlisten = [\"*:143\", \"0.0.0.0:143\"]",
        "4:20 error: listen: duplicate \"0.0.0.0:143\" address and port pair"
    );
    check(
        "in two servers, written differently",
        head + "[[mail.server]]\nlisten = \"[::1]:143\"\n[[mail.server]]\nlisten = \"[0::1]:143\"",
        "6:10 error: listen: duplicate \"[::1]:143\" address and port pair"
    );
    check(
        "any free port is never the same",
        head + "[[mail.server]]\nlisten = [\"127.0.0.1:0\", \"127.0.0.1:0\"]\nprotocol = \"imap\"",
        ""
    );
    check(
        "a socket",
        head + "[[mail.server]]\nprotocol = \"imap\"\nlisten = [\"unix:/a\", \"unix:/a\"]",
        "5:22 error: listen: duplicate \"unix:/a\" address and port pair"
    );
    check(
        "ranges that meet",
        head + "[[mail.server]]\nlisten = [\"*:143-150\", \"*:150-160\", \"[::]:143-150\"]",
        "4:24 error: listen: duplicate \"0.0.0.0:150-160\" address and port pair"
    );
    check(
        "a port in a range",
        head + "[[mail.server]]\nlisten = \"*:143-150\"\n[[mail.server]]\nprotocol = "
               "\"imap\"\nlisten = \"*:145\"",
        "7:10 error: listen: duplicate \"0.0.0.0:145\" address and port pair"
    );
    check(
        "all addresses and one of them",
        head + "[[mail.server]]\nlisten = \"*:143\"\n[[mail.server]]\nlisten = \"127.0.0.1:143\"",
        ""
    );
}

TEST_CASE("a connection that the system keeps must bring something before the greeting") {
    auto at = [](std::string listen) {
        return head + "[[mail.server]]\nlisten = \"" + listen + "\"";
    };
    check(
        "a greeting",
        at("143 deferred"),
        "4:10 error: listen: \"deferred\" waits for a client that waits for the greeting"
    );
    check(
        "a load balancer's header",
        at("143 deferred proxy_protocol\"\nset_real_ip_from = \"192.0.2.1"),
        ""
    );
}

TEST_CASE("a range has the protocol of a port in it, and its expectations") {
    check(
        "993 is in it",
        head + "[[mail.server]]\nlisten = \"*:990-1000\"",
        "4:10 warning: listen: clients of port 993 expect TLS from the first byte, but this "
        "address has none"
    );
}

TEST_CASE("a listener speaks TLS from the first byte or switches to it, not both") {
    check(
        "both in one server",
        server_with("ssl = true\nstarttls = \"on\""),
        "5:1 error: \"starttls\" on conflicts with \"ssl\" on: a connection that begins with TLS "
        "cannot switch to it"
    );
    check(
        "starttls from outside",
        "[mail]\nstarttls = \"only\"\n" + server_with("ssl = true"),
        "6:1 error: \"starttls\" only conflicts with \"ssl\" on: a connection that begins with TLS "
        "cannot switch to it"
    );
    check(
        "both from outside",
        "[mail]\nssl = true\nstarttls = \"on\"\n" + server_with(""),
        "3:1 error: \"starttls\" on conflicts with \"ssl\" on: a connection that begins with TLS "
        "cannot switch to it"
    );
    check(
        "all listens by their word",
        head + "[[mail.server]]\nlisten = [\"993 ssl\", \"994 ssl\"]\nstarttls = \"on\"",
        "5:1 error: \"starttls\" on conflicts with \"ssl\" in every listen: a connection that "
        "begins with TLS cannot switch to it"
    );
    check(
        "of both sorts",
        head + "[[mail.server]]\nlisten = [\"993 ssl\", \"143\"]\nstarttls = \"on\"",
        ""
    );
    check(
        "said to be off",
        "[mail]\nstarttls = \"on\"\n" + server_with("ssl = true\nstarttls = \"off\""),
        ""
    );
    check(
        "a port of TLS without it",
        head + "[[mail.server]]\nlisten = \"993\"",
        "4:10 warning: listen: clients of port 993 expect TLS from the first byte, but this "
        "address has none"
    );
}

TEST_CASE("somebody checks the passwords of an SMTP server") {
    auto smtp = [](std::string lines) { return head + "[[mail.server]]\nlisten = 587\n" + lines; };
    const auto nobody = "3:1 error: nobody checks the passwords of this server: any will do";
    check("nobody", smtp(""), nobody);
    check("nobody, though the upstream is told", smtp("xclient = true"), nobody);
    check("the upstream", smtp("proxy_smtp_auth = true"), "");
    check("there are none", smtp("smtp_auth = \"none\""), "");
    check("the lookup", "[mail]\nauth_http = \"localhost\"\n[[mail.server]]\nlisten = 587", "");
    check("IMAP logs in anyway", head + "[[mail.server]]\nlisten = 143", "");
}

TEST_CASE("servers that name one zone agree on its size") {
    auto two = [](std::string first, std::string second) {
        return head + "[[mail.server]]\nlisten = \"993 ssl\"\nssl_session_cache = \"" + first +
               "\"\n[[mail.server]]\nlisten = \"995 ssl\"\nssl_session_cache = \"" + second + "\"";
    };
    check("the same", two("shared:A:1m", "builtin shared:A:1024k"), "");
    check(
        "inherited by both",
        "[mail]\nupstream = \"localhost\"\nssl_session_cache = "
        "\"shared:A:1m\"\n[[mail.server]]\nlisten = "
        "143\n"
        "[[mail.server]]\nlisten = 110\n",
        ""
    );
    check("two zones", two("shared:A:1m", "shared:B:2m"), "");
    check(
        "a conflict",
        two("shared:A:1m", "shared:A:2m"),
        "8:1 error: ssl_session_cache: the size 2097152 of zone \"A\" conflicts with already "
        "declared size 1048576"
    );
}

TEST_CASE("what a server writes itself means something there") {
    check(
        "TLS where there is none",
        server_with("ssl_ciphers = \"HIGH\""),
        "4:1 warning: ssl_ciphers: has no effect: this server never speaks TLS"
    );
    check(
        "inherited is fine",
        "[mail]\nssl_ciphers = \"HIGH\"\nxclient = true\n" + server_with(""),
        ""
    );
    check(
        "another protocol's",
        server_with("pop3_auth = \"plain\"\nxclient = false"),
        "4:1 warning: pop3_auth: has no effect: this server does not speak POP3\n"
        "5:1 warning: xclient: has no effect: this server does not speak SMTP"
    );
    check(
        "imap in pop3",
        head + "[[mail.server]]\nlisten = 110\nimap_auth = \"plain\"",
        "5:1 warning: imap_auth: has no effect: this server does not speak IMAP"
    );
    check(
        "headers for nobody",
        server_with("auth_http_header = \"X y\""),
        "4:1 warning: auth_http_header: has no effect: this server has no \"auth_http\""
    );
    check(
        "an upstream that is not asked",
        server_with("auth_http = \"localhost\"\n[[mail.server.route]]\nuser=\"a\"\nupstream=\"h\""),
        "3:1 warning: upstream: has no effect: \"auth_http\" is asked instead\n"
        "5:1 warning: routes have no effect: \"auth_http\" is asked instead"
    );
    check(
        "announced by ourselves",
        server_with(
            "imap_capabilities = [\"IMAP4rev1\", \"starttls\", \"AUTH=PLAIN\", \"STARTTLSX\"]"
        ),
        "4:35 warning: imap_capabilities: \"starttls\" will be announced twice, or where it is not "
        "true\n"
        "4:47 warning: imap_capabilities: \"AUTH=PLAIN\" will be announced twice, or where it is "
        "not true"
    );
}

TEST_CASE("a route is for one sort of login and leads somewhere") {
    auto route = [](std::string lines) { return server_with("[[mail.server.route]]\n" + lines); };
    check(
        "a whole one", route("user = \"a@b\"\nupstream = \"localhost\"\nprotocol = \"imap\""), ""
    );
    check("for nobody", route("upstream = \"localhost\""), "4:1 error: this route is for nobody");
    check(
        "for two sorts",
        route("upstream = \"localhost\"\nuser = \"a\"\npattern = \"*\""),
        "4:1 error: this route has more than one of user, domain and pattern"
    );
    check("to nowhere", route("domain = \"b\""), "4:1 error: no \"upstream\" in this route");
    check(
        "never taken",
        route("domain = \"b\"\nupstream = \"localhost\"\n[[mail.server.route]]\ndomain = "
              "\"B\"\nprotocol = "
              "\"pop3\"\nupstream = \"localhost\""),
        "7:1 warning: this route is never taken"
    );
    check(
        "another protocol's",
        route("domain = \"b\"\nprotocol = \"imap\"\nupstream = "
              "\"localhost\"\n[[mail.server.route]]\ndomain = \"b\"\nupstream = \"localhost\""),
        ""
    );
    check(
        "a name of another place",
        route("domain = \"b\"\nupstream = \"localhost\"\nlisten = 5\nusre = \"x\""),
        "7:1 error: \"listen\" does not belong here\n8:1 error: unknown directive \"usre\""
    );
}

TEST_CASE("names are known, and known where they stand") {
    check("a typo", "[mail]\nssl_cipher = 1", "2:1 error: unknown directive \"ssl_cipher\"");
    check("too far out", "timeout = 5", "1:1 error: \"timeout\" does not belong here");
    check(
        "too far in",
        "[mail]\nworker_processes = 5",
        "2:1 error: \"worker_processes\" does not belong here"
    );
    check(
        "listen is a server's", "[mail]\nlisten = 5", "2:1 error: \"listen\" does not belong here"
    );
    check(
        "of nginx",
        "[mail]\nssl_engine = true\nssl_ocsp = true",
        "2:1 error: \"ssl_engine\" is a directive of nginx that postern does not have yet\n"
        "3:1 error: \"ssl_ocsp\" is a directive of nginx that postern does not have yet"
    );
    check(
        "a block of nginx",
        "[http]",
        "1:2 error: \"http\" is a block of nginx that postern does not have yet"
    );
    check(
        "single brackets",
        "[mail]\nupstream = \"localhost\"\n[mail.server]\nlisten = 143",
        "3:7 error: the block \"server\" stands in double brackets"
    );
    check("double brackets", "[[mail]]", "1:1 error: the block \"mail\" may stand only once");
    check("outside mail", "[[server]]", "1:1 error: unknown block \"server\"");
    check("a block as a directive", "mail = 5", "1:1 error: \"mail\" is a block, not a directive");
    check(
        "a directive as a block",
        "[mail.timeout]",
        "1:7 error: \"timeout\" is a directive, not a block"
    );
    check(
        "mistakes of [mail] are said once, also without servers",
        "[mail]\ntimeout = \"x\"",
        "2:12 error: timeout: \"x\" is no time: must begin with a digit"
    );
    check(
        "and with two",
        "[mail]\ntimeout = \"x\"\n" + server_with("") +
            "[[mail.server]]\nlisten = 110\nupstream = \"localhost\"",
        "2:12 error: timeout: \"x\" is no time: must begin with a digit"
    );
}

TEST_CASE("keys cannot be in another process than the only one") {
    auto tls = server_with("ssl = \"on\"\nssl_certificate = \"cert.pem\"");
    check("a worker", "ssl_key_process = true\n" + tls, "");
    check("off is no conflict", "worker_processes = 0\nssl_key_process = false\n" + tls, "");
    check(
        "no worker",
        "worker_processes = 0\nssl_key_process = true\n" + tls,
        "2:1 error: \"ssl_key_process\" on conflicts with \"worker_processes\" 0: the one process "
        "that serves also reads the keys"
    );
    check(
        "no TLS",
        "ssl_key_process = true\n" + server_with(""),
        "1:1 warning: ssl_key_process: has no effect: no server speaks TLS"
    );
    check(
        "a folder's keys would be in the workers",
        "ssl_key_process = true\n" + server_with("ssl = true\nssl_certificate_dir = \"certs\""),
        "6:1 error: \"ssl_certificate_dir\" conflicts with \"ssl_key_process\" on: workers would "
        "hold the keys of the folder"
    );
    check(
        "a key for upstreams",
        "ssl_key_process = true\n" +
            server_with("proxy_ssl = \"on\"\nproxy_ssl_certificate = \"cert.pem\""),
        ""
    );
}
