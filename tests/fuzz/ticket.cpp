// Tickets as clients send them, to a server that seals them, to one that keeps sessions in a store,
// and by session id: whatever did not come from here leads nowhere, and what did comes back whole.
#include "backends/tls/builtin_store.hpp"
#include "backends/tls/resumption.hpp"
#include "backends/tls/ticket_ring.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <vector>

using namespace postern::tls;

namespace {

// Keeps inputs apart, which is all that is needed here.
class plain_crypto final : public crypto {
public:
    std::array<std::byte, 32> sha256(std::span<const std::byte> in) const override {
        std::array<std::byte, 32> out{};
        std::uint64_t h = 14695981039346656037u;
        for (std::size_t i = 0; i < in.size() + 32; ++i) {
            auto b = i < in.size() ? std::to_integer<std::uint64_t>(in[i]) : i;
            h = (h ^ b) * 1099511628211u;
            out[i % 32] ^= static_cast<std::byte>(h >> 56);
        }
        return out;
    }
    std::array<std::byte, 20> sha1(std::span<const std::byte> in) const override {
        auto all = sha256(in);
        std::array<std::byte, 20> out{};
        std::copy_n(all.begin(), out.size(), out.begin());
        return out;
    }
    bool seal(
        const aead_input& in,
        std::span<const std::byte> plain,
        std::span<std::byte> out,
        std::span<std::byte, 16> tag
    ) const override {
        std::ranges::copy(tag_of(in, plain), tag.begin());
        std::ranges::copy(plain, out.begin());
        return true;
    }
    bool open(
        const aead_input& in,
        std::span<const std::byte> sealed,
        std::span<const std::byte, 16> tag,
        std::span<std::byte> out
    ) const override {
        if (!std::ranges::equal(tag_of(in, sealed), tag)) return false;
        std::ranges::copy(sealed, out.begin());
        return true;
    }

private:
    std::array<std::byte, 16> tag_of(const aead_input& in, std::span<const std::byte> plain) const {
        std::vector<std::byte> all(in.key.begin(), in.key.end());
        for (auto part : {std::span<const std::byte>(in.nonce), in.bound, plain})
            all.insert(all.end(), part.begin(), part.end());
        auto hash = sha256(all);
        std::array<std::byte, 16> out;
        std::copy_n(hash.begin(), out.size(), out.begin());
        return out;
    }
};

// Two bytes of the input may change a real ticket; the rest is one by itself.
void try_one(const resumption& server, std::span<const std::byte> input) {
    std::vector<std::byte> state(100, std::byte{7}), body(state), out(state.size());
    resumption_memory memory;
    auto head = server.seal(state, body, {});
    auto opened = server.open(head, body, out, memory);
    if (!opened || out != state) std::abort();
    if (input.size() >= 2) {
        std::array<std::byte, ticket_head::bytes> raw;
        head.write(raw);
        raw[std::to_integer<std::size_t>(input[0]) % 32] ^= input[1];
        auto changed = ticket_head::read(raw);
        auto again = server.open(changed, body, out, memory);
        if (again && input[1] != std::byte{0}) std::abort();
    }
    if (input.size() < ticket_head::bytes) return;
    auto rest = input.subspan(ticket_head::bytes);
    std::vector<std::byte> room(rest.size());
    if (server.open(ticket_head::read(input.first<ticket_head::bytes>()), rest, room, memory))
        std::abort();
}

}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    auto input = std::as_bytes(std::span(data, size));
    static const plain_crypto primitives;
    builtin_store own(16), zone(16);
    local_ticket_keys keys;
    const std::vector<std::string> leaves{"certificate"};
    for (auto on : {true, false})
        for (auto zoned : {true, false}) {
            postern::config::tls_settings settings;
            settings.tickets.on = on;
            settings.cache.zone = zoned ? "SSL" : "";
            session_services services{&own, zoned ? &zone : nullptr, &keys};
            resumption server(settings, services, primitives, leaves, "library 1");
            try_one(server, input);
            auto id = input.first(std::min<std::size_t>(size, 40));
            server.keep(id, input);
            auto found = server.find(id);
            if (found && found->size() != size) std::abort();
            if (!found && !id.empty() && id.size() <= 32 && size < 16000) std::abort();
            server.drop(id);
            if (server.find(id)) std::abort();
        }
    return 0;
}
