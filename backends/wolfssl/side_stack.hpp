#pragma once

#include <functional>
#include <memory>

namespace postern::tls::wolfssl {

// Lets a library call pause where it cannot be left: the call runs on a stack of its own, which is
// put aside until it may go on. 5.5 as Debian builds it would otherwise leave out the message that
// waits for a signature when it is called again (TLS 1.2 and older).
class side_stack {
public:
    side_stack();
    ~side_stack(); // nothing may be paused any more
    side_stack(const side_stack&) = delete;
    side_stack& operator=(const side_stack&) = delete;

    // Runs it until it pauses or ends; false when there is no memory for a stack. `work` throws
    // nothing.
    bool run(std::function<int()> work);
    void go_on(); // from outside, when paused
    void pause(); // from inside
    bool paused() const;
    int result() const; // when it has ended

private:
    struct state;
    std::unique_ptr<state> state_;
};

}
