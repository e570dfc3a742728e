#pragma once

#include "config/settings/lookup.hpp"
#include "gateway/net/dialer.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace postern::gateway {

// Where one service is: the addresses of its name, asked for again every now and then, and which of
// them failed lately.
class service_addresses {
public:
    using clock = deadline::clock;
    using endpoint = stream_socket::endpoint_type;
    using finder = decltype(&endpoints_of);

    static constexpr std::chrono::seconds fresh_for{20}, rest{10}, ask_again{1};

    service_addresses(
        boost::asio::any_io_executor, const config::http_address&, finder = endpoints_of
    );

    // The addresses as they are now; those that were known last, where nobody can say. Errors:
    // errc::timed_out, errc::unavailable; `trouble` says more.
    task<result<std::vector<endpoint>>> now(clock::time_point until, std::string& trouble);

    // One that failed is asked for some seconds only when no other is left. It may have moved, so
    // the next login looks where the service is now, but not every one of many.
    void put_aside(const endpoint&);
    void take_back(const endpoint&);
    bool rests(const endpoint&, clock::time_point since_before) const;
    bool all_rest(clock::time_point since_before) const;

private:
    struct failed {
        endpoint who;
        clock::time_point when;
    };

    boost::asio::any_io_executor where_;
    config::upstream_address to_;
    finder find_;
    std::vector<endpoint> known_;
    clock::time_point asked_{}, fresh_until_{};
    std::vector<failed> aside_;
};

}
