#include "backends/tls/alerts.hpp"
#include "backends/tls/key_files.hpp"
#include "backends/tls/pem.hpp"
#include "backends/tls/versions.hpp"
#include "tests/backends/support/meeting.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>

namespace postern::tls::test {

using config::tls_version;
using namespace std::string_literals;

TEST_CASE("PEM blocks are found among commentary, whatever the line ends") {
    auto text = read_pem("Bag Attributes\n-----BEGIN A-----\nYWJj\nZA==\n-----END A-----\nmore\r\n"
                         "-----BEGIN B C-----\r\nYWI=\r\n-----END B C-----");
    REQUIRE(text.blocks.size() == 2);
    CHECK_FALSE(text.torn);
    CHECK(text.blocks[0].label == "A");
    CHECK(text.blocks[0].text.reveal() == "-----BEGIN A-----\nYWJj\nZA==\n-----END A-----\n");
    CHECK(pem_bytes(text.blocks[0]) == "abcd");
    CHECK(text.blocks[1].label == "B C");
    CHECK(pem_bytes(text.blocks[1]) == "ab");
}

TEST_CASE("PEM blocks that are torn or not base64 give nothing") {
    for (auto* torn : {"-----BEGIN A-----\nYWJj\n", "-----BEGIN A-----\n-----BEGIN B-----\nYQ==\n"})
        CHECK(read_pem(torn).torn);
    auto inner = read_pem("-----BEGIN A-----\n-----BEGIN B-----\nYQ==\n-----END B-----\n");
    REQUIRE(inner.blocks.size() == 1);
    CHECK(inner.blocks[0].label == "B");
    for (std::string body : {"", "Y", "Y*Jj", "YQ==YQ==", "YQ===", "-"}) {
        auto text = read_pem("-----BEGIN A-----\n" + body + "\n-----END A-----\n");
        INFO(body);
        REQUIRE(text.blocks.size() == 1);
        CHECK_FALSE(pem_bytes(text.blocks[0]));
    }
    CHECK(read_pem("").blocks.empty());
    CHECK(read_pem("x-----BEGIN A-----\nYQ==\n-----END A-----\n").blocks.empty());
}

TEST_CASE("a certificate's dates and kind of key are read from its bytes") {
    struct row {
        const char* key;
        key_kind kind;
    };
    for (auto& row : {
             row{"rsa",     key_kind::rsa    },
             row{"ecdsa",   key_kind::ecdsa  },
             row{"ed25519", key_kind::ed25519}
    }) {
        auto made = postern::test::make_identity({.key = row.key, .days = 7});
        auto der = pem_bytes(read_pem(made.certificate).blocks.at(0));
        REQUIRE(der);
        auto read = read_certificate(*der);
        REQUIRE(read);
        CHECK(read->key == row.kind);
        auto left = read->not_after - std::chrono::system_clock::now();
        CHECK(left > std::chrono::hours(24 * 6));
        CHECK(left < std::chrono::hours(24 * 8));
        CHECK(read->not_before < std::chrono::system_clock::now());
        for (std::size_t cut = 0; cut < der->size(); ++cut)
            CHECK_FALSE(read_certificate(der->substr(0, cut)));
    }
}

TEST_CASE("times that the clock cannot hold are its ends") {
    auto taken = [](std::string text) {
        std::string_view der = text;
        return take_time(der);
    };
    using clock = std::chrono::system_clock;
    CHECK(
        taken("\x18\x0f"
              "99991231235959Z") == point_in_time(INT64_MAX)
    );
    CHECK(
        taken("\x18\x0f"
              "00010101000000Z") == clock::time_point()
    );
    CHECK(
        taken("\x18\x0f"
              "20300101000000Z") == point_in_time(1893456000)
    );
    CHECK(point_in_time(INT64_MIN) == clock::time_point());
    CHECK(point_in_time(INT64_MAX) - clock::now() > std::chrono::hours(24 * 365 * 200));
}

TEST_CASE("a certificate tells its key, its issuer, and every name it is for") {
    using postern::test::make_identity;
    auto read = [](const postern::test::identity& from) {
        return read_certificate(*pem_bytes(read_pem(from.certificate).blocks.at(0))).value();
    };
    auto ca_made = make_identity({.name = "Test CA", .extensions = postern::test::ca_extensions});
    auto ca = read(ca_made);
    CHECK(ca.is_ca);
    CHECK(ca.key_name == "ECDSA P-256");
    CHECK(ca.issuer == ca.subject);
    CHECK_FALSE(ca.names.any);
    CHECK(common_names(ca.subject) == std::vector<std::string>{"Test CA"});

    auto leaf = read(make_identity(
        {.key = "rsa",
         .name = "mail.example",
         .extensions = "basicConstraints = CA:FALSE\n"
                       "subjectAltName = DNS:mail.example, DNS:*.example.org, IP:192.0.2.1, IP:::1,"
                       " email:joe@example.org, URI:imap://mail.example,"
                       " otherName:1.3.6.1.5.5.7.8.7;IA5STRING:_imap.example.org",
         .issuer = &ca_made}
    ));
    CHECK_FALSE(leaf.is_ca);
    CHECK(leaf.key_name == "RSA 2048");
    CHECK(leaf.issuer == ca.subject);
    CHECK(leaf.subject != ca.subject);
    CHECK(leaf.serial.size() >= 16);
    CHECK(leaf.names.any);
    CHECK(leaf.names.dns == std::vector<std::string>{"mail.example", "*.example.org"});
    CHECK(leaf.names.email == std::vector<std::string>{"joe@example.org"});
    CHECK(leaf.names.uri == std::vector<std::string>{"imap://mail.example"});
    CHECK(leaf.names.srv == std::vector<std::string>{"_imap.example.org"});
    REQUIRE(leaf.names.ip.size() == 2);
    CHECK(leaf.names.ip[0] == "\xc0\x00\x02\x01"s);
    CHECK(leaf.names.ip[1] == std::string(15, '\0') + '\x01');
}

TEST_CASE("pass phrases are the lines of ssl_password_file, without line ends") {
    config::tls_settings settings;
    std::vector<config::complaint> complaints;
    CHECK(pass_phrases(settings, complaints).empty());
    settings.password_file = file_of("p", "one\r\n\n two \nthree");
    auto all = pass_phrases(settings, complaints);
    REQUIRE(all.size() == 3);
    CHECK(all[0].reveal() == "one");
    CHECK(all[1].reveal() == " two ");
    CHECK(all[2].reveal() == "three");
    CHECK(complaints.empty());
    settings.password_file.bytes = nullptr;
    CHECK(pass_phrases(settings, complaints).empty());
    CHECK(complaints.size() == 1);
}

TEST_CASE("a key encrypted by way of scrypt is not blamed on the pass phrase alone") {
    auto hint_for = [](const char* base64) {
        key_pair pair;
        pair.encrypted = true;
        pair.key = secret(
            std::string("-----BEGIN ENCRYPTED PRIVATE KEY-----\n") + base64 +
            "\n-----END ENCRYPTED PRIVATE KEY-----\n"
        );
        return key_unreadable(pair, true, "").hint;
    };
    // the first bytes of what `openssl pkcs8 -topk8` writes, with -scrypt and without
    auto hint = hint_for("MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSsGAQQB2kcECzAcBAhKAAAA");
    CHECK(hint.find("scrypt") != hint.npos);
    CHECK(hint_for("MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAhKAAAA").empty());
}

TEST_CASE("keys are paired with certificates in order, and too many of them are wrong") {
    auto settings = settings_with({postern::test::ecdsa_identity()});
    settings.certificate_keys.push_back(settings.certificate_keys[0]);
    std::vector<config::complaint> complaints;
    read_key_pairs(settings, complaints);
    REQUIRE(complaints.size() == 1);
    CHECK(complaints[0].text.find("more keys") != std::string::npos);
}

TEST_CASE("versions: what a library lacks, and what a range cannot express") {
    const config::tls_versions modern{tls_version::tls1_2, tls_version::tls1_3};
    std::vector<config::complaint> said;
    CHECK(available_versions(modern, modern, "lib", said) == modern);
    CHECK(said.empty());
    CHECK(
        available_versions({tls_version::ssl3, tls_version::tls1_3}, modern, "lib", said) ==
        config::tls_versions{tls_version::tls1_3}
    );
    REQUIRE(said.size() == 1);
    CHECK(said[0].level == config::severity::warning);
    CHECK(available_versions({}, modern, "lib", said).empty());
    CHECK(said.back().level == config::severity::error);

    said.clear();
    auto range = as_range(modern, "lib", said);
    CHECK(range.least == tls_version::tls1_2);
    CHECK(range.most == tls_version::tls1_3);
    CHECK(said.empty());
    range = as_range({tls_version::tls1, tls_version::tls1_2}, "lib", said);
    CHECK(range.least == tls_version::tls1_2); // never widened
    REQUIRE(said.size() == 1);
    CHECK(said[0].text.find("TLSv1.1 is missing") != std::string::npos);
}

TEST_CASE("alerts have names and a record of seven bytes") {
    CHECK(alert_name(40) == "handshake_failure");
    CHECK(alert_name(120) == "no_application_protocol");
    CHECK(alert_name(200) == "unknown alert");
    auto record = fatal_alert(120, 0x0303);
    CHECK(
        std::string(reinterpret_cast<const char*>(record.data()), 7) ==
        std::string("\x15\x03\x03\x00\x02\x02\x78", 7)
    );
}

TEST_CASE("capability rows have reasons unless they are full, and each directive has one") {
    auto made = make_backend();
    CHECK_FALSE(made->name().empty());
    CHECK_FALSE(made->version().empty());
    for (auto& row : made->capabilities()) {
        INFO(row.directive << " " << row.what);
        CHECK(row.reason.empty() == (row.level == support::full));
    }
    for (auto* directive :
         {"ssl",
          "ssl_certificate",
          "ssl_certificate_key",
          "ssl_ciphers",
          "ssl_prefer_server_ciphers",
          "ssl_protocols",
          "ssl_session_cache",
          "ssl_session_timeout",
          "starttls"})
        CHECK(std::ranges::any_of(made->capabilities(), [&](auto& row) {
            return row.directive == directive;
        }));
}

}
