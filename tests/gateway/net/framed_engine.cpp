#include "tests/gateway/net/framed_engine.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace postern::test {

std::string framed_engine::record(std::string_view text, char kind) {
    std::string out(1, kind);
    out += static_cast<char>(text.size() >> 8);
    out += static_cast<char>(text.size() & 255);
    return out.append(text);
}

void framed_engine::take(std::span<const std::byte> cipher) {
    if (!lent_.empty()) throw std::logic_error("lent again before the last was used");
    lent_ = {reinterpret_cast<const char*>(cipher.data()), cipher.size()};
}

void framed_engine::park() {
    parked_ += lent_;
    lent_ = {};
}

// One record, or the part of it for which there is room.
tls::progress framed_engine::decrypt(std::span<std::byte> plain) {
    park();
    if (parked_.size() < 3) return {tls::status::needs_input, 0};
    auto size = static_cast<std::size_t>(static_cast<unsigned char>(parked_[1])) << 8 |
                static_cast<unsigned char>(parked_[2]);
    if (parked_[0] == 'c') return {tls::status::closed, 0};
    if (parked_[0] == 'x') return {tls::status::failed, 0};
    if (parked_.size() < 3 + size) return {tls::status::needs_input, 0};
    auto given = std::min(size, plain.size());
    std::memcpy(plain.data(), parked_.data() + 3, given);
    auto left = parked_.substr(3 + given, size - given);
    parked_.erase(0, 3 + size);
    if (!left.empty()) parked_ = record(left) + parked_;
    return {tls::status::done, given};
}

tls::progress framed_engine::encrypt(std::span<const std::byte> plain) {
    auto size = std::min<std::size_t>(plain.size(), 16384);
    out_ += record({reinterpret_cast<const char*>(plain.data()), size});
    return {tls::status::done, size};
}

tls::progress framed_engine::say_goodbye() {
    out_ += record("", 'c');
    return {};
}

}
