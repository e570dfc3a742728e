#pragma once

#include <boost/intrusive/list.hpp>

#include <cstddef>
#include <functional>

namespace postern::gateway {

// The live sessions of one worker, so that it can count, wait for and end them.
class sessions {
public:
    // What a session is here, from its beginning to its end.
    class entry : public boost::intrusive::list_base_hook<> {
    public:
        explicit entry(sessions&);
        entry(const entry&) = delete;
        entry& operator=(const entry&) = delete;

    protected:
        virtual ~entry();

    private:
        friend class sessions;
        virtual void stop() = 0; // closes the session's sockets; may be called again

        sessions& all_;
    };

    std::size_t count() const { return all_.size(); }
    void stop_all();                             // TERM, or the end of worker_shutdown_timeout
    void when_empty(std::function<void()> call); // at once if there are none; asked once

private:
    static constexpr std::size_t worth_it = 64;
    void check();
    void give_back();
    boost::intrusive::list<entry> all_;
    std::function<void()> empty_;
    std::size_t most_ = 0; // at once, since memory was given back
};

}
