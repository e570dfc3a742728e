#include "protocols/auth_http/response.hpp"

#include "protocols/auth_http/server_name.hpp"
#include "tests/support/catch.hpp"

#include <vector>

using namespace postern;
using protocol = config::mail_protocol;

namespace {

std::string shown(const auth_http::route& r) {
    return "route " + r.host + " " + std::to_string(r.port) + " [" + r.user + "]" +
           (r.password ? "[" + std::string(r.password->reveal()) + "]" : "");
}
std::string shown(const auth_http::denial& d) {
    return "denial [" + d.text + "][" + d.code + "] " + std::to_string(d.wait.count());
}
std::string shown(const auth_http::wait& w) { return "wait " + std::to_string(w.pause.count()); }
std::string shown(const auth_http::broken& b) { return "broken: " + b.reason; }

// Header lines as in a file: "Name: value".
std::string read(std::string_view text, protocol p = protocol::smtp) {
    std::vector<auth_http::field> fields;
    while (!text.empty()) {
        auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        auto colon = line.find(':');
        fields.push_back({line.substr(0, colon), line.substr(colon + 1)});
    }
    return std::visit(
        [](const auto& found) { return shown(found); }, auth_http::read_response(fields, p)
    );
}

struct row {
    const char* about;
    std::string_view headers;
    const char* outcome;
};
const row rows[] = {
    {"a route",
     "Auth-Status: OK\nAuth-Server: 192.0.2.1\nAuth-Port: 143",                            "route 192.0.2.1 143 []"                                     },
    {"names in any case, spaces trimmed",
     "AUTH-STATUS:  OK \nauth-server:192.0.2.1\nAuth-port: 143\t",                         "route 192.0.2.1 143 []"                                     },
    {"no status is enough for a route",
     "Auth-Server: 192.0.2.1\nAuth-Port: 143",                                             "route 192.0.2.1 143 []"                                     },
    {"user and password replaced",
     "Auth-Status: OK\nAuth-Server: ::1\nAuth-Port: 25\nAuth-User: bob\nAuth-Pass: p w",   "route ::1 25 [bob][p w]"                                    },
    {"an empty password is one",
     "Auth-Server: ::1\nAuth-Port: 25\nAuth-Pass:",                                        "route ::1 25 [][]"                                          },
    {"IPv6 in brackets, and a name",
     "Auth-Server: [2001:db8::1]\nAuth-Port: 65535",                                       "route 2001:db8::1 65535 []"                                 },
    {"a host name",
     "Auth-Server: imap-1.example.org\nAuth-Port: 1",                                      "route imap-1.example.org 1 []"                              },
    {"the last of repeated headers",
     "Auth-Server: 192.0.2.1\nAuth-Port: 1\nAuth-Port: 2\nAuth-Server: 192.0.2.2",         "route 192.0.2.2 2 []"                                       },
    {"a wait with OK does not count",
     "Auth-Status: OK\nAuth-Server: ::1\nAuth-Port: 25\nAuth-Wait: 9",                     "route ::1 25 []"                                            },
    {"unknown headers do not count",
     "Server: nginx\nX_y: z\nAuth-Server: ::1\nAuth-Port: 25\n: no name",                  "route ::1 25 []"                                            },
    {"a refusal closes",
     "Auth-Status: Invalid login or password",                                             "denial [Invalid login or password][] 0"                     },
    {"a refusal with a wait goes on",     "Auth-Status: No\nAuth-Wait: 3",                 "denial [No][] 3"                                            },
    {"OK has one spelling",
     "Auth-Status: ok\nAuth-Server: ::1\nAuth-Port: 25",                                   "broken: sent Auth-Status \"ok\", which must be OK or WAIT"  },
    {"so has WAIT",
     "Auth-Status: Wait",                                                                  "broken: sent Auth-Status \"Wait\", which must be OK or WAIT"},
    {"a refusal beats both",              "Auth-Status: ok\nAuth-Status: No",              "denial [No][] 0"                                            },
    {"an empty status is no OK",          "Auth-Status:\nAuth-Server: ::1\nAuth-Port: 25", "denial [][] 0"                                              },
    {"a refusal beats a server",
     "Auth-Status: No\nAuth-Server: ::1\nAuth-Port: 25",                                   "denial [No][] 0"                                            },
    {"a refusal stays",
     "Auth-Status: No\nAuth-Status: OK\nAuth-Server: ::1\nAuth-Port: 25",                  "denial [No][] 0"                                            },
    {"a refusal stays when told to wait",
     "Auth-Status: No\nAuth-Status: WAIT\nAuth-Wait: 2",                                   "denial [No][] 2"                                            },
    {"the last refusal",                  "Auth-Status: No\nAuth-Status: Never",           "denial [Never][] 0"                                         },
    {"a code for SMTP",
     "Auth-Status: Later\nAuth-Error-Code: 451 4.3.2",                                     "denial [Later][451 4.3.2] 0"                                },
    {"a wait",                            "Auth-Status: WAIT\nAuth-Wait: 5",               "wait 5"                                                     },
    {"a wait stays",
     "Auth-Status: WAIT\nAuth-Status: OK\nAuth-Server: ::1\nAuth-Port: 25",                "wait 1"                                                     },
    {"a wait of no time is a second",     "Auth-Status: WAIT",                             "wait 1"                                                     },
    {"also when it is zero",              "Auth-Status: WAIT\nAuth-Wait: 0",               "wait 1"                                                     },
    {"a wait has an end",                 "Auth-Status: WAIT\nAuth-Wait: 86400",           "wait 3600"                                                  },
    {"a wait beyond numbers",
     "Auth-Status: WAIT\nAuth-Wait: 99999999999999999999999999",                           "wait 3600"                                                  },
    {"what is no number is no wait",      "Auth-Status: No\nAuth-Wait: 5s",                "denial [No][] 0"                                            },
    {"nor is a negative one",             "Auth-Status: No\nAuth-Wait: -5",                "denial [No][] 0"                                            },
    {"nothing",                           "",                                              "broken: did not send server or port"                        },
    {"no port",                           "Auth-Status: OK\nAuth-Server: ::1",             "broken: did not send server or port"                        },
    {"no server",                         "Auth-Status: OK\nAuth-Port: 25",                "broken: did not send server or port"                        },
    {"port zero",                         "Auth-Server: ::1\nAuth-Port: 0",                "broken: sent invalid server port \"0\""                     },
    {"port too far",
     "Auth-Server: ::1\nAuth-Port: 65536",                                                 "broken: sent invalid server port \"65536\""                 },
    {"a signed port",
     "Auth-Server: ::1\nAuth-Port: +25",                                                   "broken: sent invalid server port \"+25\""                   },
    {"half a port",                       "Auth-Server: ::1\nAuth-Port: 25x",              "broken: sent invalid server port \"25x\""                   },
    {"a socket",
     "Auth-Server: unix:/run/x\nAuth-Port: 25",                                            "broken: sent invalid server address \"unix:/run/x\""        },
    {"bytes for the log",
     "Auth-Server: a\rb\xff\nAuth-Port: 25",                                               "broken: sent invalid server address \"a?b?\""               },
};

}

