#include "gateway/process/log_files.hpp"

#include <cerrno>
#include <cstring>

namespace postern::gateway {
namespace {

descriptor open_one(
    const std::string& path, const char* directive, std::vector<config::complaint>& wrong
) {
    if (path == "stderr") return duplicate(STDERR_FILENO);
    constexpr int how = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY;
    descriptor file(::open(path.c_str(), how, 0640));
    if (!file) {
        auto what = "cannot write \"" + path + "\": " + std::strerror(errno);
        wrong.push_back({config::severity::error, directive, what, {}});
    }
    return file;
}

}

log_files open_logs(const config::log_settings& settings, std::vector<config::complaint>& wrong) {
    log_files files;
    files.error = open_one(settings.error_log, "error_log", wrong);
    if (settings.access_log != "off")
        files.access = open_one(settings.access_log, "access_log", wrong);
    return files;
}

}
