#include "config/source/toml.hpp"
#include "tests/config/support.hpp"
#include "tests/support/catch.hpp"

using namespace postern;

namespace {

// The tree in one line: names with places, values, blocks in braces.
std::string show(const config::value& v) {
    if (v.what != config::value::array)
        return (v.exact ? "'" : "") + v.written + "@" + std::to_string(v.where.column);
    std::string out;
    for (auto& i : v.items)
        out += (out.empty() ? "" : " ") + show(i);
    return "[" + out + "]";
}

std::string show(const config::block& b) {
    std::string out;
    for (auto& e : b.entries)
        out += e.name + "=" + show(e.given) + " ";
    for (auto& inner : b.blocks)
        out += inner.name + (inner.repeated ? "*" : "") + "@" + std::to_string(inner.where.line) +
               "{" + show(inner) + "} ";
    if (!out.empty()) out.pop_back();
    return out;
}

std::string tree_of(std::string_view text) {
    config::findings found;
    auto tree = config::read_toml(text, "t", found);
    return tree ? show(*tree) : test::summary(found.take());
}

}

TEST_CASE("TOML becomes a tree in the order of the file") {
    CHECK(tree_of("b = 'x'\na = [true, 5, \"y\"]\n") == "b='x@5 a=[on@6 5@12 'y@15]");
    CHECK(
        tree_of("[mail]\nz = 1\n[[mail.server]]\nb = 2\n[[mail.server]]\n[[mail.server.route]]\nc=3"
        ) == "mail@1{z=1@5 server*@3{b=2@5} server*@5{route*@6{c=3@3}}}"
    );
    CHECK(tree_of("mail.timeout = '5s'") == "mail@1{timeout='5s@16}");
    CHECK(tree_of("mail = { server = [ { a = 1 } ] }") == "mail@1{server*@1{a=1@27}}");
    CHECK(tree_of("a = [[[1]]]") == "a=[[an array that deep@7]]");
    CHECK(tree_of("a = [{}, 1]") == "a=[a table@6 1@10]");
    CHECK(
        tree_of("\xef\xbb\xbf"
                "a = 1") == "a=1@5"
    );
    CHECK(tree_of("") == "");
}

TEST_CASE("a word's place is known where text stands in the source as it is") {
    CHECK(tree_of("a = \"x y\"") == "a='x y@5");
    CHECK(tree_of("a = \"x\\ty\"") == "a=x\ty@5");
    CHECK(tree_of("a = \"\"\"x\"\"\"") == "a=x@5");
    CHECK(tree_of("\"é\" = 'ä'") == "é='ä@7");
}

TEST_CASE("what is not TOML is said with its place") {
    config::findings found;
    CHECK_FALSE(config::read_toml("[mail]\nssl on;\n", "t", found));
    auto all = found.take();
    REQUIRE(all.size() == 1);
    CHECK(all[0].where == config::place{"t", 2, 5});
    CHECK(all[0].text.starts_with("not TOML: "));
    CHECK(all[0].hint.find("where nginx has") != std::string::npos);

    auto hint = [](std::string_view text) {
        config::findings some;
        CHECK_FALSE(config::read_toml(text, "t", some));
        return some.take().at(0).hint;
    };
    CHECK(hint("a = 1\na = 2").find("once in a block") != std::string::npos);
    CHECK(hint("a = 5s") == "text stands in quotes: name = \"value\"");
    CHECK(hint("server {") != "");
    CHECK(hint("[mail") == "");
}

TEST_CASE("letters beyond ASCII stand in strings and comments only") {
    auto odd = [](std::string place, std::string what) {
        return place + " error: not TOML: \"" + what + "\" may stand only in quotes or comments";
    };
    CHECK(tree_of("größe = 1") == odd("1:3", "ö"));
    CHECK(tree_of("[mail]\n\u00a0a = 1") == odd("2:1", "\u00a0"));
    CHECK(tree_of("a = 1 é") == odd("1:7", "é"));
    CHECK(tree_of("a = 'é' é") == odd("1:9", "é"));
    CHECK(tree_of("a = \"\\\"é\" # é\né") == odd("2:1", "é"));
    CHECK(tree_of("a = \"\"\"é\n\\\"\"\"\"\"\"\né") == odd("3:1", "é"));
    CHECK(tree_of("a = '''é'\n''é'''''\né") == odd("3:1", "é"));
    for (auto text :
         {"a = 1'é'",
          "a'é' = 1",
          "a = 'x''é'",
          "a = 'x'é'",
          "a = 0.'é'",
          "a = [ 0,\n true.'é' ]",
          "a = { b = 0.'é' }",
          "a = [ { b = [1] }, 0.'é' ]"})
        CHECK(tree_of(text).ends_with("a quote that belongs to no name and no value"));
    for (auto text :
         {"a = { 'b'.'é' = [ { 'é'.c = '' }, { d.'é' = '' } ], e.'é' = '' }\nf.'é' = 1",
          "a = [\n 'é',\n # é\n 'é'\n]",
          "'é'.b = ['é', \"é\"]\n['x'.\"é\"]\nc = { 'é' = 'é' }"})
        CHECK(tree_of(text).find("error") == std::string::npos);
    CHECK(tree_of("a\x01 = 1") == odd("1:2", "\x01"));
}

TEST_CASE("letters beyond ASCII do not stand where the library looks for blanks in a string") {
    auto odd = [](std::string place) {
        return place +
               " error: not TOML: \"é\" may not follow a backslash, or begin the line after it";
    };
    CHECK(tree_of("a = \"\"\"x\\é\"\"\"") == odd("1:10"));
    CHECK(tree_of("a = \"\"\"x\\\n  \n é\"\"\"") == odd("3:2"));
    CHECK(tree_of("a = \"\"\"x\\ \té\"\"\"") == odd("1:12"));
    CHECK(tree_of("a = \"\"\"é\\\né\"\"\"") == odd("2:1"));
    CHECK(tree_of("a = \"\"\"x\\\\é\\\n  y é\"\"\"") == "a=x\\éy é@5");
    CHECK(tree_of("a = '''x\\é'''") == "a=x\\é@5");
    CHECK(tree_of("a = \"\"\"x\\\"\"\"") != "");
}

TEST_CASE("what the library trips over is a complaint too") {
    // 3.3 leaves the words to us, 3.4 has its own.
    auto complaint = [](std::string_view text, std::string_view line) {
        auto got = tree_of(text);
        INFO(got);
        CHECK(got.starts_with(line));
        CHECK(got.find(" error: not TOML: ") != got.npos);
    };
    complaint("a = 1\n[!mail]\n", "2:");
    complaint("a = [\n 1 ]\n [[ [x] ]]", "3:");
}

TEST_CASE("a file that no person wrote is refused before it is read") {
    CHECK(tree_of(std::string((1 << 20) + 1, '#')) == "error: the file is larger than 1 MiB");
    std::string deep = "a";
    for (int i = 0; i < 100000; ++i)
        deep += ".a";
    CHECK(tree_of("\n" + deep + " = 1") == "2:66 error: not TOML: more dots than any name has");
    CHECK(tree_of("a = '" + deep + "' # " + deep).starts_with("a="));
}
