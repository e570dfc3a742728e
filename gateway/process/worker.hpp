#pragma once

#include "gateway/certificates/shelves.hpp"
#include "gateway/observe/log.hpp"
#include "gateway/observe/log_targets.hpp"
#include "gateway/process/bundle.hpp"
#include "gateway/process/door.hpp"
#include "gateway/process/key_log_file.hpp"
#include "gateway/process/session_rooms.hpp"
#include "gateway/session/arrive.hpp"
#include "gateway/signing/signing_client.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace postern::gateway {

// What the sessions of one worker touch until the very last of them is gone. It is declared before
// the event loop, and so outlives the coroutines that only the loop's end destroys.
struct belongings {
    session_rooms rooms;
    shelves folders;
    sessions live;
    open_logs log_files;
    log_targets targets;
    key_log_file secrets;
    log events{STDERR_FILENO, -1, config::log_level::notice, config::log_settings::style::text};
    std::optional<worker_services> services;
};

// What serves: one thread, one event loop. It lives on bundles, whether they came from a master or
// were made in this very process (worker_processes = 0). When it is destroyed the loop must not run
// any more.
class worker : private door::keeper {
public:
    worker(boost::asio::io_context&, belongings&, const tls::backend&);
    ~worker() override;

    // Puts a configuration in force: new sessions get it, old ones keep theirs; doors that are new
    // open, doors that are gone close. Answers nothing, or why it could not; then nothing changed.
    std::string apply(bundle);

    void reopen_logs(open_logs);
    void use_signer(descriptor socket) { signer_.use(std::move(socket)); }

    // No more sessions from here on.
    void close_doors(door::waiting);

    // Closes the doors, waits for the last session (at most worker_shutdown_timeout, then ends
    // them), and calls `done`.
    void drain(std::function<void()> done);

    // Closes the doors, ends all sessions, and calls `done` when they have said so in the log, or
    // after two seconds.
    void stop(std::function<void()> done);

    log& events() { return own_.events; }
    std::size_t sessions_now() const { return own_.live.count(); }

private:
    bool has_room() override;
    void enter(door::client, const door::address& from, const door& where) override;
    void is_full(int error) override;

    session_places places();
    void hang_doors(std::vector<bundle::listener>);
    void use_logs(open_logs);
    void limit_handshakes();
    void when_empty(std::function<void()> done);

    boost::asio::io_context& loop_;
    const tls::backend& library_;
    belongings& own_;
    signing_client signer_;
    std::shared_ptr<const generation> now_;
    std::uint64_t settings_ = 0; // bundle::settings of it
    std::map<std::uint64_t, std::shared_ptr<door>> doors_;
    boost::asio::steady_timer patience_;
    patiences quiet_;
    bool leaving_ = false;
    std::size_t most_ = 0;
    std::chrono::steady_clock::time_point complained_{};
};

}
