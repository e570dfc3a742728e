#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>

namespace postern::tls {

// Sessions with upstreams that may be resumed, as one library keeps them. Those of one client
// configuration, by whom they were made with: so a session never outlives the checks that it stands
// for. Not for two threads at once.
class client_sessions {
public:
    using handle = std::shared_ptr<void>;
    static constexpr std::size_t most_peers = 256, most_each = 2;

    // single_use: a ticket of TLS 1.3, which is shown once (RFC 8446 appendix C.4).
    void keep(const std::string& peer, handle session, bool single_use);

    // The newest one; null when there is none.
    handle take(const std::string& peer);

    std::size_t peers() const { return by_age_.size(); }

private:
    struct session {
        handle what;
        bool single_use;
    };
    struct entry {
        std::string peer;
        std::list<session> kept; // the newest first
    };
    std::list<entry> by_age_; // whom a session was kept for last, first
    std::unordered_map<std::string, std::list<entry>::iterator> by_peer_;
};

}
