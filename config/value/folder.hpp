#pragma once

#include <string>
#include <string_view>

namespace postern::config {

// The folder of the configuration file: relative file names count from there.
class folder {
public:
    // Takes the configuration file's path.
    explicit folder(std::string_view file)
        : prefix_(file.substr(0, file.rfind('/') == file.npos ? 0 : file.rfind('/') + 1)) {}

    std::string resolve(std::string_view path) const {
        return path.starts_with('/') ? std::string(path) : prefix_ + std::string(path);
    }

    // The other way, for writing a path back.
    std::string relative(std::string_view path) const {
        if (prefix_.empty() || !path.starts_with(prefix_)) return std::string(path);
        auto rest = path.substr(prefix_.size());
        return std::string(rest.empty() || rest.starts_with('/') ? path : rest);
    }

private:
    std::string prefix_; // with its last slash; empty: the working directory
};

}
