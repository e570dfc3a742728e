#include "gateway/process/log_files.hpp"

#include "config/build/origins.hpp"
#include "config/value/log_target.hpp"
#include "gateway/process/syslog_socket.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sys/stat.h>

namespace postern::gateway {
namespace {

descriptor open_file(const std::string& path, mode_t mode = 0640, int more = 0) {
    if (path == "stderr") return duplicate(STDERR_FILENO);
    constexpr int how = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY;
    return descriptor(::open(path.c_str(), how | more, mode));
}

struct failure {
    std::string why, hint;
};

failure of_file(const std::string& path, int error) {
    auto why = "cannot write \"" + path + "\": " + std::strerror(error);
    if (error == ENOENT) return {why, "make the folder first"};
    if (error == EACCES || error == EPERM) return {why, "let whoever starts postern write there"};
    if (error == EISDIR) return {why, "name a file in that folder"};
    return {why, {}};
}

void complain(
    std::vector<log_files::trouble>& wrong, std::size_t server, const char* directive, failure what
) {
    config::complaint c{config::severity::error, directive, std::move(what.why), {}};
    c.hint = std::move(what.hint);
    wrong.push_back({server, std::move(c)});
}

class opener {
public:
    opener(std::vector<log_files::trouble>& wrong, const open_logs& known)
        : wrong_(wrong), known_(known) {}

    void open(const config::log_target& target, std::size_t server, const char* directive) {
        open_log one{config::name_of(target), {}, {}};
        auto is_there = [&](auto& other) { return other.name == one.name; };
        if (std::ranges::any_of(made_, is_there)) return;
        failure failed;
        if (target.is_syslog())
            failed = open_socket(target.collector, one);
        else if (one.file = open_file(target.file); !one.file)
            failed = of_file(target.file, errno);
        if (one.file) return made_.push_back(std::move(one));
        complain(wrong_, server, directive, std::move(failed));
    }

    open_logs take() { return std::move(made_); }

private:
    failure open_socket(const config::syslog_collector& to, open_log& one) {
        std::string why;
        auto same = std::ranges::find(known_, one.name, &open_log::name);
        one.peer = same != known_.end() ? same->peer : address_of(to, why);
        if (one.peer.empty())
            return {
                "cannot find the address of " + to.host + ": " + why,
                "write its address, or put the name into /etc/hosts"};
        one.file = open_datagrams(one.peer);
        if (one.file) return {};
        return {"cannot make a socket for " + one.name + ": " + std::strerror(errno), {}};
    }

    std::vector<log_files::trouble>& wrong_;
    const open_logs& known_;
    open_logs made_;
};

descriptor open_secrets(const std::string& path, std::vector<log_files::trouble>& wrong) {
    constexpr auto directive = "ssl_keylog_file";
    constexpr auto process = config::origins::process;
    auto file = open_file(path, 0600, O_NOFOLLOW);
    if (!file) complain(wrong, process, directive, of_file(path, errno));
    // One that was there already may be readable by others.
    if (file && ::fchmod(file.get(), 0600) != 0)
        complain(
            wrong,
            process,
            directive,
            {"\"" + path + "\" is not ours to close to others: " + std::strerror(errno),
             "remove it, or name another file"}
        );
    return file;
}

bool is_stderr(const config::error_target& t) { return t.where.file == "stderr"; }

}

log_files open_log_files(
    const config::settings& settings, std::vector<log_files::trouble>& wrong, const open_logs& known
) {
    constexpr auto process = config::origins::process;
    opener all(wrong, known);
    for (auto& t : settings.log.error)
        all.open(t.where, process, "error_log");
    if (settings.log.has_access()) all.open(settings.log.access, process, "access_log");
    for (std::size_t n = 0; n < settings.servers.size(); ++n)
        for (auto& t : settings.servers[n].error_log)
            all.open(t.where, n, "error_log");
    log_files out{all.take(), {}};
    if (!settings.log.keylog_file.empty())
        out.secrets = open_secrets(settings.log.keylog_file, wrong);
    return out;
}

bool logs_to_stderr(const config::settings& settings) {
    auto any = [](auto& targets) { return std::ranges::any_of(targets, is_stderr); };
    return any(settings.log.error) || settings.log.access.file == "stderr" ||
           std::ranges::any_of(settings.servers, [&](auto& s) { return any(s.error_log); });
}

bool tells_stderr_only(const config::settings& settings) {
    return std::ranges::all_of(settings.log.error, is_stderr);
}

}
