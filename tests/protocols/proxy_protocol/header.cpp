#include "protocols/proxy_protocol/header.hpp"

#include "tests/support/catch.hpp"

#include <string>

using namespace postern;
using namespace postern::proxy_protocol;
using namespace std::string_literals;
using state = reading::state;

namespace {

const std::string signature = "\r\n\r\n\0\r\nQUIT\n"s;
const std::string v4 = "\xc0\x00\x02\x07\xc0\x00\x02\x09\x12\x34\x00\x8f"s; // 192.0.2.7:4660
const std::string v6 = "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x07"
                       "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x09\x12\x34\x00\x8f"s;

std::string v2(char command, char family, const std::string& rest) {
    auto size = rest.size();
    return signature + command + family + static_cast<char>(size >> 8) + static_cast<char>(size) +
           rest;
}

std::string extension(char type, const std::string& value) {
    auto size = value.size();
    return std::string(1, type) + static_cast<char>(size >> 8) + static_cast<char>(size) + value;
}

std::string shown(const endpoint& e) { return e.address + " " + std::to_string(e.port); }

// "192.0.2.7 4660", "nobody", "partial", or why not.
std::string read(std::string_view bytes) {
    auto got = read_header(bytes);
    if (got.what == state::partial) return "partial";
    if (got.what == state::broken) return std::string(got.why);
    return got.said ? shown(got.said->client) : "nobody";
}

}

TEST_CASE("PROXY headers in text") {
    struct row {
        std::string line, means;
    };
    const row rows[] = {
        {"TCP4 192.0.2.7 192.0.2.9 4711 143",         "192.0.2.7 4711"                },
        {"TCP4 0.0.0.0 255.255.255.255 0 65535",      "0.0.0.0 0"                     },
        {"TCP6 2001:DB8:0::7 2001:db8::9 4711 993",   "2001:db8::7 4711"              },
        {"TCP6 ::ffff:192.0.2.7 ::1 1 2",             "192.0.2.7 1"                   },
        {"UNKNOWN",                                   "nobody"                        },
        {"UNKNOWN what \x01 ever",                    "nobody"                        },
        {"",                                          "neither TCP4, TCP6 nor UNKNOWN"},
        {"tcp4 192.0.2.7 192.0.2.9 1 2",              "neither TCP4, TCP6 nor UNKNOWN"},
        {"UDP4 192.0.2.7 192.0.2.9 1 2",              "neither TCP4, TCP6 nor UNKNOWN"},
        {"UNKNOWNS",                                  "neither TCP4, TCP6 nor UNKNOWN"},
        {"TCP4",                                      "an address that is none"       },
        {"TCP4 192.0.2.7 192.0.2.9 1",                "an address that is none"       },
        {"TCP4 192.0.2.7 192.0.2.9 1 2 3",            "an address that is none"       },
        {"TCP4 192.0.2.7  192.0.2.9 1",               "an address that is none"       },
        {"TCP4 192.0.2.7 192.0.2.9 1 2 ",             "an address that is none"       },
        {"TCP4 2001:db8::7 192.0.2.9 1 2",            "an address that is none"       },
        {"TCP6 2001:db8::7 192.0.2.9 1 2",            "an address that is none"       },
        {"TCP6 fe80::1%lo ::1 1 2",                   "an address that is none"       },
        {"TCP4 192.0.2.07 192.0.2.9 1 2",             "an address that is none"       },
        {"TCP4 192.0.2 192.0.2.9 1 2",                "an address that is none"       },
        {"TCP4 192.0.2.7"s + '\0' + " 192.0.2.9 1 2", "an address that is none"       },
        {"TCP4 192.0.2.7 192.0.2.9 65536 2",          "a port that is none"           },
        {"TCP4 192.0.2.7 192.0.2.9 01 2",             "a port that is none"           },
        {"TCP4 192.0.2.7 192.0.2.9 1 ",               "a port that is none"           },
        {"TCP4 192.0.2.7 192.0.2.9 1 -2",             "a port that is none"           },
        {"TCP4 192.0.2.7 192.0.2.9 1 2\r",            "a port that is none"           },
    };
    for (auto& row : rows) {
        auto line = "PROXY " + row.line + "\r\n";
        INFO(row.line);
        CHECK(read(line + "a1 LOGIN") == row.means);
        if (read_header(line).what == state::whole)
            CHECK(read_header(line + "a1").size == line.size());
    }
    CHECK(read("PROXY UNKNOWN\n") == "a line that does not end in CR LF");
    CHECK(read("PROXY \n") == "a line that does not end in CR LF");
    CHECK(read("PROXY UNKNOWN " + std::string(91, 'x') + "\r\n") == "nobody");
    CHECK(
        read("PROXY UNKNOWN " + std::string(92, 'x') + "\r\n") == "a line of more than 107 bytes"
    );
    CHECK(read("PROXY UNKNOWN " + std::string(500, 'x')) == "a line of more than 107 bytes");
    for (auto other :
         {"\x16\x03\x01", "a1 LOGIN", "EHLO x\r\n", "proxy TCP4", "\r\n\r\n\r\n", "PROXX"})
        CHECK(read(other) == "no PROXY protocol header");
}

