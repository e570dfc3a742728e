#include "gateway/signing/key_set.hpp"

#include "gateway/shared/segment.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sys/stat.h>

namespace postern::gateway {
namespace {

boost::system::error_code error_of(int value) { return {value, boost::system::system_category()}; }

constexpr std::size_t largest = 512 << 20;

// Without room it only counts.
class pen {
public:
    explicit pen(std::span<std::byte> room = {}) : room_(room) {}
    void put(std::span<const std::byte> bytes) {
        if (!bytes.empty() && size_ + bytes.size() <= room_.size())
            std::memcpy(room_.data() + size_, bytes.data(), bytes.size());
        size_ += bytes.size();
    }
    void put(std::uint64_t n) { put(std::as_bytes(std::span(&n, 1))); }
    void put(const secret& text) {
        put(std::uint64_t{text.reveal().size()});
        put(std::as_bytes(std::span(text.reveal())));
    }
    std::size_t size() const { return size_; }

private:
    std::span<std::byte> room_;
    std::size_t size_ = 0;
};

void write(pen& out, const std::vector<tls::withheld_key>& keys) {
    out.put(std::uint64_t{keys.size()});
    for (auto& k : keys) {
        out.put(k.id);
        out.put(k.pem);
        out.put(std::uint64_t{k.phrases.size()});
        for (auto& p : k.phrases)
            out.put(p);
    }
}

class eye {
public:
    explicit eye(std::span<const std::byte> all) : left_(all) {}
    std::span<const std::byte> take(std::uint64_t n) {
        good_ = good_ && n <= left_.size();
        if (!good_) return {};
        auto some = left_.first(n);
        left_ = left_.subspan(n);
        return some;
    }
    std::uint64_t number() {
        std::uint64_t n = 0;
        auto from = take(sizeof n);
        if (good_) std::memcpy(&n, from.data(), sizeof n);
        return n;
    }
    secret text() {
        auto from = take(number());
        return secret({reinterpret_cast<const char*>(from.data()), from.size()});
    }
    bool good() const { return good_; }
    bool at_end() const { return good_ && left_.empty(); }

private:
    std::span<const std::byte> left_;
    bool good_ = true;
};

}

result<descriptor> pack_keys(const std::vector<tls::withheld_key>& keys) {
    pen measured;
    write(measured, keys);
    if (measured.size() > largest) return error_of(EFBIG);
    auto memory = segment::make("postern keys", measured.size());
    if (!memory) return memory.error();
    pen out(memory->bytes());
    write(out, keys);
    auto kept = duplicate(memory->fd()); // the mapping goes
    if (!kept) return error_of(errno);
    return kept;
}

result<std::vector<tls::withheld_key>> unpack_keys(descriptor from) {
    struct stat is {};
    if (!from || ::fstat(from.get(), &is) != 0) return error_of(EBADF);
    auto size = static_cast<std::size_t>(is.st_size);
    if (size == 0 || size > largest) return error_of(EPROTO);
    auto memory = segment::adopt(from.release(), size);
    if (!memory) return memory.error();
    eye in(memory->bytes());
    std::vector<tls::withheld_key> keys;
    for (auto n = in.number(); n > 0 && in.good(); --n) {
        auto& k = keys.emplace_back();
        auto id = in.take(k.id.size());
        std::ranges::copy(id, k.id.begin());
        k.pem = in.text();
        for (auto p = in.number(); p > 0 && in.good(); --p)
            k.phrases.push_back(in.text());
    }
    if (!in.at_end()) return error_of(EPROTO);
    return keys;
}

}
