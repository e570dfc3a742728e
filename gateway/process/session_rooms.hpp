#pragma once

#include "backends/tls/builtin_store.hpp"
#include "gateway/process/bundle.hpp"
#include "gateway/session/generation.hpp"
#include "gateway/shared/session_cache.hpp"
#include "gateway/shared/ticket_keys.hpp"

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace postern::gateway {

// Where one process keeps TLS sessions, over all generations: the zones it was handed, its own
// caches, the ticket keys. What is the same in the next bundle stays; what is not goes when the
// last generation that may use it has gone.
class session_rooms {
public:
    // Takes the zones and the ticket keys out of a bundle. Errors: those of mapping them.
    result<void> take(bundle&);

    // For raise(); valid until the next take().
    session_places places();

    // Remembers who uses what was last taken.
    void used_by(std::weak_ptr<const generation>);

private:
    using identity = std::pair<dev_t, ino_t>;
    struct zone {
        identity is;
        std::unique_ptr<session_cache> cache;
    };
    struct retired {
        std::unique_ptr<session_cache> cache;
        std::vector<std::weak_ptr<const generation>> users;
    };
    void sweep();

    std::map<std::string, zone> zones_;
    std::map<std::size_t, std::unique_ptr<tls::builtin_store>> builtin_;
    std::unique_ptr<ticket_keys> keys_;
    std::vector<std::weak_ptr<const generation>> users_;
    std::vector<retired> retired_;
};

}
