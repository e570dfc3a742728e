#pragma once

#include "protocols/io/task.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

namespace postern::test {

// Runs a coroutine to its end and gives what it gave. One that waits for something that never comes
// is a test that failed, not a test that hangs: with nothing left to do the loop ends and this
// throws.
template <class T> T run(task<T> what) {
    boost::asio::io_context loop;
    std::optional<T> given;
    std::exception_ptr thrown;
    boost::asio::co_spawn(loop, std::move(what), [&](std::exception_ptr e, T value) {
        thrown = e;
        given.emplace(std::move(value));
    });
    loop.run();
    if (thrown) std::rethrow_exception(thrown);
    if (!given) throw std::logic_error("the coroutine never ended");
    return std::move(*given);
}

}
