#include "gateway/process/pid_file.hpp"

#include "gateway/process/descriptor.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace postern::gateway {

// Under another name first, so that nobody reads half a number.
std::string pid_file::move_to(const std::string& path) {
    if (path == path_) return {};
    if (!path.empty()) {
        auto beside = path + ".new";
        auto text = std::to_string(::getpid()) + "\n";
        constexpr int how = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW;
        descriptor file(::open(beside.c_str(), how, 0644));
        if (!file || ::write(file.get(), text.data(), text.size()) < 0 ||
            ::rename(beside.c_str(), path.c_str()) != 0)
            return "cannot write \"" + path + "\": " + std::strerror(errno);
    }
    remove();
    path_ = path;
    return {};
}

void pid_file::remove() {
    if (!path_.empty()) ::unlink(path_.c_str());
    path_.clear();
}

}
