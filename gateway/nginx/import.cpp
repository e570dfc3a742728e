#include "config/nginx/import.hpp"

#include "gateway/cli/options.hpp"
#include "gateway/nginx/nginx.hpp"

#include <cerrno>
#include <iostream>
#include <string>

namespace postern::gateway {
namespace {

constexpr std::size_t largest = 1 << 20;

config::file_answer read_standard_input() {
    std::string text(largest + 1, '\0');
    std::cin.read(text.data(), static_cast<std::streamsize>(text.size()));
    auto got = static_cast<std::size_t>(std::cin.gcount());
    if (got > largest) return {nullptr, EFBIG};
    return {std::make_shared<const secret>(std::string_view(text).substr(0, got)), 0};
}

}

int print_imported(const configuration_file& file) {
    auto files = config::nginx_files_on_disk();
    auto on_disk = files.read;
    files.read = [&](const std::string& path) {
        return path == "-" ? read_standard_input() : on_disk(path);
    };
    auto got = config::import_nginx(file.path, file.prefix, files);
    for (auto& d : got.diagnostics)
        std::cerr << config::print(d, got.texts[d.where.file]);
    if (got.tree) std::cout << got.toml;
    if (config::any_error(got.diagnostics)) return wrong_configuration;
    return got.whole ? fine : left_out;
}

}
