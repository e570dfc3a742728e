#pragma once

#include "gateway/net/connection.hpp"
#include "gateway/session/ending.hpp"

#include <chrono>
#include <string>

namespace postern::gateway {

// Passes bytes both ways until both sides have ended. When one ends its sending, the other is told
// so (FIN, after close_notify where there is TLS) and may go on. Nothing for `idle` from either
// side ends both with errc::timed_out; so does `linger` once there is nothing more that the client
// could be told. `first` goes to the upstream before all else. Ends with the party that ended
// first. Neither connection may be used by anybody else meanwhile, except for stop().
task<ending> relay(
    connection& client,
    connection& upstream,
    std::string first,
    std::chrono::milliseconds idle,
    std::chrono::milliseconds linger = std::chrono::seconds(30)
);

}
