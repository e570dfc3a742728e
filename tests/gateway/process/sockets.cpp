#include "gateway/process/sockets.hpp"

#include "tests/support/catch.hpp"

#include <arpa/inet.h>
#include <filesystem>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <set>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

using namespace postern;
using gateway::descriptor;
using gateway::sockets;

namespace {

config::listen_address tcp(const char* host, std::uint16_t port) {
    config::listen_address a;
    a.host = host;
    a.port = port;
    return a;
}

config::listen_address local(const std::string& path) {
    config::listen_address a;
    a.host = path;
    a.is_unix = true;
    return a;
}

config::settings with(std::vector<config::listen_address> all) {
    config::settings s;
    s.servers.resize(1);
    s.servers[0].listen = std::move(all);
    return s;
}

std::uint16_t port_of(const sockets::place& p) {
    return static_cast<std::uint16_t>(std::stoi(p.address->substr(p.address->rfind(':') + 1)));
}

bool connects(std::uint16_t port) {
    descriptor client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return ::connect(client.get(), reinterpret_cast<sockaddr*>(&to), sizeof to) == 0;
}

struct folder {
    folder() {
        char name[] = "/tmp/postern-sockets-XXXXXX";
        path = ::mkdtemp(name);
    }
    ~folder() { std::filesystem::remove_all(path); }
    std::string path;
};

}

TEST_CASE("each worker has a socket of its own on one port that the kernel chose") {
    sockets all;
    CHECK(all.open(with({tcp("127.0.0.1", 0)}), 3).empty());
    all.keep();
    std::set<int> fds;
    auto port = port_of(all.of_worker(0).at(0));
    CHECK(port > 0);
    for (std::size_t w = 0; w < 3; ++w) {
        auto p = all.of_worker(w).at(0);
        CHECK(*p.address == "127.0.0.1:" + std::to_string(port));
        fds.insert(p.fd);
    }
    CHECK(fds.size() == 3);
    CHECK(connects(port));
    all.close_all();
    CHECK_FALSE(connects(port));
}

TEST_CASE("a free port may be asked for twice, and IPv6 stays IPv6") {
    sockets all;
    CHECK(all.open(with({tcp("::1", 0), tcp("::1", 0)}), 1).empty());
    all.keep();
    auto places = all.of_worker(0);
    REQUIRE(places.size() == 2);
    CHECK(port_of(places[0]) != port_of(places[1]));
    CHECK(places[0].address->starts_with("[::1]:"));
    int only = 0;
    socklen_t size = sizeof only;
    REQUIRE(::getsockopt(places[0].fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, &size) == 0);
    CHECK(only == 1);
}

TEST_CASE("a reload keeps what stays, opens what is new and closes what is gone") {
    sockets all;
    REQUIRE(all.open(with({tcp("127.0.0.1", 0), tcp("127.0.0.1", 0)}), 2).empty());
    all.keep();
    auto before = all.of_worker(1);
    auto first = port_of(before[0]), second = port_of(before[1]);
    REQUIRE(all.open(with({tcp("127.0.0.2", 0), tcp("127.0.0.1", 0)}), 2).empty());
    auto during = all.of_worker(1);
    CHECK(during[0].is_new);
    CHECK_FALSE(during[1].is_new);
    CHECK(connects(second)); // until it is decided
    all.keep();
    auto after = all.of_worker(1);
    CHECK(after[1].key == before[0].key);
    CHECK(after[1].fd == before[0].fd);
    CHECK(port_of(after[1]) == first);
    CHECK(connects(first));
    CHECK_FALSE(connects(second));
}

TEST_CASE("a reload that fails leaves every socket as it was") {
    sockets all, stranger;
    REQUIRE(stranger.open(with({tcp("127.0.0.1", 0)}), 2).empty());
    stranger.keep();
    auto taken = port_of(stranger.of_worker(0)[0]);
    REQUIRE(all.open(with({tcp("127.0.0.1", 0)}), 1).empty());
    all.keep();
    auto before = all.of_worker(0)[0];
    auto wrong = all.open(with({tcp("127.0.0.1", 0), tcp("127.0.0.1", taken)}), 3);
    // Even though both sides would share it: a port of another program is not taken by stealth.
    REQUIRE(wrong.size() == 1);
    CHECK(wrong[0].server == 0);
    CHECK(wrong[0].what.directive == "listen");
    CHECK(wrong[0].what.text.find("127.0.0.1:" + std::to_string(taken)) != std::string::npos);
    CHECK(wrong[0].what.text.find("in use") != std::string::npos);
    CHECK_FALSE(wrong[0].what.hint.empty());
    all.abandon();
    REQUIRE(all.of_worker(0).size() == 1);
    CHECK(all.of_worker(0)[0].fd == before.fd);
    CHECK(all.of_worker(2)[0].fd == before.fd); // no more than there were
    CHECK(connects(port_of(before)));
}

