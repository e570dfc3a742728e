#pragma once

#include "backends/tls/pem.hpp"
#include "backends/tls/signing.hpp"
#include "config/value/secret.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::tls {

// A private key that was taken out of a file, for the process that signs with it.
struct withheld_key {
    key_id id{};
    secret pem;                  // one block, perhaps encrypted
    std::vector<secret> phrases; // that may open it
};

// A file's bytes without its private keys: each block of one is replaced by a block that only names
// it, which key_files reads in its place. Text between blocks goes as well, and so do private keys
// that no library here reads, so that nothing of a key is left, not even of one that is torn. A
// file without any key stays byte for byte.
struct withholding {
    secret text;
    std::vector<withheld_key> keys; // without phrases
};
withholding withhold_keys(std::string_view file);

// The name in a block that stands for a key; nothing when it is a block of another kind.
inline constexpr std::string_view withheld_label = "POSTERN KEY";
std::optional<key_id> withheld_key_of(const pem_block&);

}
