#pragma once

#include <boost/system/error_code.hpp>

namespace postern::gateway {

enum class party { gateway, client, upstream };

constexpr const char* name(party p) {
    return p == party::client ? "client" : p == party::upstream ? "upstream" : "gateway";
}

// Who ended a session, and why.
struct ending {
    party by = party::gateway;
    boost::system::error_code why = {};
};

}
