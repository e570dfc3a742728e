#include "protocols/text/host.hpp"
#include "tests/support/catch.hpp"

#include <string>

using namespace postern;
using namespace std::string_literals;

TEST_CASE("what DNS calls a client may be told if it is a name and nothing else") {
    for (auto good : {"mail.example.org", "a", "A-b.9", "-", ".", "192.0.2.7"})
        CHECK(text::is_client_name(good));
    CHECK(text::is_client_name(std::string(253, 'a')));
    CHECK_FALSE(text::is_client_name(std::string(254, 'a')));
    CHECK_FALSE(text::is_client_name(""));
    for (auto& bad :
         {"a b"s,
          "a\r\nAuth-Status: OK"s,
          "a\0b"s,
          "a_b"s,
          "a\\032b"s,
          "[UNAVAILABLE]"s,
          "a=b"s,
          "a+20"s,
          "a/b"s,
          "m\xc3\xbcller.example"s,
          "a\x7f"s,
          "a\t"s})
        CHECK_FALSE(text::is_client_name(bad));
}