TEST_CASE("the number of sockets follows the number of workers") {
    sockets all;
    auto settings = with({tcp("127.0.0.1", 0)});
    REQUIRE(all.open(settings, 1).empty());
    all.keep();
    auto first = all.of_worker(0)[0].fd;
    REQUIRE(all.open(settings, 3).empty());
    all.keep();
    CHECK(all.of_worker(0)[0].fd == first);
    CHECK(all.of_worker(2)[0].fd != first);
    REQUIRE(all.open(settings, 0).empty());
    all.keep();
    CHECK(all.of_worker(2)[0].fd == first);
}

TEST_CASE("every address that cannot be had is complained about") {
    sockets all;
    auto wrong = all.open(with({tcp("192.0.2.1", 4000), tcp("nonsense", 1), local("")}), 1);
    REQUIRE(wrong.size() == 3);
    CHECK(wrong[0].what.text.find("192.0.2.1:4000") != std::string::npos);
    all.abandon();
    CHECK(all.of_worker(0).empty());
}

TEST_CASE("a Unix socket left by a dead program is replaced, a living one is not") {
    folder in;
    auto path = in.path + "/imap.sock";
    {
        sockaddr_un at{};
        at.sun_family = AF_UNIX;
        path.copy(at.sun_path, sizeof at.sun_path - 1);
        descriptor dead(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        REQUIRE(::bind(dead.get(), reinterpret_cast<sockaddr*>(&at), sizeof at) == 0);
    }
    REQUIRE(std::filesystem::exists(path));
    sockets all, other;
    CHECK(all.open(with({local(path)}), 2).empty());
    all.keep();
    CHECK(all.of_worker(0)[0].fd == all.of_worker(1)[0].fd); // one for all
    CHECK(*all.of_worker(0)[0].address == "unix:" + path);
    struct stat is {};
    REQUIRE(::stat(path.c_str(), &is) == 0);
    CHECK((is.st_mode & 0777) == 0666);
    CHECK(other.open(with({local(path)}), 1).size() == 1);
    other.abandon();
    CHECK(std::filesystem::exists(path));
    all.close_all();
    CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("a file that is no socket is never removed") {
    folder in;
    auto path = in.path + "/precious";
    descriptor file(::open(path.c_str(), O_CREAT | O_WRONLY, 0600));
    sockets all;
    CHECK(all.open(with({local(path)}), 1).size() == 1);
    all.abandon();
    CHECK(std::filesystem::exists(path));
}

namespace {

int option(int fd, int level, int name) {
    int value = -1;
    socklen_t size = sizeof value;
    return ::getsockopt(fd, level, name, &value, &size) == 0 ? value : -1;
}

// So many free ports in a row, as far as one can know.
std::uint16_t free_ports(std::uint16_t count) {
    for (int n = 0; n < 50; ++n) {
        sockets probe;
        if (!probe.open(with({tcp("127.0.0.1", 0)}), 1).empty()) continue;
        auto first = port_of(probe.of_worker(0).at(0));
        probe.abandon();
        auto wanted = tcp("127.0.0.1", first);
        wanted.last_port = static_cast<std::uint16_t>(first + count - 1);
        if (wanted.last_port > first && probe.open(with({wanted}), 1).empty()) return first;
    }
    FAIL("no free ports in a row");
    return 0;
}

}

TEST_CASE("a range of ports is an address for each of them") {
    auto first = free_ports(3);
    sockets all;
    auto wanted = tcp("127.0.0.1", first);
    wanted.last_port = static_cast<std::uint16_t>(first + 2);
    REQUIRE(all.open(with({wanted}), 2).empty());
    all.keep();
    auto places = all.of_worker(1);
    REQUIRE(places.size() == 3);
    for (std::uint16_t n = 0; n < 3; ++n) {
        CHECK(port_of(places[n]) == first + n);
        CHECK(places[n].listener == 0);
        CHECK(connects(static_cast<std::uint16_t>(first + n)));
    }
    wanted.last_port = 0;
    REQUIRE(all.open(with({wanted}), 2).empty());
    all.keep();
    CHECK(all.of_worker(1).size() == 1);
    CHECK(connects(first));
    CHECK_FALSE(connects(static_cast<std::uint16_t>(first + 1)));
}

TEST_CASE("a name is all addresses that it has here") {
    sockets all;
    auto wanted = tcp("localhost", 0);
    wanted.is_name = true;
    REQUIRE(all.open(with({wanted}), 1).empty());
    all.keep();
    std::set<std::string> hosts;
    for (auto& p : all.of_worker(0))
        hosts.insert(p.address->substr(0, p.address->rfind(':')));
    CHECK(hosts.contains("127.0.0.1"));
    for (auto& host : hosts)
        CHECK((host == "127.0.0.1" || host == "[::1]"));
    CHECK(hosts.size() == all.of_worker(0).size());
}

TEST_CASE("a name and an address that are one are complained about") {
    auto port = free_ports(2);
    sockets all;
    auto name = tcp("localhost", port);
    name.is_name = true;
    name.written = "localhost:" + std::to_string(port);
    auto wrong = all.open(with({tcp("127.0.0.1", port), name}), 1);
    REQUIRE(wrong.size() == 1);
    CHECK(wrong[0].what.text.starts_with("127.0.0.1:" + std::to_string(port) + " is what another"));
    CHECK(wrong[0].what.text.find(name.written) != std::string::npos);
    all.abandon();
    CHECK(all.open(with({name}), 1).empty());
    all.keep();
    // A reload has it once, too.
    CHECK(all.open(with({name}), 1).empty());
}

TEST_CASE("a name that nobody knows is complained about") {
    sockets all;
    auto wanted = tcp("no-such-host.invalid", 143);
    wanted.is_name = true;
    auto wrong = all.open(with({wanted}), 1);
    REQUIRE(wrong.size() == 1);
    CHECK(wrong[0].what.directive == "listen");
    CHECK(wrong[0].what.text.starts_with("cannot find the addresses of no-such-host.invalid: "));
}

TEST_CASE("sockets have the options of their directive, and those of a later one") {
    sockets all;
    auto wanted = tcp("127.0.0.1", 0);
    wanted.rcvbuf = 65536;
    wanted.sndbuf = 32768;
    wanted.keepalive = {true, 600, 20, 3};
    wanted.fastopen = 16;
    wanted.deferred = true;
    REQUIRE(all.open(with({wanted}), 1).empty());
    all.keep();
    auto fd = all.of_worker(0).at(0).fd;
    CHECK(option(fd, SOL_SOCKET, SO_RCVBUF) == 2 * 65536); // socket(7): doubled
    CHECK(option(fd, SOL_SOCKET, SO_SNDBUF) == 2 * 32768);
    CHECK(option(fd, SOL_SOCKET, SO_KEEPALIVE) == 1);
    CHECK(option(fd, IPPROTO_TCP, TCP_KEEPIDLE) == 600);
    CHECK(option(fd, IPPROTO_TCP, TCP_KEEPINTVL) == 20);
    CHECK(option(fd, IPPROTO_TCP, TCP_KEEPCNT) == 3);
    CHECK(option(fd, IPPROTO_TCP, TCP_FASTOPEN) == 16);
    CHECK(option(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT) > 0);
    auto other = tcp("127.0.0.1", 0);
    other.keepalive.on = false;
    REQUIRE(all.open(with({other}), 1).empty());
    all.keep();
    CHECK(all.of_worker(0).at(0).fd == fd);
    CHECK(option(fd, SOL_SOCKET, SO_KEEPALIVE) == 0);
    CHECK(option(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT) == 0);
    CHECK(option(fd, IPPROTO_TCP, TCP_FASTOPEN) == 0);
}

TEST_CASE("an IPv6 address may take IPv4 clients as well, also from a reload on") {
    sockets all;
    auto first = free_ports(2);
    auto wanted = tcp("::", first);
    REQUIRE(all.open(with({wanted}), 1).empty());
    all.keep();
    CHECK_FALSE(connects(first));
    wanted.ipv6only = false;
    REQUIRE(all.open(with({wanted}), 1).empty());
    all.keep();
    CHECK(option(all.of_worker(0).at(0).fd, IPPROTO_IPV6, IPV6_V6ONLY) == 0);
    CHECK(connects(first));
}
