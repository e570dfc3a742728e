#include "gateway/process/log_files.hpp"

#include <cerrno>
#include <cstring>
#include <sys/stat.h>

namespace postern::gateway {
namespace {

descriptor open_one(
    const std::string& path,
    const char* directive,
    std::vector<config::complaint>& wrong,
    mode_t mode = 0640,
    int more = 0
) {
    if (path == "stderr") return duplicate(STDERR_FILENO);
    constexpr int how = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY;
    descriptor file(::open(path.c_str(), how | more, mode));
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
    if (!settings.keylog_file.empty()) {
        files.secrets = open_one(settings.keylog_file, "ssl_keylog_file", wrong, 0600, O_NOFOLLOW);
        // One that was there already may be readable by others.
        if (files.secrets && ::fchmod(files.secrets.get(), 0600) != 0)
            wrong.push_back(
                {config::severity::error,
                 "ssl_keylog_file",
                 "\"" + settings.keylog_file +
                     "\" is not ours to close to others: " + std::strerror(errno),
                 {}}
            );
    }
    return files;
}

}
