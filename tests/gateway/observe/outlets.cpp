#include "config/value/log_target.hpp"
#include "gateway/observe/log_targets.hpp"
#include "gateway/observe/syslog.hpp"
#include "gateway/process/syslog_socket.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/certificates.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <netinet/in.h>
#include <optional>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

using namespace postern;
using namespace postern::gateway;
using config::log_level;
using style = config::log_settings::style;

namespace {

// A receiver of datagrams, at a Unix socket or a port of this machine.
struct receiver {
    explicit receiver(const std::string& path) : path_(path) {
        sockaddr_un at{};
        at.sun_family = AF_UNIX;
        path.copy(at.sun_path, sizeof at.sun_path - 1);
        ::unlink(path.c_str());
        open(at, AF_UNIX);
        to.path = path;
    }
    explicit receiver(std::uint16_t port = 0) {
        sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_port = htons(port);
        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        open(at, AF_INET);
        socklen_t size = sizeof at;
        REQUIRE(::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&at), &size) == 0);
        to.host = "127.0.0.1";
        to.port = ntohs(at.sin_port);
    }

    std::string take() {
        std::string room(8192, '\0');
        auto got = ::recv(socket.get(), room.data(), room.size(), MSG_DONTWAIT);
        return got < 0 ? "" : room.substr(0, static_cast<std::size_t>(got));
    }

    config::syslog_collector to;
    descriptor socket;

private:
    void open(auto& at, int family) {
        socket = descriptor(::socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
        REQUIRE(::bind(socket.get(), reinterpret_cast<sockaddr*>(&at), sizeof at) == 0);
    }
    std::string path_;
};

config::log_target target_of(const config::syslog_collector& to) { return {"", to}; }

open_log opened(const config::log_target& target) {
    open_log out{config::name_of(target), {}, {}};
    if (!target.is_syslog()) {
        out.file = descriptor(::memfd_create("log", MFD_CLOEXEC));
        return out;
    }
    std::string why;
    out.peer = address_of(target.collector, why);
    out.file = open_datagrams(out.peer);
    REQUIRE(out.file);
    return out;
}

// They hear of all that is a notice or graver.
void tell(gateway::log& events, log_targets& all, const std::vector<config::log_target>& targets) {
    config::error_targets wanted;
    for (auto& t : targets)
        wanted.push_back({t, log_level::notice});
    events.use(all.ways(wanted), nullptr, style::text);
}

std::string text_of(const open_log& l) {
    std::string room(65536, '\0');
    auto got = ::pread(l.file.get(), room.data(), room.size(), 0);
    return got < 0 ? "" : room.substr(0, static_cast<std::size_t>(got));
}

std::string without_time(std::string line) {
    auto at = line.find("time=");
    return at == line.npos ? line : line.erase(at, line.find(' ', at) + 1 - at);
}

}

TEST_CASE("a syslog message has priority, local time, machine and tag before it") {
    ::setenv("TZ", "UTC0", 1);
    config::syslog_collector to;
    std::time_t when = 1762635787; // a day with one digit
    CHECK(syslog_head(to, "gw ", log_level::error, when) == "<187>Nov  8 21:03:07 gw postern: ");
    CHECK(syslog_head(to, "", log_level::debug, when) == "<191>Nov  8 21:03:07 postern: ");
    to.facility = 2;
    to.tag = "nginx";
    CHECK(syslog_head(to, "", log_level::warn, when) == "<20>Nov  8 21:03:07 nginx: ");
    CHECK(syslog_head(to, "", {}, when) == "<22>Nov  8 21:03:07 nginx: "); // info
    to.severity = 0;
    CHECK(syslog_head(to, "", {}, when) == "<16>Nov  8 21:03:07 nginx: ");
}

