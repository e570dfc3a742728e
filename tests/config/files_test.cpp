#include "tests/config/support.hpp"
#include "tests/support/catch.hpp"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <unistd.h>

using namespace postern;
using test::summary;

namespace {

// A TLS server with more lines.
std::string tls_with(std::string lines) {
    return "[[mail.server]]\nlisten = \"993 ssl\"\nupstream = \"localhost\"\n" + lines + "\n";
}

class temporary_folder {
public:
    temporary_folder() {
        std::string pattern = std::filesystem::temp_directory_path() / "postern-XXXXXX";
        if (!mkdtemp(pattern.data())) throw std::runtime_error("mkdtemp");
        path = pattern;
    }
    ~temporary_folder() { std::filesystem::remove_all(path); }
    std::filesystem::path path;
};

}

TEST_CASE("files are read from the configuration's folder") {
    auto got = config::load(
        tls_with("ssl_certificate = [\"tls/rsa.pem\", \"/abs/ecdsa.pem\"]\n"
                 "ssl_certificate_key = \"key.pem\"\nssl_password_file = \"pass.txt\""),
        "/etc/postern/postern.toml",
        test::read_fake
    );
    INFO(summary(got.diagnostics));
    REQUIRE(got.made);
    auto& tls = got.made->servers[0].tls;
    REQUIRE(tls.certificates.size() == 2);
    CHECK(tls.certificates[0].path == "/etc/postern/tls/rsa.pem");
    CHECK(tls.certificates[1].path == "/abs/ecdsa.pem");
    CHECK(tls.certificates[0].bytes->reveal() == "the bytes of /etc/postern/tls/rsa.pem");
    REQUIRE(tls.certificate_keys.size() == 2); // the second certificate holds its key itself
    CHECK(tls.certificate_keys[0].path == "/etc/postern/key.pem");
    CHECK(tls.certificate_keys[1].path == "/abs/ecdsa.pem");
    CHECK(tls.certificate_keys[1].bytes == tls.certificates[1].bytes);
    CHECK(tls.password_file.bytes->reveal() == "the bytes of /etc/postern/pass.txt");
}

TEST_CASE("a certificate and its key default to cert.pem") {
    auto got = test::load(tls_with(""));
    REQUIRE(got.made);
    auto& tls = got.made->servers[0].tls;
    CHECK(tls.certificates[0].path == "cert.pem");
    CHECK(tls.certificate_keys.at(0).path == "cert.pem");
    CHECK(tls.certificate_keys[0].bytes == tls.certificates[0].bytes);

    auto none = config::load(tls_with(""), "p.toml", [](auto&) {
        return config::file_answer{nullptr, ENOENT};
    });
    REQUIRE(none.diagnostics.size() == 1);
    CHECK(
        summary(none.diagnostics) ==
        "1:1 error: ssl_certificate: cannot read \"cert.pem\": No such file or directory"
    );
    CHECK(none.diagnostics[0].hint.find("defaults to cert.pem") != std::string::npos);
}

TEST_CASE("a file that cannot be read is named where it is written") {
    CHECK(
        summary(test::load(tls_with("ssl_certificate = [\"rsa.pem\", \"no.pem\"]\n"
                                    "ssl_certificate_key = [\"secret.pem\", \"key.pem\"]\n"
                                    "ssl_password_file = \"no.txt\""))
                    .diagnostics) ==
        "4:31 error: ssl_certificate: cannot read \"no.pem\": No such file or directory\n"
        "5:24 error: ssl_certificate_key: cannot read \"secret.pem\": Permission denied\n"
        "6:21 error: ssl_password_file: cannot read \"no.txt\": No such file or directory"
    );
    CHECK(
        summary(test::load(tls_with("ssl_certificate = \"cert.pem\"\n"
                                    "ssl_certificate_key = [\"key.pem\", \"rsa.pem\"]"))
                    .diagnostics) == "5:35 error: ssl_certificate_key: 2 keys for 1 certificate"
    );
}

TEST_CASE("files of servers without TLS are left alone, others are read once") {
    int calls = 0;
    auto count = [&](const std::string& path) {
        ++calls;
        return test::read_fake(path);
    };
    CHECK(config::load(
              "[mail]\nupstream = \"localhost\"\nssl_certificate = "
              "\"no.pem\"\n[[mail.server]]\nlisten = "
              "143\n",
              "p",
              count
    )
              .made);
    CHECK(calls == 0);
    CHECK(config::load(
              tls_with("") + "[[mail.server]]\nlisten = \"995 ssl\"\nupstream = \"localhost\"\n",
              "p",
              count
    )
              .made);
    CHECK(calls == 1);
}

TEST_CASE("only regular files of a sensible size are read from disk") {
    temporary_folder folder;
    auto write = [&](const char* name, std::size_t bytes) {
        std::ofstream(folder.path / name) << std::string(bytes, 'x');
        return (folder.path / name).string();
    };
    auto small = config::read_from_disk(write("small", 5));
    REQUIRE(small.bytes);
    CHECK(small.bytes->reveal() == "xxxxx");
    CHECK(config::read_from_disk(write("full", 1 << 20)).bytes);
    auto large = config::read_from_disk(write("large", (1 << 20) + 1));
    CHECK_FALSE(large.bytes);
    CHECK(large.error == EFBIG);
    CHECK(config::read_from_disk(folder.path).error == EISDIR);
    CHECK(config::read_from_disk(folder.path / "none").error == ENOENT);
    CHECK(config::read_from_disk("/dev/zero").error == EINVAL);
    auto empty = config::read_from_disk(write("empty", 0));
    REQUIRE(empty.bytes);
    CHECK(empty.bytes->empty());
}
