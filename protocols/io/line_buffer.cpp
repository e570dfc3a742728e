#include "protocols/io/line_buffer.hpp"

#include "config/value/secret.hpp"

#include <algorithm>

namespace postern {

void line_buffer::add(std::string_view bytes) {
    bytes_.erase(0, at_);
    at_ = 0;
    if (bytes_.capacity() - bytes_.size() < bytes.size()) {
        // Growing by hand: a reallocation inside the string would leave the old bytes behind.
        std::string larger;
        larger.reserve(std::max(bytes_.size() + bytes.size(), 2 * bytes_.capacity()));
        larger = bytes_;
        wipe(bytes_);
        bytes_ = std::move(larger);
    }
    bytes_ += bytes;
}

std::optional<std::string> line_buffer::take_line() {
    auto end = bytes_.find('\n', at_ + searched_);
    searched_ = std::min(end, bytes_.size()) - at_;
    if (end == std::string::npos || end - at_ >= limit_) return std::nullopt;
    auto length = end - at_;
    if (length > 0 && bytes_[end - 1] == '\r') --length;
    std::optional<std::string> line(std::in_place, bytes_, at_, length);
    drop(end + 1 - at_);
    return line;
}

bool line_buffer::too_long() const {
    return pending() > limit_ && bytes_.find('\n', at_ + searched_) >= at_ + limit_;
}

std::size_t line_buffer::room() const { return pending() < limit_ ? limit_ - pending() : 1; }

std::string line_buffer::take_rest() {
    std::string rest(bytes_, at_);
    clear();
    return rest;
}

void line_buffer::clear() {
    wipe(bytes_);
    at_ = searched_ = 0;
}

void line_buffer::drop(std::size_t bytes) {
    std::fill_n(bytes_.begin() + static_cast<std::ptrdiff_t>(at_), bytes, '\0');
    at_ += bytes;
    searched_ = 0;
    if (empty()) clear();
}

}
