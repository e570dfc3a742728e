#include "gateway/signing/key_set.hpp"

#include "gateway/shared/packing.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace postern::gateway {
namespace {

boost::system::error_code error_of(int value) { return {value, boost::system::system_category()}; }

constexpr std::size_t largest = 512 << 20;

void write(packer& out, const std::vector<tls::withheld_key>& keys) {
    out.put(keys.size());
    for (auto& k : keys) {
        out.put_bytes(k.id);
        out.put(k.pem.reveal());
        out.put(k.phrases.size());
        for (auto& p : k.phrases)
            out.put(p.reveal());
    }
}

}

result<descriptor> pack_keys(const std::vector<tls::withheld_key>& keys) {
    auto fill = [&](packer& out) { write(out, keys); };
    auto memory = pack_in_memory("postern keys", largest, fill);
    if (!memory) return memory.error();
    auto kept = duplicate(memory->fd()); // the mapping goes
    if (!kept) return error_of(errno);
    return kept;
}

result<std::vector<tls::withheld_key>> unpack_keys(descriptor from) {
    auto memory = packed_memory(std::move(from), largest);
    if (!memory) return memory.error();
    unpacker in(memory->bytes());
    std::vector<tls::withheld_key> keys;
    for (auto n = in.number(); n > 0 && in.good(); --n) {
        auto& k = keys.emplace_back();
        auto id = in.take(k.id.size());
        std::ranges::copy(id, k.id.begin());
        k.pem = secret(in.text());
        for (auto p = in.number(); p > 0 && in.good(); --p)
            k.phrases.emplace_back(in.text());
    }
    if (!in.at_end()) return error_of(EPROTO);
    return keys;
}

}
