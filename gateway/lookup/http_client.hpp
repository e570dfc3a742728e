#pragma once

#include "config/settings/lookup.hpp"
#include "gateway/net/connection.hpp"
#include "protocols/auth_http/request.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <span>
#include <string>
#include <vector>

namespace postern::gateway {

// GET requests to one address over HTTP/1.1, on connections that are kept for the next request. The
// heads of request and answer hold passwords: their memory is wiped.
class http_client {
public:
    static constexpr std::size_t head_limit = 16 * 1024; // of an answer
    static constexpr std::size_t body_limit = 64 * 1024; // more is not read: the connection goes

    // The address outlives the client.
    http_client(boost::asio::any_io_executor, const config::http_address&);

    // The answer's header lines, whatever its status code and body. A connection that had been kept
    // and turns out to be dead is replaced once by a fresh one. All within `within`, connecting
    // included. Errors: errc::timed_out, errc::unavailable, errc::bad_reply; `trouble` says more.
    task<result<std::vector<auth_http::header>>> get(
        const std::vector<auth_http::header>&,
        std::chrono::milliseconds within,
        std::string& trouble
    );

    std::size_t kept() const { return idle_.size(); }

private:
    using clock = deadline::clock;
    struct kept_socket {
        stream_socket socket;
        clock::time_point since;
    };
    struct exchange;

    std::optional<stream_socket> take_idle();
    void keep(stream_socket);
    task<result<stream_socket>> connection_for(
        bool& kept, clock::time_point until, std::string& trouble
    );
    task<result<stream_socket>> connect(clock::time_point until, std::string& trouble);
    task<result<void>> run(exchange&, clock::time_point until);
    task<> finish(exchange&);

    boost::asio::any_io_executor where_;
    const config::http_address& to_;
    std::vector<kept_socket> idle_;
};

}
