#pragma once

#include "gateway/process/descriptor.hpp"
#include "gateway/shared/segment.hpp"

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace postern::gateway {

// What one process packs for another, in memory that is handed over: numbers as 8 bytes, texts as
// their length and themselves.

// Without room it only counts, so that the same walk measures and writes.
class packer {
public:
    explicit packer(std::span<std::byte> room = {}) : room_(room) {}

    void put(std::uint64_t);
    void put(std::string_view text);
    void put_bytes(std::span<const std::byte>); // without their length
    std::size_t size() const { return size_; }

private:
    std::span<std::byte> room_;
    std::size_t size_ = 0;
};

// Whatever it is given, it reads no further than there is; afterwards it is not good().
class unpacker {
public:
    explicit unpacker(std::span<const std::byte> all) : left_(all) {}

    std::uint64_t number();
    std::string_view text(); // lent
    std::span<const std::byte> take(std::uint64_t bytes);
    bool good() const { return good_; }
    bool at_end() const { return good_ && left_.empty(); }

private:
    std::span<const std::byte> left_;
    bool good_ = true;
};

// Memory of that name with what `write(packer&)` puts. Errors: EFBIG beyond `largest` bytes, the
// system's.
result<segment> pack_in_memory(const char* name, std::size_t largest, const auto& write) {
    packer measured;
    write(measured);
    if (measured.size() > largest)
        return boost::system::error_code(EFBIG, boost::system::system_category());
    auto memory = segment::make(name, measured.size());
    if (!memory) return memory;
    packer out(memory->bytes());
    write(out);
    return memory;
}

// The memory behind a descriptor that came from another process. Errors: EPROTO when there is
// nothing in it or more than `largest` bytes, the system's.
result<segment> packed_memory(descriptor, std::size_t largest);

}
