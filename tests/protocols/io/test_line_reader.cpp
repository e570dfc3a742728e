#include "protocols/io/line_reader.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/run.hpp"
#include "tests/support/scripted_stream.hpp"

using namespace postern;

namespace {

test::scripted_stream speaking(const char* text, std::size_t piece) {
    test::manner how;
    how.piece = piece;
    return {test::read_transcript(text), how};
}

}

TEST_CASE("a line reader gives one line after the other and then the stream's end") {
    auto piece = GENERATE(std::size_t(0), std::size_t(1));
    auto client = speaking("C: one\nC: two\n", piece);
    line_reader reader(client, 100);
    CHECK(test::run(reader.line()).value() == "one");
    CHECK(test::run(reader.line()).value() == "two");
    auto end = test::run(reader.line());
    REQUIRE_FALSE(end);
    CHECK(end.error() == errc::closed);
}

TEST_CASE("a line reader stops at its limit and reads no byte more than it may keep") {
    auto piece = GENERATE(std::size_t(0), std::size_t(1));
    auto client = speaking("C: 123456789012345678901234567890\n", piece);
    line_reader reader(client, 10);
    auto line = test::run(reader.line());
    REQUIRE_FALSE(line);
    CHECK(line.error() == errc::too_long);
    CHECK(reader.buffered().take_rest() == "12345678901");
}

TEST_CASE("each error has words of its own for the log") {
    CHECK(
        make_error_code(errc::bytes_before_handshake).message() ==
        "plain text was sent behind STARTTLS"
    );
    CHECK(make_error_code(errc::closed).category().name() == std::string("postern"));
    for (int value = static_cast<int>(errc::closed); value <= static_cast<int>(errc::shutting_down);
         ++value)
        CHECK(postern_category().message(value) != "unknown error");
    CHECK(postern_category().message(999) == "unknown error");
}
