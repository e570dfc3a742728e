#include "backends/tls/group_list.hpp"
#include "backends/tls/groups.hpp"
#include "backends/tls/record_count.hpp"
#include "backends/tls/tls13_suites.hpp"
#include "tests/support/catch.hpp"

#include <string>

namespace postern::tls::test {

namespace {

using ids = std::vector<std::uint16_t>;

const ids all{4588, 29, 23, 24, 25, 30}, few{29, 23, 24, 25};

std::string told(const std::vector<config::complaint>& some) {
    std::string out;
    for (auto& c : some)
        out += (c.level == config::severity::error ? "error " : "warning ") + c.directive + ": " +
               c.text + " (" + c.hint + ")\n";
    return out;
}

ids groups(std::string_view text, const ids& has, const std::string& wanted = "") {
    std::vector<config::complaint> complaints;
    auto out = read_groups(text, has, "TestSSL", complaints);
    CHECK(told(complaints) == wanted);
    return out;
}

std::string record(std::size_t size) {
    return std::string("\x17\x03\x03", 3) + static_cast<char>(size >> 8) +
           static_cast<char>(size & 0xff) + std::string(size, 'x');
}

}

TEST_CASE("groups are known by all their names, whatever their case") {
    for (auto* name : {"P-256", "prime256v1", "secp256r1", "SECP256R1", "p-256"}) {
        INFO(name);
        REQUIRE(find_group(std::string_view(name)));
        CHECK(find_group(std::string_view(name))->id == 23);
    }
    CHECK(find_group(std::string_view("")) == nullptr);
    CHECK(find_group(std::uint16_t{1}) == nullptr);
}

TEST_CASE("ssl_ecdh_curve: names in their order, auto, and what is missing") {
    CHECK(groups("auto", all) == ids{4588, 29, 23, 24, 25});
    CHECK(groups("auto", few) == ids{29, 23, 24, 25});
    CHECK(groups("secp384r1:X25519", all) == ids{24, 29});
    CHECK(groups("X25519:x25519", all) == ids{29});
    CHECK(
        groups(
            "X25519MLKEM768:X25519",
            few,
            "warning ssl_ecdh_curve: X25519MLKEM768 is not available with this TLS library "
            "(TestSSL) and is left out (it has X25519 P-256 P-384 P-521)\n"
        ) == ids{29}
    );
    CHECK(
        groups(
            "X25519MLKEM768:X448",
            few,
            "error ssl_ecdh_curve: no group is left: TestSSL does not have X25519MLKEM768 X448 (it "
            "has X25519 P-256 P-384 P-521)\n"
        ) == ids{}
    );
    groups(
        "X25518",
        all,
        "error ssl_ecdh_curve: no group is called \"X25518\" (did you mean \"X25519\"?)\n"
    );
    groups(
        "X25519:",
        few,
        "error ssl_ecdh_curve: no group is called \"\" (this library has X25519 P-256 P-384 "
        "P-521)\n"
    );
}

TEST_CASE("ssl_ciphersuites: names in their order, and libraries that do not obey") {
    auto have = usable_suites(ids{0x1301, 0x1302, 0x1303, 0x1304, 0xc02b});
    auto read = [&](std::string_view text, bool obeys, const std::string& wanted = "") {
        std::vector<config::complaint> complaints;
        auto out = read_tls13_suites(text, have, obeys, "TestSSL", complaints);
        auto got = told(complaints);
        INFO(got);
        CHECK((wanted.empty() ? got.empty() : got.find(wanted) != got.npos));
        return out;
    };
    CHECK(read("", true).size() == 3);
    CHECK(read("", false).size() == 3);
    CHECK(read("TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_CCM_SHA256", true) == ids{0x1303, 0x1304});
    CHECK(
        read("TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384", false)
            .size() == 3
    );
    read("TLS_AES_128_GCM_SHA256", false, "error ssl_ciphersuites: TestSSL always offers the same");
    read("ECDHE-ECDSA-AES128-GCM-SHA256", true, "write it into ssl_ciphers");
    read("TLS_AES_128_GCM_SHA265", true, "did you mean \"TLS_AES_128_GCM_SHA256\"?");
    read("TLS_AES_128_CCM_8_SHA256", true, "error ssl_ciphersuites: no suite is left");
}

TEST_CASE("records without data are counted, however their bytes are cut") {
    for (std::size_t piece : {1u, 2u, 5u, 7u, 4096u}) {
        INFO(piece);
        record_count count;
        auto pass = [&](const std::string& text) {
            auto good = true;
            for (std::size_t at = 0; at < text.size(); at += piece) {
                auto part = text.substr(at, piece);
                good = count.pass(std::as_bytes(std::span(part)));
            }
            return good;
        };
        for (int i = 0; i < 500; ++i) { // data in between: no limit
            CHECK(pass(record(22)));
            CHECK(pass(record(300)));
            count.data_came();
        }
        for (int i = 0; i < record_count::most; ++i)
            CHECK(pass(record(i % 2 ? 22 : 0)));
        CHECK_FALSE(count.too_many());
        CHECK_FALSE(pass(record(22)));
        CHECK(count.too_many());
    }
}

}
