#include "config/nginx/import.hpp"

#include "config/nginx/translation.hpp"

#include <filesystem>

namespace postern::config {

namespace {

constexpr std::size_t largest_result = 1 << 20; // as read_toml() takes it

folder folder_of(const std::string& path) {
    std::error_code error;
    auto whole = std::filesystem::absolute(path, error);
    return folder(error ? path : whole.lexically_normal().string());
}

}

imported import_nginx(
    const std::string& path, const std::string& prefix, const nginx_files& files
) {
    imported out;
    findings found;
    if (auto source = read_nginx(path, files, found, out.texts)) {
        auto here = folder_of(path);
        auto there = prefix.empty() ? here : folder_of(prefix + "/");
        auto made = translate(*source, {here, there, !prefix.empty()}, found);
        settle(made, path, found);
        out.toml = to_toml(made);
        out.whole = made.whole;
        out.tree = std::move(made.root);
        if (out.toml.size() > largest_result)
            found.error({path, 0, 0}, "the result is larger than 1 MiB");
    }
    out.diagnostics = found.take();
    tidy(out.diagnostics);
    return out;
}

}
