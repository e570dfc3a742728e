#pragma once

#include "backends/tls/cipher_names.hpp"

#include <string>
#include <string_view>

namespace postern::tls {

// What one word of OpenSSL's cipher notation stands for.
class cipher_word {
public:
    // A keyword or a suite's name.
    explicit cipher_word(std::string_view);

    bool known() const { return test_ || one_; }
    bool matches(const suite& s) const { return one_ ? one_ == &s : test_(s); }
    // A suite of TLS 1.3, which the notation does not govern.
    bool is_tls13() const { return one_ && one_->since == config::tls_version::tls1_3; }

private:
    bool (*test_)(const suite&) = nullptr;
    const suite* one_ = nullptr;
};

// The known word nearest to a misspelt one; empty when none is near.
std::string nearest_cipher_word(std::string_view);

}
