#pragma once

#include "config/settings/resolver.hpp"
#include "gateway/net/connection.hpp"
#include "gateway/observe/log.hpp"
#include "gateway/session/record.hpp"
#include "protocols/make_dialogue.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <memory>
#include <string>

namespace postern::gateway {

class host_names;

// All that the rest of the program knows of resolvers. A build has one, by c-ares, or has `none`
// (POSTERN_RESOLVER).

// The settings outlive it. Null with `trouble`, or without when this build has none.
std::shared_ptr<host_names> make_host_names(
    boost::asio::any_io_executor, const config::resolver_settings&, std::string& trouble
);

// Looks for the client's name, for as long as it stays, its budget lasts and `within`. A client
// without one is none the worse for it. Errors: errc::closed, too_slow, shutting_down.
task<result<void>>
find_name(connection& client, host_names&, std::chrono::milliseconds within, client_facts&, log&, const record&);

// "c-ares 1.18.1"; empty: none.
std::string resolver_version();

}
