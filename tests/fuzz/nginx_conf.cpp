// Any bytes as an nginx.conf that includes two others: it is refused with complaints that lie
// within the files, or it becomes a tree and TOML that mean the same.
#include "config/nginx/import.hpp"
#include "config/report/dump.hpp"
#include "config/report/source_text.hpp"
#include "tests/support/without_origins.hpp"

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <string>

using namespace postern;

namespace {

constexpr auto name = "/etc/nginx/nginx.conf";

void require(bool good) {
    if (!good) std::abort();
}

config::file_answer answer(std::string_view text) {
    return {std::make_shared<const secret>(text), 0};
}

config::nginx_files files_with(std::string_view text) {
    return {
        [text](const std::string& path) {
            if (path == name) return answer(text);
            if (path == "/etc/nginx/a") return answer("listen 127.0.0.1:143;\n# behind\n");
            if (path == "/etc/nginx/b") return answer("include nginx.conf;");
            return config::file_answer{nullptr, ENOENT};
        },
        [](const std::string&) { return std::vector<std::string>{"/etc/nginx/a"}; }};
}

config::file_answer read_any(const std::string& path) { return answer("the bytes of " + path); }

}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view text(reinterpret_cast<const char*>(data), size);
    auto got = config::import_nginx(name, "/usr/share/nginx", files_with(text));
    for (auto& d : got.diagnostics) {
        auto& whole = got.texts[d.where.file];
        require(d.where.line <= config::count_lines(whole) && !d.text.empty());
        for (char c : config::print(d, whole))
            require(c == '\n' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f));
    }
    require(got.tree.has_value() || config::any_error(got.diagnostics));
    if (!got.tree) return 0;
    auto from_text = config::load(got.toml, name, read_any);
    auto from_tree = config::load_tree(*got.tree, name, read_any, {});
    for (auto& d : from_text.diagnostics)
        require(!d.text.starts_with("not TOML"));
    require((from_text.made == nullptr) == (from_tree.made == nullptr));
    if (!config::any_error(got.diagnostics))
        for (auto& d : from_text.diagnostics)
            require(
                d.level != config::severity::error || d.text.find("could not") != d.text.npos ||
                d.text.starts_with("ssl_")
            );
    if (!from_text.made) return 0;
    require(
        test::without_origins(config::dump(from_text)) ==
        test::without_origins(config::dump(from_tree))
    );
    return 0;
}
