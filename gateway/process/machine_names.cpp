#include "gateway/process/machine_names.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <netdb.h>
#include <netinet/in.h>
#include <new>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

namespace postern::gateway {
namespace {

std::string literal(const sockaddr* from) {
    char text[INET6_ADDRSTRLEN] = {};
    const void* bytes = nullptr;
    if (from->sa_family == AF_INET)
        bytes = &reinterpret_cast<const sockaddr_in*>(from)->sin_addr;
    else if (from->sa_family == AF_INET6)
        bytes = &reinterpret_cast<const sockaddr_in6*>(from)->sin6_addr;
    if (!bytes || !::inet_ntop(from->sa_family, bytes, text, sizeof text)) return {};
    return text;
}

// Nothing may leave a thread; without memory there is no answer.
named_addresses look_up(const std::string& name) try {
    addrinfo wanted{}, *found = nullptr;
    wanted.ai_socktype = SOCK_STREAM;
    wanted.ai_flags = AI_ADDRCONFIG;
    if (auto error = ::getaddrinfo(name.c_str(), nullptr, &wanted, &found); error != 0) {
        if (error != EAI_SYSTEM) return {{}, ::gai_strerror(error)};
        return {{}, std::error_code(errno, std::system_category()).message()};
    }
    named_addresses out;
    for (auto* a = found; a; a = a->ai_next)
        if (auto host = literal(a->ai_addr);
            !host.empty() && std::ranges::find(out.hosts, host) == out.hosts.end())
            out.hosts.push_back(std::move(host));
    ::freeaddrinfo(found);
    if (out.hosts.empty()) out.why = "it has no addresses";
    return out;
} catch (const std::bad_alloc&) {
    return {{}, "out of memory"};
}

// Shared by whoever waits and the threads that ask. The resolver cannot be told to stop: when it
// takes too long, a thread waits on for nothing.
class questions {
public:
    explicit questions(std::span<const std::string> names)
        : names_(names.begin(), names.end()), answers_(names.size()), left_(names.size()) {}

    void ask() {
        std::unique_lock hold(mutex_);
        while (next_ < names_.size()) {
            auto which = next_++;
            hold.unlock();
            auto answer = look_up(names_[which]);
            hold.lock();
            answers_[which] = std::move(answer);
            if (--left_ == 0) all_there_.notify_one();
        }
    }

    std::vector<named_addresses> wait(std::chrono::milliseconds patience) {
        std::unique_lock hold(mutex_);
        all_there_.wait_for(hold, patience, [this] { return left_ == 0; });
        next_ = names_.size(); // nobody asks for the others any more
        auto late = "no answer within " + std::to_string(patience.count()) + " ms";
        std::vector<named_addresses> out;
        for (auto& a : answers_)
            out.push_back(a ? *a : named_addresses{{}, late});
        return out;
    }

private:
    std::mutex mutex_;
    std::condition_variable all_there_;
    const std::vector<std::string> names_;
    std::vector<std::optional<named_addresses>> answers_;
    std::size_t next_ = 0, left_;
};

constexpr std::size_t most_threads = 16;

}

std::vector<named_addresses> look_up_names(
    std::span<const std::string> names, std::chrono::milliseconds patience
) {
    auto all = std::make_shared<questions>(names);
    std::size_t threads = 0;
    try {
        for (; threads < std::min(names.size(), most_threads); ++threads)
            std::thread([all] { all->ask(); }).detach();
    } catch (const std::system_error& no_thread) { // fewer will do
        if (threads == 0)
            return {
                names.size(), {{}, no_thread.code().message()}
            };
    }
    return all->wait(patience);
}

}
