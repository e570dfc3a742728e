#pragma once

#include "backends/tls/session_store.hpp"

#include <functional>
#include <list>
#include <unordered_map>

namespace postern::tls {

// The sessions of one process, by number. Not for two threads at once.
class builtin_store : public session_store {
public:
    // At least one session is kept. `now`: the clock, for tests.
    explicit builtin_store(
        std::size_t sessions, std::function<clock::time_point()> now = &clock::now
    );
    ~builtin_store() override;

    bool put(
        std::span<const std::byte> id, std::span<const std::byte> session, clock::time_point expires
    ) override;
    std::optional<std::string> get(std::span<const std::byte> id) override;
    void drop(std::span<const std::byte> id) override;

    std::size_t size() const { return by_age_.size(); }

    static constexpr std::size_t longest_session = 16 * 1024;

private:
    struct kept {
        std::string id, session;
        clock::time_point expires;
    };
    using place = std::list<kept>::iterator;
    void forget(place);

    std::size_t most_;
    std::function<clock::time_point()> now_;
    std::list<kept> by_age_; // the oldest first; being asked for does not make one younger
    std::unordered_map<std::string_view, place> by_id_; // the text is the entry's own
};

}
