#include "gateway/signing/serve_keys.hpp"

#include "gateway/observe/log.hpp"
#include "gateway/process/channel.hpp"
#include "gateway/signing/confine.hpp"
#include "gateway/signing/key_ring.hpp"
#include "gateway/signing/packets.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <thread>

namespace postern::gateway {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

constexpr auto orphan_patience = 10min; // for workers that outlive the master

// Answers one worker's questions until it goes or breaks a rule; then says which.
class desk {
public:
    desk(descriptor socket, const key_ring& keys, const tls::backend& library)
        : socket_(std::move(socket)), keys_(keys), drawer_(library) {}

    std::string serve() {
        for (;;) {
            signing_question q;
            auto got = ::recv(socket_.get(), &q, sizeof q, MSG_TRUNC);
            if (got < 0 && errno == EINTR) continue;
            if (got <= 0) return {};
            tls::signature_request r;
            if (static_cast<std::size_t>(got) != sizeof q || !read(q, r))
                return "a question that no worker asks";
            auto a = answer(r);
            a.number = q.number;
            if (::send(socket_.get(), &a, sizeof a, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
                return errno == EPIPE || errno == ECONNRESET ? "" : "it does not take its answers";
        }
    }

private:
    static bool read(const signing_question& q, tls::signature_request& r) {
        if (q.size > q.bytes.size() || q.unused != 0) return false;
        r.key = q.key;
        r.scheme = static_cast<tls::signature_scheme>(q.scheme);
        r.bytes.assign(reinterpret_cast<const char*>(q.bytes.data()), q.size);
        return tls::is_well_formed(r);
    }

    signing_answer answer(const tls::signature_request& r) {
        signing_answer a;
        a.outcome = signing_outcome::unknown_key;
        auto known = keys_.find(r.key);
        if (!known) return a;
        a.outcome = signing_outcome::unreadable_key;
        auto* key = drawer_.open(*known);
        if (!key) return a;
        a.outcome = signing_outcome::unfit_key;
        auto made = key->sign(r.scheme, std::as_bytes(std::span(r.bytes)));
        if (!made || made->empty() || made->size() > a.bytes.size()) return a;
        a.outcome = signing_outcome::done;
        a.size = static_cast<std::uint32_t>(made->size());
        std::memcpy(a.bytes.data(), made->data(), made->size());
        return a;
    }

    descriptor socket_;
    const key_ring& keys_;
    key_drawer drawer_;
};

class signer {
public:
    signer(int socket, const tls::backend& library)
        : master_(descriptor(socket)), library_(library) {}

    void run() {
        for (auto orphan_since = clock::time_point::max();;) {
            pollfd wait{master_.open() ? master_.fd() : -1, POLLIN, 0};
            ::poll(&wait, 1, 1000);
            keys_.forget_old(clock::now());
            if (master_.open() && !take_messages()) {
                master_.close();
                orphan_since = clock::now();
            }
            if (master_.open()) continue;
            if (workers_ == 0 || clock::now() - orphan_since > orphan_patience) return;
        }
    }

private:
    // False when the master is gone.
    bool take_messages() {
        for (;;) {
            auto m = master_.receive();
            if (!m) return false;
            if (!*m) return true;
            auto& got = **m;
            if (got.files.empty()) continue;
            if (got.what == word::keys) take_keys(std::move(got.files[0]));
            if (got.what == word::attend) attend(std::move(got.files[0]));
        }
    }

    void take_keys(descriptor from) {
        auto keys = unpack_keys(std::move(from));
        if (keys)
            keys_.add(std::move(*keys), clock::now());
        else
            tell_master("keys cannot be taken: " + keys.error().message());
    }

    void attend(descriptor worker) {
        ++workers_;
        try {
            std::thread([this, socket = std::move(worker)]() mutable {
                serve(std::move(socket));
                --workers_;
            }).detach();
        } catch (const std::exception& e) {
            --workers_;
            tell_master(std::string("no thread for a worker: ") + e.what());
        }
    }

    void serve(descriptor socket) {
        std::string why;
        try {
            why = desk(std::move(socket), keys_, library_).serve();
        } catch (const std::exception& e) {
            why = e.what();
        }
        if (!why.empty()) tell_master("a worker is heard no more: " + why);
    }

    // Each packet is one system call, and so may come from any thread.
    void tell_master(const std::string& text) {
        message m;
        m.what = word::refused;
        m.text = text;
        (void)master_.send(m);
    }

    channel master_;
    const tls::backend& library_;
    key_ring keys_;
    std::atomic<int> workers_{0};
};

}

int serve_keys(int socket, std::optional<identity> become, const tls::backend& library) {
    ::prctl(PR_SET_NAME, "postern-signer");
    // Whoever may need a signature leaves first; only then does this process end.
    for (auto s : {SIGINT, SIGHUP, SIGUSR1, SIGTERM, SIGQUIT, SIGXFSZ})
        std::signal(s, SIG_IGN);
    if (become) {
        auto why = drop_privileges(*become);
        if (!why.empty()) {
            log events(
                STDERR_FILENO, -1, config::log_level::error, config::log_settings::style::text
            );
            events.event(
                config::log_level::error,
                "signing process cannot start",
                {
                    {"why", why}
            }
            );
            return EXIT_FAILURE;
        }
    } else {
        forbid_new_privileges();
    }
    confine();
    signer(socket, library).run();
    std::_Exit(EXIT_SUCCESS); // threads may still hold what would be destroyed
}

}
