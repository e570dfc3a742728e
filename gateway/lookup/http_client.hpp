#pragma once

#include "backends/tls/client.hpp"
#include "config/settings/lookup.hpp"
#include "gateway/net/connection.hpp"
#include "protocols/auth_http/request.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace postern::gateway {

// The head of an answer. Its lines may hold passwords: their memory is wiped.
struct http_answer {
    unsigned status = 0;
    std::vector<auth_http::header> lines;
};

// GET requests to one service over HTTP/1.1, on connections that are kept for the next request. The
// heads of request and answer hold passwords: their memory is wiped.
class http_client {
public:
    using clock = deadline::clock;
    using endpoint = stream_socket::endpoint_type;

    static constexpr std::size_t head_limit = 16 * 1024; // of an answer
    static constexpr std::size_t body_limit = 64 * 1024; // more is not read: the connection goes

    // The address outlives the client. `by` and `name`: how https is spoken, and with whom.
    http_client(
        boost::asio::any_io_executor,
        const config::http_address&,
        std::shared_ptr<const tls::client> by = nullptr,
        std::string name = {}
    );

    // Asks at one of the service's addresses. The answer counts whatever its body. A connection
    // that had been kept and turns out to be dead is replaced once by a fresh one. All until then,
    // connecting included. Errors: errc::timed_out, errc::unavailable, errc::bad_reply; `trouble`
    // says more.
    task<result<http_answer>> get(
        endpoint to,
        const std::vector<auth_http::header>&,
        clock::time_point until,
        signing_client*,
        std::string& trouble
    );

    // Ends the kept connections that lead elsewhere.
    void keep_only(std::span<const endpoint>);

    std::size_t kept() const { return idle_.size(); }

private:
    struct line {
        std::unique_ptr<connection> end;
        endpoint to;
        clock::time_point born, used;
    };
    struct exchange;

    std::unique_ptr<line> take_idle(const endpoint&);
    void keep(std::unique_ptr<line>);
    task<result<std::unique_ptr<line>>> connect(
        const endpoint&, clock::time_point until, signing_client*, std::string& trouble
    );
    task<boost::system::error_code> hear(exchange&, bool whole);
    task<result<void>> run(exchange&, clock::time_point until);
    task<> finish(exchange&);

    boost::asio::any_io_executor where_;
    const config::http_address& to_;
    std::shared_ptr<const tls::client> by_;
    std::string name_;
    std::vector<std::unique_ptr<line>> idle_;
};

}
