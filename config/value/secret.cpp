#include "config/value/secret.hpp"

#include <cstring>

namespace postern {

void wipe(std::string& text) noexcept {
    text.resize(text.capacity());
    std::memset(text.data(), 0, text.size());
    __asm__ __volatile__(""
                         :
                         : "r"(text.data())
                         : "memory"); // the bytes count as read: no dead store to drop
    text.clear();
}

secret::secret(secret&& other) noexcept {
    // A short string moves by copying its bytes, so the source keeps them unless it is wiped.
    text_ = std::move(other.text_);
    wipe(other.text_);
}

secret& secret::operator=(secret other) noexcept {
    wipe(text_);
    text_.swap(other.text_);
    return *this;
}

secret::~secret() { wipe(text_); }

}
