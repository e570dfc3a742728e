#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace postern::tls {

// Bytes waiting to be sent, in chunks that come from the thread's pool and go back to it, so that a
// steady relay allocates nothing and an idle connection owns nothing. The pool keeps at most
// `pooled_chunks` for later.
class outbox {
public:
    static constexpr std::size_t chunk_bytes = 34 * 1024; // two full records (RFC 8446 section 5.2)
    static constexpr std::size_t pooled_chunks = 32;      // a thread keeps about 1 MB at most

    outbox() = default;
    outbox(const outbox&) = delete;
    outbox& operator=(const outbox&) = delete;
    ~outbox();

    void append(std::span<const std::byte>);
    std::span<const std::byte> pending() const; // the first stretch; empty when all was sent
    void sent(std::size_t bytes);               // at most pending().size()
    bool empty() const { return first_ == nullptr; }

private:
    struct chunk;
    class pool;
    static pool& free_chunks();
    void drop_first();

    chunk* first_ = nullptr;
    chunk* last_ = nullptr;
};

// One connection's cipher bytes, between whoever owns the socket and a library's I/O hooks: input
// is lent and read in place, output is collected.
class wire {
public:
    // Input: as engine::take() and engine::park() promise. Lending needs everything lent before to
    // be used up or parked.
    void lend(std::span<const std::byte>);
    void park();

    // For the library's hooks. read() gives 0 when nothing is there, which means "ask again later".
    std::size_t read(std::span<std::byte>);
    void write(std::span<const std::byte> bytes) { out_.append(bytes); }

    bool drained() const { return lent_.empty() && parked_.size() == parked_used_; }
    std::span<const std::byte> pending() const { return out_.pending(); }
    void sent(std::size_t bytes) { out_.sent(bytes); }

private:
    std::vector<std::byte> parked_; // comes before lent_
    std::size_t parked_used_ = 0;
    std::span<const std::byte> lent_;
    outbox out_;
};

}