TEST_CASE("each target gets what its level lets through") {
    log_targets all;
    config::log_target a{"a"}, b{"b"};
    gateway::log events(-1, -1, log_level::notice, style::text);
    events.use(
        all.ways({
            {a, log_level::error},
            {b, log_level::info },
            {a, log_level::warn }
    }),
        nullptr,
        style::text
    );
    CHECK_FALSE(events.wants(log_level::error)); // nothing is open yet
    open_logs files;
    files.push_back(opened(a));
    files.push_back(opened(b));
    all.use(files, events);
    CHECK_FALSE(events.wants(log_level::debug));
    CHECK(events.wants(log_level::info));
    events.event(log_level::debug, "debug");
    events.event(log_level::info, "info");
    events.event(log_level::warn, "warn"); // a is there twice: the lower level counts, once
    CHECK(without_time(text_of(files[0])) == "level=warn event=warn\n");
    auto all_of_b = text_of(files[1]);
    CHECK(all_of_b.find("event=info") != all_of_b.npos);
    CHECK(all_of_b.find("event=warn") != all_of_b.npos);
    CHECK(all_of_b.find("debug") == all_of_b.npos);
}

TEST_CASE("a server's log goes to the program's when its targets do not count any more") {
    log_targets all;
    config::log_target mine{"mine"}, program{"program"};
    gateway::log events(-1, -1, log_level::notice, style::text);
    events.use(
        all.ways({
            {program, log_level::error}
    }),
        nullptr,
        style::json
    );
    gateway::log server(
        all.ways({
            {mine, log_level::debug}
    }),
        events
    );
    open_logs files;
    files.push_back(opened(mine));
    files.push_back(opened(program));
    all.use(files, events);
    server.event(log_level::debug, "first");
    CHECK(text_of(files[0]).find("\"event\":\"first\"") != std::string::npos); // in its style
    CHECK(text_of(files[1]).empty());
    open_logs fewer;
    fewer.push_back(opened(program));
    events.use(
        all.ways({
            {program, log_level::error}
    }),
        nullptr,
        style::text
    );
    all.use(fewer, events);
    CHECK_FALSE(server.wants(log_level::debug));
    server.event(log_level::debug, "second");
    server.event(log_level::error, "third");
    CHECK(without_time(text_of(fewer[0])) == "level=error event=third\n");
    // One that is named again later is another one.
    gateway::log next(
        all.ways({
            {mine, log_level::debug}
    }),
        events
    );
    all.use(files, events);
    server.event(log_level::error, "fourth");
    CHECK(text_of(files[0]).find("fourth") == std::string::npos);
    next.event(log_level::debug, "fifth");
    CHECK(text_of(files[0]).find("fifth") != std::string::npos);
}

TEST_CASE("a collector gets one datagram a line, without the line's end") {
    test::temp_dir folder;
    auto by_path = GENERATE(true, false);
    auto at = by_path ? receiver(folder.path() / "log") : receiver();
    at.to.says_host_name = false;
    log_targets all;
    gateway::log events(-1, -1, log_level::notice, style::text);
    auto target = target_of(at.to);
    events.use(
        all.ways({
            {target, log_level::notice}
    }),
        all.find(target),
        style::text
    );
    open_logs files;
    files.push_back(opened(target));
    all.use(files, events);
    events.event(
        log_level::notice,
        "one",
        {
            {"user", "a\n<0>b"}
    }
    );
    events.access("two", {});
    events.event(
        log_level::warn,
        "three",
        {
            {"v", std::string(9000, '\n')},
            {"w", std::string(9000, 'x') }
    }
    );
    auto first = at.take();
    CHECK(first.starts_with("<189>"));
    CHECK(
        without_time(first).find(" postern: level=notice event=one user=\"a\\n<0>b\"") != first.npos
    );
    CHECK(first.ends_with('"'));
    auto second = at.take();
    CHECK(second.starts_with("<190>"));
    CHECK(second.ends_with(" event=two"));
    auto third = at.take();
    CHECK(third.starts_with("<188>"));
    CHECK(third.size() < 4096 + 200);
    CHECK(at.take().empty());
}

