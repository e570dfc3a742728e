#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace postern::gateway {

// One who waits for answers, one after the other. Shared with whoever may wake it.
struct inquiry {
    boost::asio::steady_timer bell;
    bool called_off = false;

    explicit inquiry(boost::asio::any_io_executor where) : bell(std::move(where)) {}

    void call_off() {
        called_off = true;
        bell.cancel();
    }
};

// A question to DNS. It outlives the one who asked, whom nobody can make wait.
struct question {
    enum class kind { names, addresses_v4, addresses_v6 }; // PTR, A, AAAA
    enum class outcome {
        pending,
        found,
        absent, // there is no such name, or nothing of that kind
        failed, // nobody said so or otherwise; `why`
    };

    kind what = kind::names;
    std::string name;
    std::shared_ptr<inquiry> by;

    outcome came = outcome::pending;
    std::vector<std::string> found = {}; // names as DNS has them: hostile; or address literals
    std::optional<std::chrono::seconds> lasts = {};
    std::string why = {};

    void end(outcome how, std::string reason = {}) {
        came = how;
        why = std::move(reason);
        by->bell.cancel();
    }
};

}
