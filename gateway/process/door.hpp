#pragma once

#include "gateway/net/stream_socket.hpp"
#include "gateway/process/descriptor.hpp"
#include "protocols/io/task.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <functional>
#include <memory>

namespace postern::gateway {

// One listening socket of one worker.
class door : public std::enable_shared_from_this<door> {
public:
    using client = stream_socket;
    using address = stream_socket::endpoint_type;

    // What a door asks of its worker.
    class keeper {
    public:
        virtual ~keeper() = default;
        virtual bool has_room() = 0; // for one more session
        virtual void enter(client, const address& from, const door& where) = 0;
        virtual void is_full(int error) = 0; // an errno value, or 0 when has_room() said so
    };

    // `socket` is listening and non-blocking; `server` and `listener` say where it stands in the
    // settings in force.
    door(boost::asio::io_context&, descriptor socket, keeper&);

    void belongs_to(std::size_t server, std::size_t listener);
    std::size_t server() const { return server_; }
    std::size_t listener() const { return listener_; }

    // Begins to accept. While there is no room, in the worker, in memory or for descriptors, it
    // looks again ten times a second instead of spinning.
    void open();

    // Closes for good. Whoever waits in the queue by now comes in first, or does not.
    enum class waiting { come_in, stay_out };
    void close(waiting);

private:
    void begin(bool after_a_breath);
    task<> accept_all(std::shared_ptr<door> self, bool after_a_breath);
    bool accept_some(int most);

    boost::asio::io_context& loop_;
    stream_socket socket_;
    boost::asio::steady_timer pause_;
    keeper& keeper_;
    std::size_t server_ = 0, listener_ = 0;
};

}
