#include "gateway/process/privileges.hpp"

#include <cerrno>
#include <cstring>
#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <unistd.h>
#include <vector>

namespace postern::gateway {

// getpwnam(3) lists what systems answer for a name that they do not know.
static std::string not_found(const char* kind, const std::string& name, int error) {
    auto whom = std::string(kind) + " \"" + name + '"';
    for (auto unknown : {0, ENOENT, ESRCH, EBADF, EPERM})
        if (error == unknown) return "there is no " + whom;
    return "cannot look up the " + whom + ": " + std::strerror(error);
}

std::optional<identity> find_identity(const config::process_settings& process, std::string& why) {
    std::vector<char> room(16 * 1024);
    passwd user{}, *found_user = nullptr;
    auto error = ::getpwnam_r(process.user.c_str(), &user, room.data(), room.size(), &found_user);
    if (!found_user) {
        why = not_found("user", process.user, error);
        return {};
    }
    identity who{user.pw_uid, user.pw_gid};
    if (process.group.empty()) return who;
    group named{}, *found_group = nullptr;
    error = ::getgrnam_r(process.group.c_str(), &named, room.data(), room.size(), &found_group);
    if (!found_group) {
        why = not_found("group", process.group, error);
        return {};
    }
    who.group = named.gr_gid;
    return who;
}

std::optional<identity> identity_for(
    const config::loaded& next, std::vector<config::complaint>& wrong
) {
    auto& process = next.made->process;
    if (process.workers == 0) return {};
    std::string why;
    auto who = find_identity(process, why);
    if (::geteuid() == 0) {
        if (!who) wrong.push_back({config::severity::error, "user", why, {}});
        return who;
    }
    if (next.from.find(config::origins::process, "user") && (!who || who->user != ::geteuid()))
        wrong.push_back(
            {config::severity::warning,
             "user",
             "only root can become \"" + process.user + "\"; the workers stay who starts them",
             {}}
        );
    return {};
}

std::string drop_privileges(const identity& who) {
    if (::setgroups(1, &who.group) != 0 || ::setgid(who.group) != 0 || ::setuid(who.user) != 0)
        return std::string("cannot become user ") + std::to_string(who.user) + ": " +
               std::strerror(errno);
    forbid_new_privileges();
    uid_t real, effective, saved;
    ::getresuid(&real, &effective, &saved);
    auto changed = real == who.user && effective == who.user && saved == who.user;
    if (!changed || (who.user != 0 && ::setuid(0) == 0)) return "root's rights were not lost";
    return {};
}

void forbid_new_privileges() { ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }

}
