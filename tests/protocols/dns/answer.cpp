#include "protocols/dns/answer.hpp"

#include "tests/support/catch.hpp"

#include <chrono>
#include <string>

using namespace postern;
using namespace std::string_literals;
using namespace std::chrono_literals;

namespace {

std::optional<std::chrono::seconds> least(const std::string& bytes) {
    return dns::least_time({reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()});
}

std::string head(char questions, char answers) {
    return "\x12\x34\x81\x80\0"s + questions + '\0' + answers + "\0\0\0\0"s;
}

const std::string question = "\1a\2bc\0\0\x0c\0\1"s;
const std::string pointer = "\xc0\x0c"s;

std::string record(const std::string& name, const std::string& time, const std::string& data) {
    return name + "\0\x0c\0\1"s + time + '\0' + static_cast<char>(data.size()) + data;
}

}

TEST_CASE("an answer lasts as long as the record in it that lasts least") {
    auto hour = "\0\0\x0e\x10"s, minute = "\0\0\0\x3c"s;
    CHECK(least(head(1, 1) + question + record(pointer, hour, "x")) == 3600s);
    CHECK(
        least(head(1, 2) + question + record(pointer, hour, "") + record("\1q\0"s, minute, "")) ==
        60s
    );
    CHECK(least(head(0, 1) + record("\0"s, "\xff\xff\xff\xff", "data")) == 4294967295s);
    CHECK_FALSE(least(head(1, 0) + question));
}

TEST_CASE("what is no answer has no time") {
    auto whole = head(1, 1) + question + record(pointer, "\0\0\0\1"s, "data");
    for (std::size_t size = 0; size < whole.size(); ++size)
        CHECK_FALSE(least(whole.substr(0, size)));
    CHECK(least(whole) == 1s);
    CHECK_FALSE(least(head(1, 1) + "\x50"s + std::string(100, 'x'))); // no such kind of label
    CHECK_FALSE(least(head(127, 127) + question));
}
