#pragma once

#include "backends/tls/signing.hpp"
#include "gateway/process/descriptor.hpp"
#include "gateway/signing/packets.hpp"
#include "protocols/io/task.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>

namespace postern::gateway {

// One signature that somebody waits for.
struct signature_call {
    using clock = std::chrono::steady_clock;

    signature_call(boost::asio::any_io_executor where, clock::time_point until)
        : bell(std::move(where), until) {}

    void ring() {
        answered = true;
        bell.cancel();
    }

    boost::asio::steady_timer bell; // ends at the deadline, or is cancelled by the answer
    bool answered = false;
    std::string signature; // empty: `why` there is none
    const char* why = "";
};

// A worker's side of the signing process. When the process dies, whoever waits goes on waiting, and
// is asked for again once the master has sent a socket to the next one: that is what deadlines are
// for.
class signing_client {
public:
    explicit signing_client(boost::asio::io_context&);
    ~signing_client();

    // From now on over this socket (one end of a SOCK_SEQPACKET pair).
    void use(descriptor socket);

    // Asks at once. A call that is forgotten is not asked for again.
    std::shared_ptr<signature_call> ask(
        const tls::signature_request&, signature_call::clock::time_point until
    );

private:
    struct line; // to one signing process
    struct waiting {
        signing_question question;
        std::weak_ptr<signature_call> who;
    };

    static task<> listen(std::shared_ptr<line>, signing_client&);
    bool take_answers(line&);
    void take(const signing_answer&);
    void send_some();
    void hang_up();

    boost::asio::io_context& loop_;
    std::shared_ptr<line> line_; // null: there is none at the moment
    std::map<std::uint64_t, waiting> asked_;
    std::deque<waiting> queue_; // there are most_questions under way
    std::uint64_t last_ = 0;
};

}
