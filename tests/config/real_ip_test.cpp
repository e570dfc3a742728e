// set_real_ip_from, and `listen "… proxy_protocol"`.
#include "config/value/network.hpp"
#include "tests/config/support.hpp"
#include "tests/support/catch.hpp"

using namespace postern;
using config::network;
using config::network_kind;
using test::check;

namespace {

std::string server(const std::string& lines) {
    return "[[mail.server]]\nprotocol = \"imap\"\nupstream = \"localhost\"\n" + lines;
}

network range(const std::string& text) {
    config::findings found;
    config::folder base("");
    config::reading in("x", base, found);
    network out;
    std::vector<config::word> words{
        {text, {}}
    };
    REQUIRE(network_kind::read(words, in, out));
    return out;
}

}

TEST_CASE("ranges of addresses are read and written back") {
    struct row {
        const char *written, *means;
    };
    const row rows[] = {
        {"\"192.0.2.1\"",      "\"192.0.2.1\""                                                  },
        {"\"192.0.2.1/32\"",   "\"192.0.2.1\""                                                  },
        {"\"192.0.2.0/24\"",   "\"192.0.2.0/24\""                                               },
        {"\"0.0.0.0/0\"",      "\"0.0.0.0/0\""                                                  },
        {"\"2001:DB8::/32\"",  "\"2001:db8::/32\""                                              },
        {"\"::/0\"",           "\"::/0\""                                                       },
        {"\"::1\"",            "\"::1\""                                                        },
        {"\"unix:\"",          "\"unix:\""                                                      },
        {"\"192.0.2.0/33\"",   "1:6 error: x: \"192.0.2.0/33\" has no such length"              },
        {"\"192.0.2.0/\"",     "1:6 error: x: \"192.0.2.0/\" has no such length"                },
        {"\"192.0.2.0/-1\"",   "1:6 error: x: \"192.0.2.0/-1\" has no such length"              },
        {"\"::/129\"",         "1:6 error: x: \"::/129\" has no such length"                    },
        {"\"lb.example.org\"", "\"lb.example.org\""                                             },
        {"\"localhost\"",      "\"localhost\""                                                  },
        {"\"192.0.2\"",        "1:6 error: x: \"192.0.2\" is neither an address nor a name"     },
        {"\"192.0.2.256\"",    "1:6 error: x: \"192.0.2.256\" is neither an address nor a name" },
        {"\"a.example/24\"",   "1:6 error: x: \"a.example/24\" is neither an address nor a name"},
        {"\"2001:db8::x\"",    "1:6 error: x: \"2001:db8::x\" is neither an address nor a name" },
        {"\"[::1]\"",          "1:6 error: x: \"[::1]\" is neither an address nor a name"       },
        {"\"-\"",              "1:6 error: x: \"-\" is neither an address nor a name"           },
        {"\"\"",               "1:6 error: x: \"\" is neither an address nor a name"            },
    };
    for (auto& row : rows) {
        INFO(row.written);
        CHECK(test::read_back<network_kind>(row.written) == row.means);
    }
}

TEST_CASE("a range holds what begins as it does") {
    auto holds = [](const std::string& text, const char* peer) {
        return config::holds(range(text), peer);
    };
    CHECK(holds("192.0.2.0/24", "192.0.2.255"));
    CHECK_FALSE(holds("192.0.2.0/24", "192.0.3.0"));
    CHECK(holds("192.0.2.128/25", "192.0.2.200"));
    CHECK_FALSE(holds("192.0.2.128/25", "192.0.2.127"));
    CHECK(holds("192.0.2.1", "192.0.2.1"));
    CHECK_FALSE(holds("192.0.2.1", "192.0.2.2"));
    CHECK(holds("0.0.0.0/0", "198.51.100.1"));
    CHECK_FALSE(holds("0.0.0.0/0", "2001:db8::1"));
    CHECK(holds("::/0", "2001:db8::1"));
    CHECK_FALSE(holds("::/0", "192.0.2.1"));
    CHECK(holds("2001:db8::/33", "2001:db8:7fff::1"));
    CHECK_FALSE(holds("2001:db8::/33", "2001:db8:8000::1"));
    CHECK(holds("unix:", "unix:"));
    CHECK_FALSE(holds("unix:", "127.0.0.1"));
    CHECK_FALSE(holds("::/0", "unix:"));
    CHECK_FALSE(holds("0.0.0.0/0", "unknown"));
    CHECK_FALSE(holds("lb.example.org", "192.0.2.1")); // it is somebody else's to look that up
    CHECK(config::holds(*config::network_of("192.0.2.1"), "192.0.2.1"));
    CHECK_FALSE(config::holds(*config::network_of("192.0.2.1"), "192.0.2.2"));
    CHECK_FALSE(config::network_of("lb.example.org"));
}

TEST_CASE("who believes nobody, or has no headers, is told so") {
    check("both", server("listen = \"143 proxy_protocol\"\nset_real_ip_from = \"10.0.0.0/8\""), "");
    check(
        "nobody is believed",
        server("listen = [\"143\", \"993 ssl proxy_protocol\"]\nssl_certificate = \"rsa.pem\""),
        "4:18 warning: listen: no PROXY protocol header is believed, since set_real_ip_from names "
        "nobody"
    );
    check(
        "no headers",
        server("listen = \"143\"\nset_real_ip_from = \"10.0.0.0/8\""),
        "5:1 warning: set_real_ip_from: has no effect: no \"listen\" says \"proxy_protocol\""
    );
    check("for others", "[mail]\nset_real_ip_from = \"unix:\"\n" + server("listen = \"143\""), "");
    check(
        "bits that do not count",
        server("listen = \"143 proxy_protocol\"\nset_real_ip_from = \"10.0.0.1/8\""),
        "5:21 warning: set_real_ip_from: the last bits of \"10.0.0.1/8\" do not count"
    );
}
