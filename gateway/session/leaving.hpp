#pragma once

#include "gateway/net/connection.hpp"

#include <chrono>
#include <functional>
#include <memory>

namespace postern::gateway {

// Watches a client that nobody reads from, while its login is looked up and tried. `call` is called
// once when the client has reset or been stopped, when its time is over, or when it has finished
// sending longer ago than `grace`: a client that has closed only its sending half may still be
// waiting for its answer.
class leaving {
public:
    leaving(
        connection& client,
        std::function<void()> call,
        std::chrono::milliseconds grace = std::chrono::seconds(3)
    );
    ~leaving(); // call is never called afterwards
    leaving(const leaving&) = delete;
    leaving& operator=(const leaving&) = delete;

    bool gone() const;

private:
    struct watch;
    std::shared_ptr<watch> watch_; // shared with handlers, which may come late
};

}
