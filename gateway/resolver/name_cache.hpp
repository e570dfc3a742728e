#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <string>
#include <unordered_map>

namespace postern::gateway {

// What DNS says of a client's address.
struct client_names {
    std::string host = "[UNAVAILABLE]";    // a verified name, or what stands for none in XCLIENT
    std::string reverse = "[UNAVAILABLE]"; // what the address points to, verified or not

    bool operator==(const client_names&) const = default;
};

// The names of the addresses that were looked up last. When it is full, what came first goes first.
class name_cache {
public:
    using clock = std::chrono::steady_clock;

    explicit name_cache(std::size_t most) : most_(most) {}

    // Null: not known, or too old. Until the next call.
    const client_names* find(const std::string& address, clock::time_point now);

    void keep(const std::string& address, client_names, clock::time_point until);

    std::size_t size() const { return order_.size(); }

private:
    struct entry {
        std::string address;
        client_names names;
        clock::time_point until;
    };
    void forget(std::list<entry>::iterator);

    std::size_t most_;
    std::list<entry> order_;
    std::unordered_map<std::string, std::list<entry>::iterator> places_;
};

}
