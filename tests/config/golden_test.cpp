#include "config/report/dump.hpp"
#include "tests/config/support.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

using namespace postern;

namespace {

std::string read_whole(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::string shown(const std::string& text) {
    auto got = test::load(text);
    std::string out;
    for (auto& d : got.diagnostics)
        out += config::print(d, text);
    return out + config::dump(got);
}

}

// NAME.toml goes in, NAME.txt comes out. POSTERN_GOLDEN=write writes what came out, to be read in
// the difference.
TEST_CASE("configurations give their diagnostics and dumps to the byte") {
    std::vector<std::filesystem::path> inputs;
    for (auto& file : std::filesystem::directory_iterator(POSTERN_SOURCE "/tests/golden/config"))
        if (file.path().extension() == ".toml") inputs.push_back(file.path());
    std::ranges::sort(inputs);
    REQUIRE(inputs.size() >= 3);
    for (auto& input : inputs) {
        INFO(input.string());
        auto out = shown(read_whole(input));
        auto golden = input;
        golden.replace_extension(".txt");
        if (auto mode = std::getenv("POSTERN_GOLDEN"); mode && std::string_view(mode) == "write")
            std::ofstream(golden, std::ios::binary) << out;
        CHECK(out == read_whole(golden));
    }
}
