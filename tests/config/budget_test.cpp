#include "tests/config/support.hpp"
#include "tests/support/catch.hpp"

using namespace postern;
using test::check;

namespace {

config::server_settings server_of(const std::string& lines) {
    auto all = test::load(test::server_with(lines));
    REQUIRE(all.made);
    return all.made->servers.at(0);
}

}

TEST_CASE("what a login may cost follows what was allowed otherwise, unless it was written") {
    auto plain = server_of("").budget;
    CHECK(plain.bytes == 512 * 1024);
    CHECK(plain.memory == 256 * 1024);
    CHECK(plain.time == std::chrono::minutes(3));
    auto large = server_of("imap_client_buffer = \"1m\"\ntimeout = \"10m\"\n").budget;
    CHECK(large.bytes == 4 * 1024 * 1024);
    CHECK(large.memory == 4 * 1024 * 1024);
    CHECK(large.time == std::chrono::minutes(10));
    auto late = server_of("protocol = \"smtp\"\nsmtp_auth = \"none\"\ntimeout = \"2m\"\n"
                          "smtp_greeting_delay = \"2m\"\n");
    CHECK(late.budget.time == std::chrono::minutes(4));
    auto written = server_of("imap_client_buffer = \"128k\"\ntimeout = \"10m\"\n"
                             "login_timeout = \"1m\"\nmax_login_bytes = \"200k\"\n")
                       .budget;
    CHECK(written.bytes == 200 * 1024);
    CHECK(written.time == std::chrono::minutes(1));
}

TEST_CASE("a budget that no login could pass is refused") {
    check(
        "fewer bytes than a command",
        test::server_with("imap_client_buffer = \"64k\"\nmax_login_bytes = \"32k\"\n"),
        "5:1 error: max_login_bytes: is less than one command may have: imap_client_buffer is 64k"
    );
    check(
        "less memory than a command takes",
        test::server_with("imap_client_buffer = \"64k\"\nmax_login_memory = \"200k\"\n"),
        "5:1 error: max_login_memory: is less than four times the longest command: "
        "imap_client_buffer is 64k"
    );
    check(
        "enough", test::server_with("max_login_memory = \"16k\"\nmax_login_bytes = \"4k\"\n"), ""
    );
}
