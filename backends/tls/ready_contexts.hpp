#pragma once

#include "backends/tls/context.hpp"

#include <array>
#include <cstddef>
#include <list>
#include <map>
#include <memory>
#include <utility>

namespace postern::tls {

// Contexts that were made when they were first needed; the least recently used one makes room.
class ready_contexts {
public:
    using id = std::array<std::byte, 32>;
    explicit ready_contexts(std::size_t most) : most_(most) {}

    // Null when it is not here (any more).
    std::shared_ptr<const context> find(const id&);
    void keep(const id&, std::shared_ptr<const context>);
    std::size_t size() const { return order_.size(); }

private:
    using order = std::list<std::pair<id, std::shared_ptr<const context>>>;
    std::size_t most_;
    order order_; // the latest first
    std::map<id, order::iterator> places_;
};

}