TEST_CASE("a collector that went away and comes back is found by the next line") {
    test::temp_dir folder;
    std::string path = folder.path() / "log";
    std::optional<receiver> at(path);
    auto target = target_of(at->to);
    log_targets all;
    gateway::log events(-1, -1, log_level::notice, style::text);
    config::log_target other{"other"};
    tell(events, all, {target, other});
    open_logs files;
    files.push_back(opened(target));
    files.push_back(opened(other));
    all.use(files, events);
    at.reset();
    events.event(log_level::notice, "lost");
    ::unlink(path.c_str());
    events.event(log_level::notice, "lost too");
    auto told = text_of(files[1]);
    CHECK(
        told.find("event=\"a log cannot be written, its lines are lost\" log=\"syslog:server=unix:"
        ) != told.npos
    );
    CHECK(told.find("error=\"Connection refused\"") != told.npos);
    CHECK(told.find("No such file") == told.npos); // once is enough
    at.emplace(path);
    events.event(log_level::notice, "found");
    CHECK(at->take().ends_with("event=found"));
}

TEST_CASE("what a target lost is told when it is given up") {
    log_targets all;
    config::log_target full{"full"}, good{"good"};
    gateway::log events(-1, -1, log_level::notice, style::text);
    tell(events, all, {full, good});
    open_logs files;
    files.push_back({"full", {}, descriptor(::open("/dev/full", O_WRONLY | O_CLOEXEC))});
    files.push_back(opened(good));
    all.use(files, events);
    for (int i = 0; i < 3; ++i)
        events.event(log_level::notice, "x");
    tell(events, all, {good});
    files.erase(files.begin());
    all.use(files, events);
    auto told = text_of(files[0]);
    CHECK(
        told.find("event=\"a log cannot be written, its lines are lost\" log=full ") != told.npos
    );
    CHECK(told.ends_with(
        "event=\"a log that could not be written is given up\" log=full lines_lost=3\n"
    ));
}

TEST_CASE("a UDP collector that is away costs lines, and nothing else") {
    std::optional<receiver> at;
    at.emplace();
    auto port = at->to.port;
    auto target = target_of(at->to);
    auto file = opened(target);
    at.reset();
    outlet to(file.name, target.collector);
    to.use(file.file.get(), file.peer);
    CHECK(to.put(log_level::notice, "one\n") == 0); // nobody can know yet
    CHECK(to.put(log_level::notice, "two\n") == ECONNREFUSED);
    CHECK(to.put(log_level::notice, "three\n") == ECONNREFUSED);
    at.emplace(port);
    CHECK(to.put(log_level::notice, "four\n") == ECONNREFUSED); // the third one was lost
    CHECK(at->take().ends_with("four"));
    CHECK(to.put(log_level::notice, "five\n") == 0);
    CHECK(at->take().ends_with("five"));
}

TEST_CASE("a collector that does not read costs no time") {
    test::temp_dir folder;
    receiver at(folder.path() / "log");
    auto target = target_of(at.to);
    auto file = opened(target);
    outlet to(file.name, target.collector);
    to.use(file.file.get(), file.peer);
    int full = 0;
    for (int i = 0; i < 2000 && !full; ++i)
        full = to.put(log_level::notice, std::string(4000, 'x') + "\n");
    CHECK(full == EAGAIN);
    CHECK(to.lose());
    CHECK_FALSE(to.lose());
    CHECK(to.regain() == 0); // not at once
    while (!at.take().empty()) {
    }
    CHECK(to.put(log_level::notice, "x\n") == 0);
}

TEST_CASE("a collector's address is what is written") {
    config::syslog_collector to;
    std::string why;
    to.host = "2001:db8::1";
    auto six = address_of(to, why);
    REQUIRE(six.size() == sizeof(sockaddr_in6));
    sockaddr_in6 at{};
    std::memcpy(&at, six.data(), sizeof at);
    CHECK((at.sin6_family == AF_INET6 && at.sin6_port == htons(514)));
    to.host = "192.0.2.1";
    CHECK(address_of(to, why).size() == sizeof(sockaddr_in));
    to.host = "";
    to.path = "/dev/log";
    CHECK(address_of(to, why).find("/dev/log") != std::string::npos);
    CHECK(why.empty());
}
