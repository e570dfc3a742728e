#include "gateway/process/bundle.hpp"

#include "gateway/shared/segment.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>

using namespace postern;
using namespace postern::gateway;

namespace {

std::pair<dev_t, ino_t> identity_of(const descriptor& d) {
    struct stat is {};
    REQUIRE(::fstat(d.get(), &is) == 0);
    return {is.st_dev, is.st_ino};
}

descriptor some_file() { return descriptor(::memfd_create("test", MFD_CLOEXEC)); }

bundle some_bundle(std::size_t listeners) {
    bundle b;
    b.number = 42;
    b.name = "/etc/postern/postern.toml";
    b.text = secret("worker_processes = 2\n");
    b.peers["lb.example.org"] = {"192.0.2.1", "2001:db8::1"};
    b.peers["none.example.org"] = {};
    b.files["/etc/cert.pem"] = {std::make_shared<const secret>("-----BEGIN"), 0};
    b.files["/etc/empty"] = {std::make_shared<const secret>(""), 0};
    b.files["/etc/none"] = {nullptr, ENOENT};
    b.logs.push_back({"/var/log/mail", "", some_file()});
    b.logs.push_back({"syslog:server=192.0.2.1", std::string("\2\0ab", 4), some_file()});
    b.secrets = some_file();
    b.ticket_keys = some_file();
    b.signer = some_file();
    b.zones.push_back({"SSL", 1 << 20, some_file()});
    b.zones.push_back({"other", 1 << 16, some_file()});
    b.settings = 41;
    b.folders.push_back({"/etc/certs", some_file()});
    for (std::size_t i = 0; i < listeners; ++i)
        b.listeners.push_back({i + 7, i / 2, i % 2, some_file()});
    return b;
}

void check_same(const open_logs& got, const open_logs& sent) {
    REQUIRE(got.size() == sent.size());
    for (std::size_t i = 0; i < sent.size(); ++i) {
        CHECK(got[i].name == sent[i].name);
        CHECK(got[i].peer == sent[i].peer);
        CHECK(identity_of(got[i].file) == identity_of(sent[i].file));
    }
}

message carried(const message& m) {
    auto ends = channel::pair().value();
    REQUIRE(ends.first.send(m).has_value());
    auto got = ends.second.receive();
    REQUIRE(got.has_value());
    REQUIRE(got->has_value());
    return std::move(**got);
}

}

TEST_CASE("a bundle arrives as it was sent, however many sockets are in it") {
    auto listeners = GENERATE(as<std::size_t>(), 0, 1, 193, 194, 195, 700);
    auto sent = some_bundle(listeners);
    auto got = unpack(carried(pack(sent).value()));
    REQUIRE(got.has_value());
    CHECK(got->number == 42);
    CHECK(got->name == sent.name);
    CHECK(got->settings == 41);
    REQUIRE(got->folders.size() == 1);
    CHECK(got->folders[0].path == "/etc/certs");
    CHECK(identity_of(got->folders[0].memory) == identity_of(sent.folders[0].memory));
    CHECK(got->text.reveal() == sent.text.reveal());
    CHECK(got->peers == sent.peers);
    auto read = got->reader();
    CHECK(read("/etc/cert.pem").bytes->reveal() == "-----BEGIN");
    CHECK(read("/etc/empty").bytes->reveal() == "");
    CHECK(read("/etc/none").bytes == nullptr);
    CHECK(read("/etc/none").error == ENOENT);
    CHECK(read("/etc/shadow").error == ENOENT);
    check_same(got->logs, sent.logs);
    CHECK(identity_of(got->secrets) == identity_of(sent.secrets));
    CHECK(identity_of(got->ticket_keys) == identity_of(sent.ticket_keys));
    CHECK(identity_of(got->signer) == identity_of(sent.signer));
    REQUIRE(got->zones.size() == 2);
    CHECK(got->zones[1].name == "other");
    CHECK(got->zones[1].bytes == 1 << 16);
    CHECK(identity_of(got->zones[1].memory) == identity_of(sent.zones[1].memory));
    REQUIRE(got->listeners.size() == listeners);
    for (std::size_t i = 0; i < listeners; ++i) {
        auto& l = got->listeners[i];
        CHECK(l.key == i + 7);
        CHECK((l.server == i / 2 && l.index == i % 2));
        CHECK(identity_of(l.socket) == identity_of(sent.listeners[i].socket));
    }
}

TEST_CASE("a bundle may come without logs, a signing process and a key log") {
    auto sent = some_bundle(1);
    sent.logs.clear();
    sent.signer = descriptor();
    sent.secrets = descriptor();
    auto got = unpack(carried(pack(sent).value()));
    REQUIRE(got.has_value());
    CHECK(got->logs.empty());
    CHECK_FALSE(got->signer);
    CHECK_FALSE(got->secrets);
    CHECK(identity_of(got->listeners[0].socket) == identity_of(sent.listeners[0].socket));
}

TEST_CASE("unpacking wipes the bytes that travelled") {
    auto m = pack(some_bundle(1)).value();
    auto memory = duplicate(m.files[0].get());
    struct stat is {};
    REQUIRE(::fstat(memory.get(), &is) == 0);
    REQUIRE(unpack(std::move(m)).has_value());
    std::string left(static_cast<std::size_t>(is.st_size), 'x');
    REQUIRE(::pread(memory.get(), left.data(), left.size(), 0) == is.st_size);
    CHECK(std::ranges::all_of(left, [](char c) { return c == 0; }));
}

