#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>

namespace postern::gateway {

// The live sessions of one worker, so that it can count, wait for and end them.
class sessions {
public:
    // A session's entry: made when it begins, gone when it ends.
    class entry {
    public:
        entry(
            sessions&, std::function<void()> stop
        ); // stop: closes the session's sockets; may be called once
        ~entry();
        entry(const entry&) = delete;
        entry& operator=(const entry&) = delete;

    private:
        sessions& all_;
        std::list<std::function<void()>>::iterator at_;
    };

    std::size_t count() const { return stops_.size(); }
    void stop_all();                             // TERM, or the end of worker_shutdown_timeout
    void when_empty(std::function<void()> call); // at once if there are none; asked once

private:
    void check();
    std::list<std::function<void()>> stops_;
    std::function<void()> empty_;
};

}
