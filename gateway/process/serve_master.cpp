#include "gateway/process/serve_master.hpp"

#include "gateway/process/memory_reserve.hpp"
#include "gateway/process/worker.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <csignal>
#include <cstdlib>
#include <malloc.h>
#include <new>
#include <sys/prctl.h>

namespace postern::gateway {
namespace asio = boost::asio;
namespace {

class errand {
public:
    errand(int socket, const tls::backend& library)
        : worker_(loop_, own_, library), master_(descriptor(socket)),
          signals_(loop_, SIGTERM, SIGQUIT), readable_(loop_, ::dup(socket)) {}
    ~errand() { readable_.close(); }

    int run() {
        keep_memory_reserve();
        asio::co_spawn(loop_, listen_to_master(*this), rethrow);
        asio::co_spawn(loop_, listen_to_signals(*this), rethrow);
        try {
            loop_.run();
        } catch (const std::bad_alloc&) { // of a wait that could not begin: see memory_reserve.hpp
            worker_.events().event(config::log_level::error, "out of memory, this worker ends");
            return EXIT_FAILURE;
        }
        return status_;
    }

private:
    static void rethrow(std::exception_ptr e) {
        if (e) std::rethrow_exception(e);
    }
    static task<> listen_to_master(errand&);
    static task<> listen_to_signals(errand&);
    bool take_messages();
    void obey(message);
    void live_on(message);

    void drain() {
        worker_.drain([this] { loop_.stop(); });
    }
    void stop() {
        worker_.stop([this] { loop_.stop(); });
    }

    belongings own_;
    asio::io_context loop_{1};
    worker worker_;
    channel master_;
    asio::signal_set signals_;
    asio::posix::stream_descriptor readable_; // the channel's socket, to wait on
    bool alive_ = false;                      // some configuration is in force
    int status_ = EXIT_SUCCESS;
};

task<> errand::listen_to_master(errand& self) {
    auto wait = asio::posix::stream_descriptor::wait_read;
    boost::system::error_code bad;
    auto answer = asio::redirect_error(asio::use_awaitable, bad);
    do
        co_await self.readable_.async_wait(wait, answer);
    while (!bad && self.take_messages());
}

task<> errand::listen_to_signals(errand& self) {
    boost::system::error_code bad;
    auto answer = asio::redirect_error(asio::use_awaitable, bad);
    for (;;) {
        auto which = co_await self.signals_.async_wait(answer);
        if (bad) co_return;
        if (which == SIGTERM)
            self.stop();
        else
            self.drain();
    }
}

// False when the master is gone: the sessions are finished, but nobody gives orders any more.
bool errand::take_messages() {
    for (;;) {
        auto m = master_.receive();
        if (!m) {
            worker_.events().event(config::log_level::warn, "master is gone, leaving");
            drain();
            return false;
        }
        if (!*m) return true;
        obey(std::move(**m));
    }
}

void errand::obey(message m) {
    switch (m.what) {
    case word::bundle: return live_on(std::move(m));
    case word::reopen:
        if (auto logs = unpack_logs(std::move(m))) worker_.reopen_logs(std::move(*logs));
        return;
    case word::drain: return drain();
    case word::stop: return stop();
    case word::signer:
        if (!m.files.empty()) worker_.use_signer(std::move(m.files[0]));
        return;
    case word::applied:
    case word::refused:
    case word::keys:
    case word::attend: return;
    }
}

void errand::live_on(message m) {
    message answer;
    answer.number = m.number;
    try {
        auto b = unpack(std::move(m));
        answer.text = b ? worker_.apply(std::move(*b)) : "bundle: " + b.error().message() + "\n";
    } catch (const std::exception& e) {
        answer.text = std::string("internal: ") + e.what() + "\n";
    }
    ::malloc_trim(0); // reading a configuration leaves a free megabyte behind
    answer.what = answer.text.empty() ? word::applied : word::refused;
    (void)master_.send(answer); // a master that is gone is noticed by the next receive()
    if (answer.what == word::applied) {
        alive_ = true;
    } else if (!alive_) {
        status_ = EXIT_FAILURE;
        loop_.stop();
    }
}

}

int serve_master(int socket, std::optional<identity> become, const tls::backend& library) {
    ::prctl(PR_SET_NAME, "postern"); // else `top` shows "exe"
    // The terminal sends these to the whole group; what to do about them is for the master to say.
    for (auto s : {SIGINT, SIGHUP, SIGUSR1})
        std::signal(s, SIG_IGN);
    if (become) {
        auto why = drop_privileges(*become);
        if (!why.empty()) {
            log(STDERR_FILENO, -1, config::log_level::error, config::log_settings::style::text)
                .event(
                    config::log_level::error,
                    "worker cannot start",
                    {
                        {"why", why}
            }
                );
            return EXIT_FAILURE;
        }
    } else {
        forbid_new_privileges();
    }
    return errand(socket, library).run();
}

}