TEST_CASE("What auth_http answers means what it means in nginx, with its bugs mended") {
    for (auto& row : rows) {
        INFO(row.about);
        CHECK(read(row.headers) == row.outcome);
    }
}

TEST_CASE("Auth-Error-Code is for SMTP only") {
    std::string_view text = "Auth-Status: Later\nAuth-Error-Code: 451 4.3.2";
    CHECK(read(text, protocol::imap) == "denial [Later][] 0");
    CHECK(read(text, protocol::pop3) == "denial [Later][] 0");
}

TEST_CASE("Auth-Server is an address or a host name") {
    const std::pair<std::string_view, std::string_view> good[] = {
        {"192.0.2.1",        "192.0.2.1"       },
        {"2001:db8::1",      "2001:db8::1"     },
        {"[2001:db8::1]",    "2001:db8::1"     },
        {"::ffff:192.0.2.1", "::ffff:192.0.2.1"},
        {"localhost",        "localhost"       },
        {"a_b.example.org.", "a_b.example.org."},
        {"1and1.example",    "1and1.example"   },
    };
    for (auto& [value, name] : good) {
        INFO(value);
        CHECK(auth_http::server_name(value) == std::string(name));
    }
    std::string long_label = std::string(64, 'a') + ".example";
    std::string long_name;
    while (long_name.size() < 260)
        long_name += "label.";
    const std::string_view bad[] = {
        "",
        ".",
        "[]",
        "[192.0.2.1]",
        "[host]",
        "192.0.2",
        "192.0.2.256",
        "999.1.1.1",
        "a..b",
        "-a.example",
        "a-.example",
        "a b",
        "a:b",
        "2001:db8::1%eth0",
        "host:25",
        "a\r\nb",
        std::string_view("::1\0x", 5),
        "h\xc3\xb6st",
        long_label,
        long_name};
    for (auto value : bad) {
        INFO(value);
        CHECK_FALSE(auth_http::server_name(value));
    }
}

TEST_CASE("a service may say how the upstream is spoken to") {
    auto read = [](std::string_view name, std::string_view value) {
        const auth_http::field fields[] = {
            {"Auth-Status", "OK"       },
            {"Auth-Server", "192.0.2.1"},
            {"Auth-Port",   "993"      },
            {name,          value      }
        };
        return auth_http::read_response(fields, config::mail_protocol::imap);
    };
    using enum config::upstream_tls;
    auto mode = [&](std::string_view word) {
        return std::get<auth_http::route>(read("Auth-Proxy-SSL", word)).tls;
    };
    CHECK(mode("on") == on);
    CHECK(mode(" STARTTLS ") == starttls);
    CHECK(mode("off") == off);
    CHECK_FALSE(mode(""));
    auto name = [&](std::string_view word) {
        return std::get<auth_http::route>(read("auth-proxy-ssl-name", word)).tls_name;
    };
    CHECK(name("imap.example.org") == "imap.example.org");
    CHECK(name("[2001:db8::1]") == "2001:db8::1");
    CHECK(name("").empty());
    for (auto [header, value] :
         {std::pair("Auth-Proxy-SSL", "yes"),
          std::pair("Auth-Proxy-SSL-Name", "*.example.org"),
          std::pair("Auth-Proxy-SSL-Name", "unix:/x"),
          std::pair("Auth-Proxy-SSL-Name", "a b")}) {
        auto broken = read(header, value);
        REQUIRE(std::holds_alternative<auth_http::broken>(broken));
        CHECK(std::get<auth_http::broken>(broken).reason.find(header) != std::string::npos);
    }
}
