#include "gateway/shared/packing.hpp"

#include <cstring>
#include <sys/stat.h>
#include <utility>

namespace postern::gateway {

void packer::put(std::uint64_t n) { put_bytes(std::as_bytes(std::span(&n, 1))); }

void packer::put(std::string_view text) {
    put(std::uint64_t{text.size()});
    put_bytes(std::as_bytes(std::span(text)));
}

void packer::put_bytes(std::span<const std::byte> bytes) {
    if (!bytes.empty() && size_ + bytes.size() <= room_.size())
        std::memcpy(room_.data() + size_, bytes.data(), bytes.size());
    size_ += bytes.size();
}

std::uint64_t unpacker::number() {
    std::uint64_t n = 0;
    auto from = take(sizeof n);
    if (good_) std::memcpy(&n, from.data(), from.size());
    return n;
}

std::string_view unpacker::text() {
    auto from = take(number());
    return {reinterpret_cast<const char*>(from.data()), from.size()};
}

std::span<const std::byte> unpacker::take(std::uint64_t bytes) {
    good_ = good_ && bytes <= left_.size();
    if (!good_) return {};
    auto some = left_.first(bytes);
    left_ = left_.subspan(bytes);
    return some;
}

result<segment> packed_memory(descriptor from, std::size_t largest) {
    auto category = boost::system::system_category;
    struct stat is {};
    if (::fstat(from.get(), &is) != 0) return boost::system::error_code(errno, category());
    auto size = static_cast<std::size_t>(is.st_size);
    if (size == 0 || size > largest) return boost::system::error_code(EPROTO, category());
    return segment::adopt(from.release(), size);
}

}
