#pragma once

#include "gateway/observe/log.hpp"
#include "gateway/process/bundle.hpp"
#include "gateway/process/child.hpp"
#include "gateway/process/worker.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace postern::gateway {

// All who serve: worker processes, each in a slot of its own, or with worker_processes = 0 one
// worker within the master. A worker that dies is replaced; the others do not notice.
class crew {
public:
    // Makes the bundle of one slot, of the configuration in force.
    using supplier = std::function<result<bundle>(std::size_t slot)>;

    // `own`: for the worker within the master; it outlives the loop.
    crew(boost::asio::io_context&, belongings& own, const tls::backend&, log&, supplier);
    ~crew();

    // How it goes on: with so many workers, on configuration `number`.
    struct orders {
        std::size_t workers = 0;
        std::uint64_t number = 0;
        std::optional<identity> become = {};
        std::size_t descriptors = 0; // of each; 0: as they have
    };

    // `settled` is called when all have answered, with the number of those who refused.
    void live_on(const orders&, std::function<void(std::size_t refused)> settled);

    void reopen_logs(const open_logs&);

    // There is another signing process: every worker gets a socket to it.
    void introduce_signer(const std::function<result<descriptor>()>& door);

    // After SIGCHLD.
    void reap();

    // Both call `left` when nobody is there any more. Sessions may go on until they end, or end
    // now; who does not listen is killed five seconds later.
    void drain(std::function<void()> left);
    void stop(std::function<void()> left);

private:
    void start(std::size_t slot);
    void start_later(std::size_t slot, std::chrono::milliseconds);
    void supply(child&);
    void limit(pid_t);
    void supply_local();
    void dismiss(child&, word how);
    void hear(child&, const message&);
    void answered(const std::string& complaints);
    void look_who_is_left();

    struct slot_state {
        std::shared_ptr<child> who;
        std::unique_ptr<boost::asio::steady_timer> start_again;
        std::chrono::milliseconds backoff{0};
    };
    void replace(std::size_t slot, slot_state&, const std::string& how);

    boost::asio::io_context& loop_;
    belongings& own_;
    const tls::backend& library_;
    log& events_;
    supplier supply_;
    std::map<std::size_t, slot_state> slots_;
    std::vector<std::shared_ptr<child>> leaving_;
    std::unique_ptr<worker> local_;
    bool local_serves_ = false, local_stays_ = false;
    orders now_;
    std::size_t unanswered_ = 0, refused_ = 0;
    std::function<void(std::size_t)> settled_;
    std::function<void()> left_;
    boost::asio::steady_timer patience_;
};

}
