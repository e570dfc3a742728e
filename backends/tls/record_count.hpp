#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace postern::tls {

// Counts the records in a row that brought no data: key updates, warnings, empty ones. A peer that
// sends nothing else costs us keys and answers and nobody is served. Next to data they cost no more
// than the data does, so only those in a row count.
class record_count {
public:
    // As many as BoringSSL allows, and the record that is being read.
    static constexpr std::uint16_t most = 33;

    // Bytes on their way to a library that does not count by itself. False when it is enough.
    bool pass(std::span<const std::byte>);
    void data_came() { without_data_ = 0; }
    bool too_many() const { return without_data_ > most; }

private:
    std::uint16_t left_ = 0; // bytes of the record's body
    std::uint16_t pending_length_ = 0;
    std::uint8_t seen_ = 0; // bytes of its header
    std::uint16_t without_data_ = 0;
};

}
