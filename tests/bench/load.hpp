#pragma once

#include "backends/tls/client.hpp"
#include "gateway/net/connection.hpp"
#include "protocols/io/task.hpp"

#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

// The load generator of the benchmarks: cheap clients, and the cheap servers that stand behind what
// is measured. It speaks just enough IMAP for a login, and runs in one thread.
namespace postern::bench {
namespace asio = boost::asio;

// What clients of one measured server need.
struct target {
    std::uint16_t port;
    std::shared_ptr<const tls::client> tls; // null: plain text
    bool resume = false;                    // after the first login of each lane
};

// What kind of TLS clients speak. Ends the program when the library refuses.
std::shared_ptr<const tls::client> make_tls(bool only_1_2, bool resume);

// An IMAP session after its login.
class client {
public:
    // Connects from 127.0.0.(2 + number % 8), so that more sessions exist than one address has
    // ports; shakes hands and logs in. Throws with words when anything is not as it should be.
    // Resumes what the same lane did before.
    task<> log_in(asio::io_context&, const target&, std::size_t number, std::size_t lane);

    task<std::string> line();                 // without its end; throws at the peer's end
    task<> say(std::string_view text);        // as it is
    task<> expect(std::string_view prefix);   // the next line must begin so
    task<std::size_t> take(std::size_t most); // that many bytes at most, of whatever is there

    bool resumed() const { return link_->tls() && link_->tls()->resumed; }
    void close() { link_->stop(); }

private:
    std::unique_ptr<gateway::connection> link_;
    std::string rest_;
};

// An IMAP server which takes every login, and an auth_http service which sends every login there.
// Prints "imap PORT" and "auth PORT", and serves until standard input ends.
void serve();

// The questions. Each prints one line of JSON; those that only have a steady state interesting
// print "ready" before it and wait for a line.
void logins(const target&, std::size_t count, std::size_t at_once);
void commands(const target&, std::size_t count, std::size_t sessions);
void fetch(const target&, std::size_t bytes);
void append(const target&, std::size_t bytes);

// Holds so many sessions, says "held COUNT", and for each line that it reads asks all of them with
// a NOOP and says "answered COUNT".
void idle(const target&, std::size_t count);

}