TEST_CASE("what is no whole bundle is refused") {
    SECTION("a descriptor is missing") {
        auto m = pack(some_bundle(2)).value();
        m.files.pop_back();
        CHECK(unpack(std::move(m)).has_error());
    }
    SECTION("one descriptor too many") {
        auto m = pack(some_bundle(2)).value();
        m.files.push_back(some_file());
        CHECK(unpack(std::move(m)).has_error());
    }
    SECTION("no descriptors") { CHECK(unpack(message{word::bundle, 1, {}, {}}).has_error()); }
    SECTION("another message") {
        auto m = pack(some_bundle(2)).value();
        m.what = word::stop;
        CHECK(unpack(std::move(m)).has_error());
    }
    SECTION("memory that its sender could still change in size") {
        message m{word::bundle, 1, {}, {}};
        m.files.push_back(some_file());
        REQUIRE(::ftruncate(m.files[0].get(), 100) == 0);
        CHECK(unpack(std::move(m)).has_error());
    }
    SECTION("bytes cut anywhere") {
        auto m = pack(some_bundle(2)).value();
        struct stat is {};
        REQUIRE(::fstat(m.files[0].get(), &is) == 0);
        auto size = static_cast<std::size_t>(is.st_size);
        std::string all(size, '\0');
        REQUIRE(::pread(m.files[0].get(), all.data(), size, 0) == is.st_size);
        for (std::size_t cut = 1; cut < size; ++cut) {
            auto shorter = segment::make("test", cut).value();
            std::ranges::copy(std::as_bytes(std::span(all)).first(cut), shorter.bytes().begin());
            message broken{word::bundle, 1, {}, {}};
            broken.files.push_back(duplicate(shorter.fd()));
            for (std::size_t i = 1; i < m.files.size(); ++i)
                broken.files.push_back(duplicate(m.files[i].get()));
            REQUIRE(unpack(std::move(broken)).has_error());
        }
    }
}

TEST_CASE("a channel tells a message that is not there yet from a peer that is gone") {
    auto ends = channel::pair().value();
    auto nothing = ends.second.receive();
    REQUIRE(nothing.has_value());
    CHECK_FALSE(nothing->has_value());
    REQUIRE(ends.first.send(message{word::applied, 9, "text", {}}).has_value());
    ends.first.close();
    auto last = ends.second.receive();
    REQUIRE(last.has_value());
    REQUIRE(last->has_value());
    CHECK((*last)->what == word::applied);
    CHECK((*last)->number == 9);
    CHECK((*last)->text == "text");
    CHECK(ends.second.receive().has_error());
    CHECK(ends.second.send(message()).has_error());
}

TEST_CASE("a channel refuses what is no message") {
    int raw[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, raw) == 0);
    descriptor other(raw[0]);
    channel here{descriptor(raw[1])};
    auto nonsense = GENERATE(as<std::string>(), "x", "hello, this is quite a long packet of text");
    REQUIRE(::send(other.get(), nonsense.data(), nonsense.size(), MSG_NOSIGNAL) > 0);
    CHECK(here.receive().has_error());
}

TEST_CASE("a long text is cut, and too many descriptors are refused") {
    CHECK(
        carried(message{word::refused, 1, std::string(100000, 'x'), {}}).text.size() ==
        channel::longest_text
    );
    message m;
    m.files.resize(channel::most_files + 1);
    auto ends = channel::pair().value();
    CHECK(ends.first.send(m).has_error());
}

TEST_CASE("who expects no descriptors is not given any") {
    auto ends = channel::pair().value();
    ends.second.expect_no_files();
    message plain{word::applied, 1, {}, {}}, loaded{word::applied, 2, {}, {}};
    loaded.files.push_back(some_file());
    REQUIRE(ends.first.send(plain).has_value());
    REQUIRE(ends.first.send(loaded).has_value());
    CHECK(ends.second.receive()->has_value());
    CHECK(ends.second.receive().has_error());
}

TEST_CASE("logs that were opened anew arrive as they were sent") {
    auto sent = some_bundle(0).logs;
    SECTION("with some") {}
    SECTION("more than fit into one packet") {
        while (sent.size() < 400)
            sent.push_back({"log " + std::to_string(sent.size()), "", some_file()});
    }
    SECTION("without") { sent.clear(); }
    auto got = unpack_logs(carried(pack(sent).value()));
    REQUIRE(got.has_value());
    check_same(*got, sent);
}

TEST_CASE("what are no logs is refused") {
    auto logs = some_bundle(0).logs;
    auto m = pack(logs).value();
    SECTION("a descriptor is missing") { m.files.pop_back(); }
    SECTION("one descriptor too many") { m.files.push_back(some_file()); }
    SECTION("another message") { m.what = word::bundle; }
    SECTION("nothing") { m.files.clear(); }
    SECTION("more than there may be") {
        std::uint64_t count = 1 << 20;
        REQUIRE(::pwrite(m.files[0].get(), &count, sizeof count, 0) == sizeof count);
    }
    SECTION("a length beyond the end") {
        std::uint64_t length = ~std::uint64_t{0};
        REQUIRE(::pwrite(m.files[0].get(), &length, sizeof length, 8) == sizeof length);
    }
    CHECK(unpack_logs(std::move(m)).has_error());
}
