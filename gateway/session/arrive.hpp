#pragma once

#include "gateway/net/patience.hpp"
#include "gateway/net/stream_socket.hpp"
#include "gateway/observe/log.hpp"
#include "gateway/session/generation.hpp"
#include "gateway/session/sessions.hpp"

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>

#include <memory>

namespace postern::gateway {
class signing_client;

// What sessions of one worker share.
struct worker_services {
    boost::asio::io_context& loop;
    log& events;
    sessions& live;
    patiences& quiet;
    signing_client* signer = nullptr; // null: keys are in this process
};

// Begins a session on an accepted connection: TLS if the listener says so, then serve(), then the
// relay. Never throws; every end is in the log. `server` and `listener` index the generation's
// settings.
void arrive(
    stream_socket client,
    const boost::asio::generic::stream_protocol::endpoint& from,
    std::shared_ptr<const generation> config,
    std::size_t server,
    std::size_t listener,
    worker_services& house
);

}