TEST_CASE("PROXY headers in bytes") {
    CHECK(read(v2(0x21, 0x11, v4)) == "192.0.2.7 4660");
    CHECK(read(v2(0x21, 0x21, v6)) == "2001:db8::7 4660");
    CHECK(
        read(v2(0x21, 0x21, std::string(10, '\0') + "\xff\xff\xc0\x00\x02\x07"s + v6.substr(16))) ==
        "192.0.2.7 4660"
    );
    CHECK(read(v2(0x21, 0x31, std::string(216, 'x'))) == "nobody");
    CHECK(read(v2(0x21, 0x12, v4)) == "nobody"); // datagrams
    CHECK(read(v2(0x21, 0x00, "")) == "nobody");
    CHECK(read(v2(0x20, 0x00, "")) == "nobody");
    CHECK(read(v2(0x20, 0x11, "xy")) == "nobody"); // LOCAL: whatever follows is skipped
    CHECK(read(v2(0x11, 0x11, v4)) == "a version that is not 2");
    CHECK(read(v2(0x22, 0x11, v4)) == "a command that is neither LOCAL nor PROXY");
    CHECK(read(v2(0x21, 0x41, v4)) == "an unknown kind of address");
    CHECK(read(v2(0x21, 0x13, v4)) == "an unknown kind of address");
    CHECK(read(v2(0x21, 0x11, v4.substr(1))) == "too few bytes for its addresses");
    CHECK(read(v2(0x21, 0x21, v4)) == "too few bytes for its addresses");
    auto most = v2(0x21, 0x00, std::string(4096, 'x'));
    CHECK(read_header(most + "a1").size == longest_v2);
    CHECK(
        read(v2(0x21, 0x00, std::string(4097, 'x'))) ==
        "more than 4096 bytes of addresses and extensions"
    );
}

TEST_CASE("a PROXY header says where its client came in") {
    auto server = [](std::string_view bytes) { return shown(read_header(bytes).said->server); };
    CHECK(server("PROXY TCP4 192.0.2.7 192.0.2.9 4711 143\r\n") == "192.0.2.9 143");
    CHECK(server("PROXY TCP6 2001:DB8::7 2001:DB8::9 4711 993\r\n") == "2001:db8::9 993");
    CHECK(server(v2(0x21, 0x11, v4)) == "192.0.2.9 143");
    CHECK(server(v2(0x21, 0x21, v6)) == "2001:db8::9 143");
}

TEST_CASE("extensions of a PROXY header are read past") {
    auto authority = extension(0x02, "imap.example.org");
    CHECK(read(v2(0x21, 0x11, v4 + authority + extension(0x04, ""))) == "192.0.2.7 4660");
    CHECK(read(v2(0x21, 0x11, v4 + authority.substr(0, 5))) == "an extension that is cut off");
    CHECK(read(v2(0x21, 0x11, v4 + "\x04"s)) == "an extension that is cut off");

    // Computed elsewhere, by a program that gives 8A9136AA for 32 zeros, as iSCSI has it.
    CHECK(read(v2(0x21, 0x11, v4 + extension(0x03, "\xa6\x72\xd2\xe3"))) == "192.0.2.7 4660");
    CHECK(
        read(v2(0x21, 0x11, v4 + extension(0x03, "\xa6\x72\xd2\xe4"))) ==
        "a checksum that does not fit"
    );
    CHECK(read(v2(0x21, 0x11, v4 + extension(0x03, "xyz"))) == "a checksum that does not fit");
}

TEST_CASE("a PROXY header in pieces is never read beyond its end") {
    const std::string headers[] = {
        "PROXY TCP4 192.0.2.7 192.0.2.9 4711 143\r\n",
        "PROXY TCP4 1.1.1.1 1.1.1.1 1 1\r\n",
        "PROXY TCP6 :: :: 0 0\r\n",
        "PROXY UNKNOWN\r\n",
        "PROXY UNKNOWN " + std::string(91, 'x') + "\r\n",
        v2(0x21, 0x11, v4),
        v2(0x21, 0x21, v6 + extension(0x02, "imap.example.org")),
        v2(0x20, 0x00, ""),
    };
    for (auto& header : headers) {
        std::size_t have = 0;
        for (auto now = read_header(""); now.what == state::partial;
             now = read_header(std::string_view(header).substr(0, have))) {
            REQUIRE(now.wanted > 0);
            have += now.wanted;
            REQUIRE(have <= header.size());
        }
        CHECK(have == header.size());
        for (std::size_t cut = 0; cut < header.size(); ++cut)
            CHECK(read(std::string_view(header).substr(0, cut)) == "partial");
    }
}
