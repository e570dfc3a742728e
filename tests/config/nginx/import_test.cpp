#include "config/nginx/import.hpp"
#include "config/report/dump.hpp"
#include "tests/config/support.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/without_origins.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

using namespace postern;

namespace {

constexpr std::string_view etc = "/etc/nginx/";

std::string read_whole(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

// A folder of the corpus, seen as /etc/nginx.
config::nginx_files seen_as_etc(const std::filesystem::path& corpus) {
    auto real = [corpus](const std::string& path) {
        return path.starts_with(etc) ? (corpus / path.substr(etc.size())).string() : path;
    };
    auto disk = config::nginx_files_on_disk();
    return {
        [=](const std::string& path) { return disk.read(real(path)); },
        [=](const std::string& pattern) {
            auto found = disk.find(real(pattern));
            for (auto& path : found)
                path = std::string(etc) + path.substr(corpus.string().size() + 1);
            return found;
        }};
}

std::vector<std::filesystem::path> corpus() {
    std::vector<std::filesystem::path> out;
    for (auto& folder : std::filesystem::directory_iterator(POSTERN_SOURCE "/tests/golden/import"))
        if (folder.is_directory()) out.push_back(folder.path());
    std::ranges::sort(out);
    return out;
}

config::imported import(const std::filesystem::path& folder) {
    return config::import_nginx(std::string(etc) + "nginx.conf", "", seen_as_etc(folder));
}

// With the exit status of `postern import`.
std::string complaints(config::imported& got) {
    std::string out;
    for (auto& d : got.diagnostics)
        out += config::print(d, got.texts[d.where.file]);
    auto status = config::any_error(got.diagnostics) ? "1" : got.whole ? "0" : "3";
    return out + "exit status " + status + "\n";
}

// Every file there is: what a configuration names is not here.
config::file_answer read_any(const std::string& path) {
    auto bytes = "the bytes of " + path;
    if (path.ends_with(".key")) bytes.resize(48, '.');
    return {std::make_shared<const secret>(bytes), 0};
}

}

// NAME/nginx.conf goes in, NAME/import.toml and NAME/import.txt come out. POSTERN_GOLDEN=write
// writes what came out, to be read in the difference.
TEST_CASE("nginx's configurations are imported to the byte") {
    auto all = corpus();
    REQUIRE(all.size() >= 20);
    for (auto& folder : all) {
        INFO(folder.string());
        auto got = import(folder);
        auto said = complaints(got);
        if (auto mode = std::getenv("POSTERN_GOLDEN"); mode && std::string_view(mode) == "write") {
            std::ofstream(folder / "import.toml", std::ios::binary) << got.toml;
            std::ofstream(folder / "import.txt", std::ios::binary) << said;
        }
        CHECK(got.toml == read_whole(folder / "import.toml"));
        CHECK(said == read_whole(folder / "import.txt"));
    }
}

TEST_CASE("what was imported is accepted, and means the same as text and as nginx's file") {
    for (auto& folder : corpus()) {
        INFO(folder.string());
        auto got = import(folder);
        if (!got.tree) continue;
        auto name = std::string(etc) + "nginx.conf";
        auto from_text = config::load(got.toml, name, read_any);
        auto from_tree = config::load_tree(*got.tree, name, read_any, {});
        INFO(test::summary(from_text.diagnostics));
        CHECK((from_text.made != nullptr) == !config::any_error(got.diagnostics));
        CHECK((from_tree.made != nullptr) == (from_text.made != nullptr));
        CHECK(
            test::without_origins(config::dump(from_text)) ==
            test::without_origins(config::dump(from_tree))
        );
        auto elsewhere = config::load(got.toml, "/tmp/postern.toml", read_any);
        elsewhere.name = name;                     // for the dump
        if (folder.filename() != "keys-elsewhere") // whose certificate is the default, cert.pem
            CHECK(
                test::without_origins(config::dump(elsewhere)) ==
                test::without_origins(config::dump(from_text))
            );
    }
}

TEST_CASE("an import can be repeated") {
    for (auto& folder : corpus())
        CHECK(import(folder).toml == import(folder).toml);
}
