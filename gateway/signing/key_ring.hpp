#pragma once

#include "backends/tls/backend.hpp"
#include "gateway/signing/key_set.hpp"

#include <chrono>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace postern::gateway {

// The keys of the configuration in force, and those of former ones for ten minutes, since a session
// that began before a reload may still ask for STARTTLS. One thread adds, any may look.
class key_ring {
public:
    using clock = std::chrono::steady_clock;

    key_ring() : now_(std::make_shared<const keys>()) {}

    void add(std::vector<tls::withheld_key>, clock::time_point now);
    void forget_old(clock::time_point now);
    std::shared_ptr<const tls::withheld_key> find(const tls::key_id&) const;

private:
    using keys = std::map<tls::key_id, std::shared_ptr<const tls::withheld_key>>;
    void publish();

    struct former {
        keys all;
        clock::time_point until;
    };
    keys newest_;
    std::vector<former> former_;
    // Not std::atomic: before GCC 13 libstdc++'s may pair a pointer with another one's count on
    // processors that reorder.
    mutable std::mutex guard_;
    std::shared_ptr<const keys> now_;
};

// Keys that one thread has opened, so that it need not do so for each signature. The least recently
// used ones are closed.
class key_drawer {
public:
    static constexpr std::size_t most = 256;

    explicit key_drawer(const tls::backend& library) : library_(library) {}

    tls::signing_key* open(const tls::withheld_key&); // null: it cannot be read

private:
    const tls::backend& library_;
    std::list<std::pair<tls::key_id, std::unique_ptr<tls::signing_key>>> open_;
};

}
