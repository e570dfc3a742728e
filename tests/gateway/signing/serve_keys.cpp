// The signing process itself, as workers and a master see it.
#include "gateway/signing/serve_keys.hpp"

#include "gateway/process/channel.hpp"
#include "gateway/signing/key_ring.hpp"
#include "gateway/signing/key_set.hpp"
#include "gateway/signing/packets.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/certificates.hpp"

#include <csignal>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace postern;
using namespace postern::gateway;

namespace {

tls::withheld_key ecdsa_key() {
    auto apart = tls::withhold_keys(postern::test::ecdsa_identity().key);
    REQUIRE(apart.keys.size() == 1);
    return std::move(apart.keys[0]);
}

// A signing process; the test is its master.
class house {
public:
    house() {
        auto ends = channel::pair().value();
        pid_ = ::fork();
        REQUIRE(pid_ >= 0);
        if (pid_ == 0) {
            ends.first.close();
            serve_keys(::dup(ends.second.fd()), std::nullopt, *tls::make_backend());
        }
        master_ = std::move(ends.first);
    }
    ~house() {
        if (pid_ > 0) ::kill(pid_, SIGKILL);
        if (pid_ > 0) ::waitpid(pid_, nullptr, 0);
    }

    void keep(const std::vector<tls::withheld_key>& keys) {
        send(word::keys, pack_keys(keys).value());
    }
    descriptor door() {
        int ends[2];
        REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0);
        send(word::attend, descriptor(ends[1]));
        return descriptor(ends[0]);
    }
    std::string hears() {
        pollfd wait{master_.fd(), POLLIN, 0};
        REQUIRE(::poll(&wait, 1, 10000) == 1);
        auto m = master_.receive();
        REQUIRE((m && *m));
        return (*m)->text;
    }
    // Leaves; the exit status of the process.
    int leave() {
        master_.close();
        int status = -1;
        ::waitpid(std::exchange(pid_, -1), &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

private:
    void send(word what, descriptor file) {
        message m;
        m.what = what;
        m.files.push_back(std::move(file));
        REQUIRE(master_.send(m).has_value());
    }
    channel master_{descriptor()};
    pid_t pid_ = -1;
};

signing_question question(const tls::key_id& key, std::uint64_t number = 1) {
    return question_of(number, {key, tls::signature_scheme::ecdsa_sha256, std::string(32, 'd')});
}

bool say(const descriptor& to, const void* bytes, std::size_t size) {
    return ::send(to.get(), bytes, size, MSG_NOSIGNAL) == static_cast<ssize_t>(size);
}
bool say(const descriptor& to, const signing_question& q) { return say(to, &q, sizeof q); }

// Nothing when the other side has hung up.
std::optional<signing_answer> hear(const descriptor& from) {
    pollfd wait{from.get(), POLLIN, 0};
    REQUIRE(::poll(&wait, 1, 20000) == 1);
    signing_answer a;
    auto got = ::recv(from.get(), &a, sizeof a, MSG_TRUNC);
    if (got != sizeof a) return std::nullopt;
    return a;
}

}

TEST_CASE("signing process: signs, for several workers, and says what it cannot") {
    house keys;
    auto known = ecdsa_key();
    auto broken = ecdsa_key();
    broken.pem = secret("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
    keys.keep({known, broken});
    auto one = keys.door(), other = keys.door();
    for (auto* worker : {&one, &other, &one}) {
        REQUIRE(say(*worker, question(known.id, 7)));
        auto a = hear(*worker);
        REQUIRE(a);
        CHECK(a->number == 7);
        CHECK(a->outcome == signing_outcome::done);
        CHECK(a->size > 60);
    }
    REQUIRE(say(one, question(tls::key_id{})));
    CHECK(hear(one)->outcome == signing_outcome::unknown_key);
    REQUIRE(say(one, question(broken.id)));
    CHECK(hear(one)->outcome == signing_outcome::unreadable_key);
    auto q = question(known.id);
    q.scheme = static_cast<std::uint16_t>(tls::signature_scheme::rsa_pss_sha256);
    REQUIRE(say(one, q));
    CHECK(hear(one)->outcome == signing_outcome::unfit_key);
}

TEST_CASE("signing process: who asks for anything else is heard no more, others are") {
    house keys;
    auto known = ecdsa_key();
    keys.keep({known});
    auto good = keys.door();
    auto q = question(known.id);
    std::string longer(sizeof q + 1, '\0');
    std::memcpy(longer.data(), &q, sizeof q);
    auto no_scheme = q, short_digest = q, too_long = q, marked = q;
    no_scheme.scheme = 0x0301;
    short_digest.size = 31;
    too_long.size = 0xffff;
    marked.unused = 1;
    auto raw = [](const signing_question& bad) {
        return std::string(reinterpret_cast<const char*>(&bad), sizeof bad);
    };
    for (auto& bytes :
         {std::string("sign!"),
          longer,
          raw(no_scheme),
          raw(short_digest),
          raw(too_long),
          raw(marked)}) {
        auto bad = keys.door();
        REQUIRE(say(bad, bytes.data(), bytes.size()));
        CHECK_FALSE(hear(bad));
        CHECK(keys.hears() == "a worker is heard no more: a question that no worker asks");
        REQUIRE(say(good, q));
        CHECK(hear(good));
    }
}

TEST_CASE("signing process: who does not take its answers is heard no more") {
    house keys;
    auto known = ecdsa_key();
    keys.keep({known});
    auto greedy = keys.door(), good = keys.door();
    int sent = 0;
    while (sent < 5000 && say(greedy, question(known.id)))
        ++sent;
    CHECK(sent > static_cast<int>(most_questions));
    CHECK(sent < 5000);
    CHECK(keys.hears() == "a worker is heard no more: it does not take its answers");
    REQUIRE(say(good, question(known.id)));
    CHECK(hear(good));
}

TEST_CASE("signing process: as many answers as may be under way fit into an unread socket") {
    house keys;
    auto known = ecdsa_key();
    keys.keep({known});
    auto slow = keys.door();
    for (std::size_t n = 0; n < most_questions; ++n)
        REQUIRE(say(slow, question(known.id, n)));
    auto other = keys.door();
    REQUIRE(say(other, question(known.id)));
    CHECK(hear(other));
    for (std::size_t n = 0; n < most_questions; ++n)
        CHECK(hear(slow)->number == n);
}

TEST_CASE("signing process: new keys come, former ones stay for a while") {
    house keys;
    auto first = ecdsa_key(), second = ecdsa_key();
    keys.keep({first});
    keys.keep({second});
    auto worker = keys.door();
    for (auto* k : {&first, &second}) {
        REQUIRE(say(worker, question(k->id)));
        CHECK(hear(worker)->outcome == signing_outcome::done);
    }
}

TEST_CASE("signing process: outlives its master for its workers, and nobody else") {
    house keys;
    auto known = ecdsa_key();
    keys.keep({known});
    auto worker = keys.door();
    REQUIRE(say(worker, question(known.id)));
    CHECK(hear(worker));
    std::thread leaves([&] {
        ::usleep(1500000);
        worker = descriptor();
    });
    CHECK(keys.leave() == 0);
    leaves.join();
}

TEST_CASE("key ring: former keys go after ten minutes") {
    key_ring ring;
    auto start = key_ring::clock::now();
    auto first = ecdsa_key(), second = ecdsa_key();
    ring.add({first}, start);
    ring.add({second}, start + std::chrono::minutes(1));
    ring.forget_old(start + std::chrono::minutes(10));
    CHECK(ring.find(first.id));
    ring.forget_old(start + std::chrono::minutes(12));
    CHECK_FALSE(ring.find(first.id));
    CHECK(ring.find(second.id));
}

TEST_CASE("key drawer: opens a key once and closes the least recently used") {
    auto library = tls::make_backend();
    key_drawer drawer(*library);
    auto first = ecdsa_key();
    auto* opened = drawer.open(first);
    REQUIRE(opened);
    CHECK(drawer.open(first) == opened);
    for (std::size_t n = 0; n < key_drawer::most - 1; ++n)
        REQUIRE(drawer.open(ecdsa_key()));
    CHECK(drawer.open(first) == opened);
}

TEST_CASE("a set of keys arrives as it was packed, or not at all") {
    auto one = ecdsa_key();
    one.phrases = {secret("a"), secret("")};
    auto got = unpack_keys(pack_keys({one, ecdsa_key()}).value());
    REQUIRE(got.has_value());
    REQUIRE(got->size() == 2);
    CHECK(got->at(0).id == one.id);
    CHECK(got->at(0).pem.reveal() == one.pem.reveal());
    REQUIRE(got->at(0).phrases.size() == 2);
    CHECK(got->at(0).phrases[0].reveal() == "a");
    CHECK(unpack_keys(pack_keys({}).value())->empty());
    CHECK(unpack_keys(descriptor()).has_error());
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    descriptor in(ends[0]), out(ends[1]);
    CHECK(unpack_keys(std::move(in)).has_error());
}
