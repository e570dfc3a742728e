#pragma once

#include "config/settings/server.hpp"
#include "gateway/lookup/lookup.hpp"
#include "gateway/net/connection.hpp"
#include "gateway/observe/log.hpp"
#include "gateway/session/record.hpp"
#include "gateway/session/upstreams.hpp"
#include "protocols/budget.hpp"
#include "protocols/dialogue.hpp"
#include "protocols/make_dialogue.hpp"

#include <memory>
#include <string>

namespace postern::gateway {

// What a login is made with. All of it outlives the call.
struct login_tools {
    const config::server_settings& settings;
    lookup& where;
    const client_facts& who;
    log& events;
    const upstreams& ways;
    budget& spent;
};

// What is left of a login: where it leads, and what the client said behind it.
struct admitted {
    std::unique_ptr<connection> upstream;
    std::string first;
};

// One session up to its login: ask, look up, dial, enter, admit; until the client is in, has had
// too many tries, or cannot be helped. Everything that is to be said to the client has been said.
// On an error `seen` holds the details, and who is to blame when it is the upstream.
task<result<admitted>> serve(connection& client, dialogue&, const login_tools&, record& seen);

}
