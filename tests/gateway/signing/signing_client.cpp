// A worker's side of the signing process, with the test as that process.
#include "gateway/signing/signing_client.hpp"

#include "tests/support/catch.hpp"

#include <boost/asio/io_context.hpp>

#include <fcntl.h>
#include <sys/socket.h>

using namespace postern;
using namespace postern::gateway;
using namespace std::chrono_literals;

namespace {

class signer {
public:
    descriptor plug() {
        int ends[2];
        REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0);
        mine_ = descriptor(ends[0]);
        ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
        return descriptor(ends[1]);
    }
    std::vector<std::uint64_t> asked() {
        std::vector<std::uint64_t> out;
        signing_question q;
        while (::recv(mine_.get(), &q, sizeof q, 0) == sizeof q)
            out.push_back(q.number);
        return out;
    }
    void answer(
        std::uint64_t number, const std::string& text, signing_outcome o = signing_outcome::done
    ) {
        signing_answer a;
        a.number = number;
        a.outcome = o;
        a.size = static_cast<std::uint32_t>(text.size());
        std::memcpy(a.bytes.data(), text.data(), text.size());
        say(&a, sizeof a);
    }
    void say(const void* bytes, std::size_t size) {
        REQUIRE(::send(mine_.get(), bytes, size, MSG_NOSIGNAL) == static_cast<ssize_t>(size));
    }
    void die() { mine_ = descriptor(); }

private:
    descriptor mine_;
};

struct bench {
    boost::asio::io_context loop;
    signing_client client{loop};
    signer other;

    std::shared_ptr<signature_call> ask() {
        tls::signature_request r;
        r.scheme = tls::signature_scheme::ecdsa_sha256;
        r.bytes = std::string(32, 'd');
        return client.ask(r, signature_call::clock::now() + 10s);
    }
    void turn() {
        loop.restart();
        loop.poll();
    }
};

}

TEST_CASE("signing client: answers find their questions, in any order") {
    bench b;
    b.client.use(b.other.plug());
    auto first = b.ask(), second = b.ask();
    CHECK(b.other.asked() == std::vector<std::uint64_t>{1, 2});
    b.other.answer(2, "two");
    b.other.answer(99, "nobody's");
    b.turn();
    CHECK_FALSE(first->answered);
    CHECK(second->signature == "two");
    b.other.answer(1, "", signing_outcome::unknown_key);
    b.turn();
    CHECK(first->answered);
    CHECK(first->signature.empty());
    CHECK(first->why == std::string("the signing process does not know the key"));
}

TEST_CASE("signing client: what a dead process did not answer is asked of the next one") {
    bench b;
    auto early = b.ask(); // there is no process yet
    b.client.use(b.other.plug());
    auto later = b.ask(), gone = b.ask();
    b.turn();
    CHECK(b.other.asked().size() == 3);
    b.other.answer(2, "two");
    b.turn();
    CHECK(later->signature == "two");
    gone.reset(); // could not wait any longer
    b.other.die();
    b.turn();
    auto meanwhile = b.ask();
    b.turn();
    signer next;
    b.client.use(next.plug());
    CHECK(next.asked() == std::vector<std::uint64_t>{1, 4});
    next.answer(4, "four");
    next.answer(1, "one");
    b.turn();
    CHECK(early->signature == "one");
    CHECK(meanwhile->signature == "four");
}

TEST_CASE("signing client: no more questions at a time than the process bears") {
    bench b;
    b.client.use(b.other.plug());
    std::vector<std::shared_ptr<signature_call>> all;
    for (std::size_t n = 0; n < most_questions + 10; ++n)
        all.push_back(b.ask());
    b.turn();
    auto asked = b.other.asked();
    CHECK(asked.size() == most_questions);
    for (auto n : asked)
        b.other.answer(n, "x");
    b.turn();
    asked = b.other.asked();
    CHECK(asked.size() == 10);
    for (auto n : asked)
        b.other.answer(n, "x");
    b.turn();
    for (auto& call : all)
        CHECK(call->signature == "x");
}

TEST_CASE("signing client: an answer of the wrong size is the last one") {
    bench b;
    b.client.use(b.other.plug());
    auto call = b.ask();
    b.turn();
    b.other.say("hello", 5);
    b.turn();
    CHECK_FALSE(call->answered);
    signer next;
    b.client.use(next.plug());
    CHECK(next.asked() == std::vector<std::uint64_t>{1});
}
