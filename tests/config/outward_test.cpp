// proxy_protocol, resolver and resolver_timeout.
#include "config/report/dump.hpp"
#include "config/value/resolver.hpp"
#include "tests/config/support.hpp"
#include "tests/support/catch.hpp"

using namespace postern;
using config::proxy_header;
using config::resolver_kind;
using test::check;

namespace {

std::string smtp(const std::string& lines) {
    return "[[mail.server]]\nlisten = \"25\"\nsmtp_auth = \"none\"\nupstream = \"localhost\"\n" +
           lines;
}

}

TEST_CASE("DNS servers are read and written back") {
    struct row {
        const char *written, *means;
    };
    const row rows[] = {
        {"\"off\"",                                     "\"off\""                                                      },
        {"false",                                       "\"off\""                                                      },
        {"\"192.0.2.53\"",                              "\"192.0.2.53\""                                               },
        {"\"192.0.2.53:53 [2001:DB8::53] [::1]:5353\"", "\"192.0.2.53 [2001:db8::53] [::1]:5353\""                     },
        {"[\"192.0.2.53\", \"valid=90s\"]",             "\"192.0.2.53 valid=90s\""                                     },
        {"\"192.0.2.53 valid=5m ipv6=off\"",            "\"192.0.2.53 valid=5m ipv6=off\""                             },
        {"\"ipv4=off [::1] ipv6=on\"",                  "\"[::1] ipv4=off\""                                           },
        {"\"192.0.2.53 status_zone=dns\"",              "\"192.0.2.53\""                                               },
        {"\"\"",
         "1:5 error: x: needs addresses with [:port], then [valid=time] [ipv4=on|off] "
         "[ipv6=on|off] | off"                                                                                         },
        {"\"valid=30s\"",                               "1:6 error: x: names no server"                                },
        {"\"192.0.2.53 off\"",                          "1:17 error: x: \"off\" is no address; names are not looked up"},
        {"\"dns.example.org\"",
         "1:6 error: x: \"dns.example.org\" is no address; names are not looked up"                                    },
        {"\"::1\"",                                     "1:6 error: x: an IPv6 address needs brackets"                 },
        {"\"[::1\"",                                    "1:6 error: x: \"[::1\" is no address; names are not looked up"},
        {"\"192.0.2.53:0\"",                            "1:6 error: x: \"0\" is not a port"                            },
        {"\"192.0.2.53:65536\"",                        "1:6 error: x: \"65536\" is not a port"                        },
        {"\"192.0.2.53 valid=0\"",                      "1:17 error: x: valid takes whole seconds, one or more"        },
        {"\"192.0.2.53 valid=1500ms\"",                 "1:17 error: x: valid takes whole seconds, one or more"        },
        {"\"192.0.2.53 ipv6=maybe\"",                   "1:17 error: x: \"maybe\" is neither \"on\" nor \"off\""       },
        {"\"192.0.2.53 ipv4=off ipv6=off\"",            "1:6 error: x: ipv4 and ipv6 cannot both be off"               },
        {"\"192.0.2.53 local=on\"",                     "1:17 error: x: unknown parameter \"local=on\""                },
    };
    for (auto& row : rows) {
        INFO(row.written);
        CHECK(test::read_back<resolver_kind>(row.written) == row.means);
    }
}

TEST_CASE("a resolver matters to SMTP servers, its timeout to those that have one") {
    check("both", smtp("resolver = \"192.0.2.53\"\nresolver_timeout = \"5s\""), "");
    check("for all", "[mail]\nresolver = \"192.0.2.53\"\n" + smtp(""), "");
    check(
        "IMAP",
        "[[mail.server]]\nlisten = \"143\"\nupstream = \"localhost\"\nresolver = \"192.0.2.53\"",
        "4:1 warning: resolver: has no effect: this server does not speak SMTP"
    );
    check(
        "nobody to ask",
        smtp("resolver_timeout = \"5s\""),
        "5:1 warning: resolver_timeout: has no effect: this server looks no client's name up: it "
        "does not speak SMTP, or \"resolver\" is off"
    );
    check(
        "a zone for statistics",
        smtp("resolver = \"192.0.2.53 status_zone=dns\""),
        "5:24 warning: resolver: status_zone has no effect: nothing is counted here"
    );
    check(
        "no time",
        smtp("resolver = \"192.0.2.53\"\nresolver_timeout = 0"),
        "6:20 error: resolver_timeout: \"0\" is too short"
    );
}

TEST_CASE("a server's resolver can be switched off, and is off by default") {
    auto got = test::load(
        "[mail]\nresolver = \"192.0.2.53 valid=30s\"\n" + smtp("") + smtp("resolver = \"off\"\n")
    );
    // Two servers at one address: an error, but the draft shows what was read.
    REQUIRE(got.draft);
    auto& servers = got.draft->servers;
    REQUIRE(servers.size() == 2);
    CHECK(servers[0].looks_up_clients());
    CHECK(servers[0].resolver.from.valid == std::chrono::seconds(30));
    CHECK(servers[0].resolver.timeout == std::chrono::seconds(30));
    CHECK_FALSE(servers[1].looks_up_clients());
    CHECK_FALSE(config::server_settings().looks_up_clients());
}

TEST_CASE("proxy_protocol is a server's, and a route's where it says so") {
    auto got = test::load(
        "[mail]\nproxy_protocol = \"on\"\n" + smtp("") +
        "[[mail.server.route]]\nuser = \"a\"\nupstream = \"localhost\"\n"
        "proxy_protocol = \"v2\"\n"
        "[[mail.server.route]]\nuser = \"b\"\nupstream = \"localhost\"\n"
    );
    REQUIRE(got.made);
    auto& server = got.made->servers[0];
    CHECK(server.proxy.header == proxy_header::v1);
    CHECK(server.lookup.routes[0].header == proxy_header::v2);
    CHECK_FALSE(server.lookup.routes[1].header);
    CHECK(config::server_settings().proxy.header == proxy_header::off);
    auto dumped = config::dump(got);
    CHECK(dumped.find("proxy_protocol = \"on\"  # postern.toml:2") != dumped.npos);
    CHECK(dumped.find("proxy_protocol = \"v2\"  # postern.toml:10") != dumped.npos);
    check("true is on", smtp("proxy_protocol = true"), "");
    check(
        "as in nginx, there is no v1",
        smtp("proxy_protocol = \"v1\""),
        "5:19 error: proxy_protocol: unknown word \"v1\""
    );
}
