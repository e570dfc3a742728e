#include "config/build/origins.hpp"
#include "config/value/log_target.hpp"
#include "gateway/process/log_files.hpp"
#include "gateway/process/notify.hpp"
#include "gateway/process/pid_file.hpp"
#include "gateway/process/privileges.hpp"
#include "tests/support/catch.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace postern;
using namespace postern::gateway;

namespace {

struct folder {
    folder() {
        char name[] = "/tmp/postern-parts-XXXXXX";
        path = ::mkdtemp(name);
    }
    ~folder() { std::filesystem::remove_all(path); }
    std::string operator/(const char* name) const { return path + "/" + name; }
    std::string path;
};

std::string text_of(const std::string& path) {
    std::ifstream in(path);
    return std::string(std::istreambuf_iterator<char>(in), {});
}

}

TEST_CASE("the pid file moves with the configuration and goes with the master") {
    folder in;
    auto mine = std::to_string(::getpid()) + "\n";
    {
        pid_file pid;
        CHECK(pid.move_to(in / "one").empty());
        CHECK(text_of(in / "one") == mine);
        CHECK(pid.move_to(in / "two").empty());
        CHECK_FALSE(std::filesystem::exists(in / "one"));
        CHECK(text_of(in / "two") == mine);
        auto why = pid.move_to(in / "missing/three");
        CHECK(why.find("missing/three") != std::string::npos);
        CHECK(text_of(in / "two") == mine);
    }
    CHECK(std::filesystem::is_empty(in.path));
}

TEST_CASE("logs are appended to, each is opened once, and what cannot be opened is named") {
    folder in;
    std::ofstream(in / "error") << "before\n";
    config::settings settings;
    settings.log.error = {{{in / "error"}}, {{in / "other"}}};
    settings.log.access.file = "off";
    settings.servers.resize(2);
    settings.servers[1].error_log = {{{in / "error"}}, {{in / "own"}}};
    CHECK_FALSE(logs_to_stderr(settings));
    std::vector<log_files::trouble> wrong;
    auto logs = open_log_files(settings, wrong);
    CHECK(wrong.empty());
    REQUIRE(logs.targets.size() == 3);
    CHECK(logs.targets[0].name == in / "error");
    CHECK(logs.targets[2].name == in / "own");
    REQUIRE(::write(logs.targets[0].file.get(), "after\n", 6) == 6);
    CHECK(text_of(in / "error") == "before\nafter\n");
    settings.log.access.file = in / "missing/access";
    settings.servers[1].error_log[1].where.file = in / "missing/own";
    open_log_files(settings, wrong);
    REQUIRE(wrong.size() == 2);
    CHECK(wrong[0].what.directive == "access_log");
    CHECK(wrong[0].what.text.find("missing/access") != std::string::npos);
    CHECK(wrong[0].what.hint == "make the folder first");
    CHECK(wrong[0].server == config::origins::process);
    CHECK(wrong[1].what.directive == "error_log");
    CHECK(wrong[1].server == 1);
}

TEST_CASE("a collector may be away, but its name must be known") {
    folder in;
    config::settings settings;
    config::log_target nobody{"", {}}, unknown{"", {}}, known{"", {}};
    nobody.collector.path = in / "nobody";
    unknown.collector.host = "no-such-host.invalid";
    known.collector.host = "localhost";
    settings.log.error = {{nobody}, {known}};
    settings.log.access.file = "stderr";
    CHECK(logs_to_stderr(settings));
    CHECK_FALSE(tells_stderr_only(settings));
    std::vector<log_files::trouble> wrong;
    auto logs = open_log_files(settings, wrong);
    CHECK(wrong.empty());
    REQUIRE(logs.targets.size() == 3);
    CHECK(logs.targets[0].peer.find(in / "nobody") != std::string::npos);
    settings.log.error.push_back({unknown});
    open_log_files(settings, wrong, logs.targets);
    REQUIRE(wrong.size() == 1);
    CHECK(wrong[0].what.text.find("no-such-host.invalid") != std::string::npos);
    CHECK(wrong[0].what.hint == "write its address, or put the name into /etc/hosts");
    // What was known before is not looked up again.
    logs.targets.push_back({config::name_of(unknown), logs.targets[1].peer, {}});
    wrong.clear();
    auto again = open_log_files(settings, wrong, logs.targets);
    CHECK(wrong.empty());
    CHECK(again.targets[2].peer == logs.targets[1].peer);
}

TEST_CASE("the service manager is told, if there is one") {
    folder in;
    auto path = in / "notify";
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    path.copy(at.sun_path, sizeof at.sun_path - 1);
    descriptor manager(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    REQUIRE(::bind(manager.get(), reinterpret_cast<sockaddr*>(&at), sizeof at) == 0);
    ::unsetenv("NOTIFY_SOCKET");
    notify_manager("READY=1");
    char got[200];
    CHECK(::recv(manager.get(), got, sizeof got, 0) < 0);
    ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
    notify_manager("READY=1");
    CHECK(::recv(manager.get(), got, sizeof got, 0) == 7);
    notify_reloading();
    auto size = ::recv(manager.get(), got, sizeof got, 0);
    REQUIRE(size > 0);
    CHECK(
        std::string(got, static_cast<std::size_t>(size)).starts_with("RELOADING=1\nMONOTONIC_USEC=")
    );
    ::unsetenv("NOTIFY_SOCKET");
}

TEST_CASE("a user or group that does not exist is named") {
    config::process_settings process;
    std::string why;
    process.user = "root";
    auto who = find_identity(process, why);
    REQUIRE(who);
    CHECK(who->user == 0);
    process.group = "no-such-group";
    CHECK_FALSE(find_identity(process, why));
    CHECK(why.find("no-such-group") != std::string::npos);
    process.user = "no-such-user";
    CHECK_FALSE(find_identity(process, why));
    CHECK(why.find("no-such-user") != std::string::npos);
}

TEST_CASE("dropped privileges do not come back, and without the right to drop them it fails") {
    auto child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        auto why = drop_privileges({65534, 65534});
        if (!why.empty()) _exit(::geteuid() == 65534 ? 1 : 2);
        auto lost = ::setuid(0) != 0 && ::setgid(0) != 0 && ::getgid() == 65534 &&
                    ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
        gid_t groups[8];
        lost = lost && ::getgroups(8, groups) == 1 && groups[0] == 65534;
        _exit(lost ? 0 : 3);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == (::geteuid() == 0 ? 0 : 2));
}
