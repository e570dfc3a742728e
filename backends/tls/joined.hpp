#pragma once

#include <cassert>
#include <cstddef>
#include <cstring>
#include <span>
#include <vector>

namespace postern::tls {

// Bytes put together to be hashed or kept, wiped afterwards. Their room is told beforehand, since
// growing would leave copies.
class joined {
public:
    explicit joined(std::size_t room) { all_.reserve(room); }
    joined(const joined&) = delete;
    joined& operator=(const joined&) = delete;
    ~joined() { ::explicit_bzero(all_.data(), all_.size()); }

    joined& add(std::span<const std::byte> more) {
        assert(all_.size() + more.size() <= all_.capacity());
        all_.insert(all_.end(), more.begin(), more.end());
        return *this;
    }
    joined& add(std::byte one) { return add(std::span(&one, 1)); }
    std::span<const std::byte> get() const { return all_; }

private:
    std::vector<std::byte> all_;
};

}
