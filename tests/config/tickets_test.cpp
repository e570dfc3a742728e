#include "tests/config/support.hpp"
#include "tests/support/catch.hpp"

#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

using namespace postern;
using test::summary;

namespace {

std::string tls_with(std::string lines) {
    return "[[mail.server]]\nlisten = \"993 ssl\"\nupstream = \"localhost\"\n" + lines + "\n";
}

// Files by what their names say: 48.key has so many bytes.
config::file_answer read_keys(const std::string& path) {
    auto name = path.substr(path.rfind('/') + 1);
    if (!name.ends_with(".key")) return test::read_fake(path);
    if (name == "same.key") return {std::make_shared<const secret>(std::string(48, 'x')), 0};
    std::string text;
    while (text.size() < std::stoul(name))
        text += static_cast<char>('a' + text.size() % 26);
    return {std::make_shared<const secret>(text), 0, name.find("open") != name.npos};
}

config::loaded load(const std::string& text) {
    return config::load(text, "/etc/postern.toml", read_keys);
}

}

TEST_CASE("tickets are on, without key files") {
    auto got = load(tls_with(""));
    REQUIRE(got.made);
    CHECK(got.made->servers[0].tls.tickets.on);
    CHECK(got.made->servers[0].tls.tickets.key_files.empty());
}

TEST_CASE("ssl_session_ticket_key files are read in their order, of nginx's two sizes") {
    auto got = load(tls_with("ssl_session_ticket_key = [\"48.key\", \"/run/80.key\"]"));
    INFO(summary(got.diagnostics));
    REQUIRE(got.made);
    CHECK(got.diagnostics.empty());
    auto& files = got.made->servers[0].tls.tickets.key_files;
    REQUIRE(files.size() == 2);
    CHECK(files[0].path == "/etc/48.key");
    CHECK(files[0].bytes->reveal().size() == 48);
    CHECK(files[1].bytes->reveal().size() == 80);
}

TEST_CASE("a ticket key file of another size is refused where it is named") {
    auto got =
        load(tls_with("ssl_session_ticket_key = [\"48.key\", \"49.key\", \"0.key\", \"no.pem\"]"));
    CHECK_FALSE(got.made);
    CHECK(
        summary(got.diagnostics) ==
        "4:37 error: ssl_session_ticket_key: \"/etc/49.key\" must be 48 or 80 bytes, not 49\n"
        "4:47 error: ssl_session_ticket_key: \"/etc/0.key\" must be 48 or 80 bytes, not 0\n"
        "4:56 error: ssl_session_ticket_key: cannot read \"/etc/no.pem\": No such file or "
        "directory"
    );
    CHECK(got.diagnostics[0].hint.find("openssl rand 80") != std::string::npos);
    CHECK(
        summary(load(tls_with("ssl_session_ticket_key = \"same.key\"")).diagnostics) ==
        "4:26 error: ssl_session_ticket_key: \"/etc/same.key\" is no secret: all its bytes are "
        "the same"
    );
}

TEST_CASE("a ticket key file that everybody may read is warned of") {
    auto got = load(tls_with("ssl_session_ticket_key = \"80open.key\""));
    CHECK(got.made);
    CHECK(
        summary(got.diagnostics) ==
        "4:26 warning: ssl_session_ticket_key: \"/etc/80open.key\" can be read by every user of "
        "this machine"
    );
}

TEST_CASE("who may read a file is seen when it is read") {
    std::string path = std::filesystem::temp_directory_path() / "postern-XXXXXX";
    close(mkstemp(path.data()));
    std::ofstream(path) << "x";
    for (auto [mode, open] : {
             std::pair(0600, false), {0640, false},
               {0644, true },
               {0604, true }
    }) {
        chmod(path.c_str(), static_cast<mode_t>(mode));
        CHECK(config::read_from_disk(path).open_to_all == open);
    }
    std::filesystem::remove(path);
}

TEST_CASE("a server's own ticket keys without tickets have no effect, and it says so") {
    auto off = "ssl_session_tickets = \"off\"\n";
    auto keys = "ssl_session_ticket_key = \"48.key\"";
    CHECK(
        summary(load(tls_with(off + std::string(keys))).diagnostics) ==
        "5:1 warning: ssl_session_ticket_key: has no effect: \"ssl_session_tickets\" is off"
    );
    CHECK(load("[mail]\n" + std::string(keys) + "\n" + tls_with(off)).diagnostics.empty());
    CHECK(load("[mail]\n" + std::string(off) + tls_with(off)).diagnostics.empty());
    CHECK(load("[mail]\n" + std::string(keys) + "\n" + tls_with("ssl_session_ticket_key = []"))
              .made->servers[0]
              .tls.tickets.key_files.empty());
}
