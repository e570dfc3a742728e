#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace postern {

// Text that must not be seen: wiped when it goes away, moved but never copied by accident, and
// without any way to print it. reveal() marks each place in the code where it leaves us.
class secret {
public:
    secret() = default;
    explicit secret(std::string_view text) : text_(text) {}
    secret(const secret&) = default;
    secret(secret&& other) noexcept;
    secret& operator=(secret other) noexcept;
    ~secret();

    std::string_view reveal() const { return text_; }
    bool empty() const { return text_.empty(); }

private:
    std::string text_;
};

// Overwrites the bytes of a string (all of its capacity) and empties it; the compiler may not leave
// it out.
void wipe(std::string&) noexcept;

}
