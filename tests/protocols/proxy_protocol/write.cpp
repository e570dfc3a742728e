#include "protocols/proxy_protocol/write.hpp"

#include "backends/tls/peer.hpp"
#include "tests/support/catch.hpp"

#include <string>

using namespace postern;
using namespace postern::proxy_protocol;
using namespace std::string_literals;
using state = reading::state;

namespace {

const addresses v4{
    {"192.0.2.7",    4711},
    {"198.51.100.1", 993 }
};
const addresses v6{
    {"2001:db8::7", 65535},
    {"2001:db8::1", 0    }
};
const addresses mixed{
    {"192.0.2.7",   4711},
    {"2001:db8::1", 993 }
};
const addresses of_unix{
    {"unix:", 0},
    {"",      0}
};

// What it is read as, when nothing is left over.
std::optional<addresses> read_whole(const std::string& header) {
    auto got = read_header(header);
    INFO(got.why);
    REQUIRE(got.what == state::whole);
    CHECK(got.size == header.size());
    return got.said;
}

// The extensions behind the addresses: "type:value", values of the checksum as "sum".
std::string extensions(const std::string& header, std::size_t of_addresses) {
    std::string out;
    for (auto at = 16 + of_addresses; at + 3 <= header.size();) {
        auto size = static_cast<unsigned char>(header[at + 1]) * 256u +
                    static_cast<unsigned char>(header[at + 2]);
        auto value = header[at] == 3 ? "sum"s : header.substr(at + 3, size);
        out += std::to_string(header[at]) + ":" + value + " ";
        at += 3 + size;
    }
    return out;
}

}

TEST_CASE("PROXY headers of ours in text are nginx's") {
    CHECK(write_v1(v4) == "PROXY TCP4 192.0.2.7 198.51.100.1 4711 993\r\n");
    CHECK(write_v1(v6) == "PROXY TCP6 2001:db8::7 2001:db8::1 65535 0\r\n");
    CHECK(write_v1(mixed) == "PROXY UNKNOWN\r\n");
    CHECK(write_v1(of_unix) == "PROXY UNKNOWN\r\n");
    CHECK(read_whole(write_v1(v4)) == v4);
    CHECK(read_whole(write_v1(v6)) == v6);
    CHECK_FALSE(read_whole(write_v1(mixed)));
    auto longest = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
    addresses widest{
        {longest, 65535},
        {longest, 65535}
    };
    CHECK(write_v1(widest).size() <= longest_v1);
    CHECK(read_whole(write_v1(widest)) == widest);
}

TEST_CASE("PROXY headers of ours in bytes") {
    CHECK(read_whole(write_v2(v4, nullptr)) == v4);
    CHECK(read_whole(write_v2(v6, nullptr)) == v6);
    CHECK(read_whole(write_v2(mixed, nullptr)) == mixed); // mapped into IPv6, and read as IPv4
    CHECK_FALSE(read_whole(write_v2(of_unix, nullptr)));
    CHECK_FALSE(read_whole(write_v2(
        {
            {"eve\r\n",   1},
            {"192.0.2.1", 2}
    },
        nullptr
    )));

    auto header = write_v2(v4, nullptr);
    CHECK(
        header.substr(0, 28) ==
        "\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x13\xc0\x00\x02\x07\xc6\x33\x64\x01\x12\x67\x03\xe1"s
    );
    CHECK(extensions(header, 12) == "3:sum ");
    header[20] = 'x';
    CHECK(read_header(header).why == "a checksum that does not fit");
    CHECK(write_v2(mixed, nullptr).substr(12, 4) == "\x21\x21\x00\x2b"s);
    CHECK(write_v2(of_unix, nullptr).substr(12, 4) == "\x21\x00\x00\x07"s);
}

TEST_CASE("A header in bytes tells what was agreed on with a TLS client") {
    tls::facts agreed;
    agreed.protocol = "TLSv1.3";
    agreed.cipher = "TLS_AES_128_GCM_SHA256";
    agreed.server_name = "mail.example.org";
    agreed.alpn = "imap";
    auto header = write_v2(v4, &agreed);
    CHECK(read_whole(header) == v4);
    CHECK(
        extensions(header, 12) == "1:imap 2:mail.example.org 32:\x01\0\0\0\x01\x21\0\x07TLSv1.3"s +
                                      "\x23\0\x16TLS_AES_128_GCM_SHA256 3:sum "s
    );

    SECTION("names that are not for everybody's eyes are not told") {
        agreed.server_name = "mail\x80\r\n";
        CHECK(extensions(write_v2(v4, &agreed), 12).find(" 2:") == std::string::npos);
        agreed.server_name = std::string(256, 'a');
        CHECK(extensions(write_v2(v4, &agreed), 12).find(" 2:") == std::string::npos);
    }
    SECTION("a certificate that cannot be read, and was not verified") {
        auto shown = std::make_shared<tls::peer>();
        shown->leaf = "no certificate";
        shown->said = tls::verdict::unknown_issuer;
        agreed.shown = shown;
        auto text = extensions(write_v2(v4, &agreed), 12);
        CHECK(text.find("32:\x07\0\0\0\x01"s) != std::string::npos);
    }
    SECTION("clients of Unix sockets too") {
        CHECK(extensions(write_v2(of_unix, &agreed), 0).starts_with("1:imap 2:mail"));
    }
}
