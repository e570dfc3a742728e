#include "tests/support/catch.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

namespace {

using numbers = std::set<std::string>;

std::string text_of(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    REQUIRE(in);
    return {std::istreambuf_iterator<char>(in), {}};
}

void collect(const std::string& text, const std::regex& what, numbers& into) {
    for (std::sregex_iterator at(text.begin(), text.end(), what), end; at != end; ++at)
        into.insert((*at)[1]);
}

}

TEST_CASE("the RFCs that protocols/ names in its code are those of its README") {
    auto root = std::filesystem::path(POSTERN_SOURCE) / "protocols";
    numbers in_code, in_readme;
    for (auto& file : std::filesystem::recursive_directory_iterator(root)) {
        auto kind = file.path().extension();
        if (kind == ".cpp" || kind == ".hpp")
            collect(text_of(file.path()), std::regex("RFC(?:\\s|//)+(\\d{3,4})"), in_code);
    }
    auto readme = text_of(root / "README.md");
    std::regex row("(?:\\n\\| |, )(\\d{4})(?=[, ])");
    collect(readme.substr(readme.find("## Followed")), row, in_readme);
    CHECK(in_code.size() > 10);
    CHECK(in_code == in_readme);
}
