#pragma once

#include "gateway/shared/segment.hpp"
#include "tests/support/catch.hpp"

#include <csignal>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace postern::test {

// A process that has taken a segment's lock and was stopped with it, until this object goes.
class stopped_holder {
public:
    explicit stopped_holder(const gateway::segment& memory) : process_(fork()) {
        if (process_ == 0) {
            struct flock all {};
            all.l_type = F_WRLCK;
            all.l_whence = SEEK_SET;
            all.l_len = 1;
            fcntl(memory.fd(), F_SETLK, &all);
            raise(SIGSTOP);
            _exit(0);
        }
        int status = 0;
        REQUIRE(waitpid(process_, &status, WUNTRACED) == process_);
    }
    ~stopped_holder() {
        kill(process_, SIGKILL);
        waitpid(process_, nullptr, 0);
    }
    stopped_holder(const stopped_holder&) = delete;
    stopped_holder& operator=(const stopped_holder&) = delete;

private:
    pid_t process_;
};

}
