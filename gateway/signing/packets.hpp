#pragma once

#include "backends/tls/signing.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace postern::gateway {

// What goes between a worker and the signing process, over a pair of SOCK_SEQPACKET: one packet of
// fixed size for a question, one for its answer.
struct signing_question {
    std::uint64_t number = 0; // the worker's own, repeated in the answer
    tls::key_id key{};
    std::uint16_t scheme = 0, size = 0;
    std::uint32_t unused = 0;
    std::array<std::byte, tls::longest_to_be_signed> bytes{}; // zero behind `size`
};

enum class signing_outcome : std::uint32_t { done, unknown_key, unreadable_key, unfit_key };

struct signing_answer {
    std::uint64_t number = 0;
    signing_outcome outcome{};
    std::uint32_t size = 0;
    std::array<std::byte, tls::longest_signature> bytes{};
};

// No worker has more questions under way; so many answers fit into a socket that nobody reads.
inline constexpr std::size_t most_questions = 64;

inline signing_question question_of(std::uint64_t number, const tls::signature_request& r) {
    signing_question q;
    q.number = number;
    q.key = r.key;
    q.scheme = static_cast<std::uint16_t>(r.scheme);
    q.size = static_cast<std::uint16_t>(r.bytes.size());
    std::memcpy(q.bytes.data(), r.bytes.data(), r.bytes.size()); // at most longest_to_be_signed
    return q;
}

}
