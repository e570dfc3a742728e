#include "backends/tls/wire.hpp"

#include <algorithm>
#include <cassert>
#include <memory>

namespace postern::tls {

struct outbox::chunk {
    chunk* next = nullptr;
    std::size_t begin = 0, end = 0;
    std::byte bytes[chunk_bytes];
};

class outbox::pool {
public:
    ~pool() {
        while (free_)
            delete pop();
    }

    chunk* take() {
        if (!free_) return new chunk; // its bytes stay as they are: clearing 17 KB costs more
        auto* one = pop();
        one->next = nullptr;
        one->begin = one->end = 0;
        return one;
    }

    void give(chunk* one) {
        if (count_ == pooled_chunks) {
            delete one;
            return;
        }
        one->next = free_;
        free_ = one;
        ++count_;
    }

private:
    chunk* pop() {
        auto* one = free_;
        free_ = one->next;
        --count_;
        return one;
    }

    chunk* free_ = nullptr;
    std::size_t count_ = 0;
};

outbox::pool& outbox::free_chunks() {
    static thread_local pool chunks;
    return chunks;
}

outbox::~outbox() {
    while (first_)
        drop_first();
}

void outbox::drop_first() {
    auto* gone = first_;
    first_ = gone->next;
    if (!first_) last_ = nullptr;
    free_chunks().give(gone);
}

void outbox::append(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        if (!last_ || last_->end == chunk_bytes) {
            auto* fresh = free_chunks().take();
            (last_ ? last_->next : first_) = fresh;
            last_ = fresh;
        }
        auto n = std::min(bytes.size(), chunk_bytes - last_->end);
        std::copy_n(bytes.data(), n, last_->bytes + last_->end);
        last_->end += n;
        bytes = bytes.subspan(n);
    }
}

std::span<const std::byte> outbox::pending() const {
    if (!first_) return {};
    return {first_->bytes + first_->begin, first_->end - first_->begin};
}

void outbox::sent(std::size_t bytes) {
    assert(bytes <= pending().size());
    if (!first_) return;
    first_->begin += bytes;
    if (first_->begin == first_->end) drop_first();
}

void wire::lend(std::span<const std::byte> bytes) {
    assert(lent_.empty());
    lent_ = bytes;
}

void wire::park() {
    if (!lent_.empty()) {
        parked_.erase(parked_.begin(), parked_.begin() + static_cast<std::ptrdiff_t>(parked_used_));
        parked_used_ = 0;
        parked_.insert(parked_.end(), lent_.begin(), lent_.end());
        lent_ = {};
    }
}

std::size_t wire::read(std::span<std::byte> into) {
    std::size_t got = 0;
    if (parked_used_ < parked_.size()) {
        got = std::min(into.size(), parked_.size() - parked_used_);
        std::copy_n(parked_.data() + parked_used_, got, into.data());
        parked_used_ += got;
        if (parked_used_ == parked_.size()) {
            parked_ = std::vector<std::byte>(); // an idle connection keeps no buffer
            parked_used_ = 0;
        }
    }
    auto n = std::min(into.size() - got, lent_.size());
    std::copy_n(lent_.data(), n, into.data() + got);
    lent_ = lent_.subspan(n);
    return got + n;
}

}
