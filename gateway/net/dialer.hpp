#pragma once

#include "config/settings/lookup.hpp"
#include "gateway/net/connection.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace postern::gateway {

// A connection, and where it leads.
struct dialled {
    stream_socket socket;
    stream_socket::endpoint_type peer;
};

// Connects to an address: a literal, a name (all of its addresses are tried in turn), or
// "unix:/path" as host. The whole of it takes no longer than `within`. On failure (errc::timed_out,
// errc::unavailable) `trouble` says what went wrong, in words of ours and the system's.
task<result<dialled>> dial(
    boost::asio::any_io_executor,
    const config::upstream_address&,
    std::chrono::milliseconds within,
    std::string& trouble
);

// The two steps of it: what such an address leads to, one or several, and one of them. Errors: also
// the system's.
task<result<std::vector<stream_socket::endpoint_type>>> endpoints_of(
    boost::asio::any_io_executor, config::upstream_address, deadline::clock::time_point until
);
task<result<stream_socket>> connect_to(
    boost::asio::any_io_executor, stream_socket::endpoint_type, deadline::clock::time_point until
);

// "imap.example.org:143", "[2001:db8::1]:143", "unix:/path", for logs.
std::string name_of(const config::upstream_address&);

}
