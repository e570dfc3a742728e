#include "backends/tls/resumption.hpp"

#include "backends/tls/random.hpp"

#include <algorithm>
#include <vector>

namespace postern::tls {

namespace {

using bytes = std::span<const std::byte>;
using builtin_mode = config::session_cache::builtin_mode;

bytes as_bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

void append(std::vector<std::byte>& to, bytes more) {
    to.insert(to.end(), more.begin(), more.end());
}

std::uint32_t seconds_of(session_store::clock::time_point when) {
    auto s = std::chrono::duration_cast<std::chrono::seconds>(when.time_since_epoch()).count();
    return static_cast<std::uint32_t>(std::clamp<decltype(s)>(s, 0, 0xffffffff));
}

void put32(std::span<std::byte, 4> to, std::uint32_t value) {
    for (std::size_t i = 0; i < 4; ++i)
        to[i] = static_cast<std::byte>(value >> (24 - 8 * i));
}

std::uint32_t get32(std::span<const std::byte, 4> from) {
    std::uint32_t value = 0;
    for (auto b : from)
        value = value << 8u | std::to_integer<std::uint32_t>(b);
    return value;
}

session_store::clock::time_point point_of(std::uint32_t seconds) {
    return session_store::clock::time_point(std::chrono::seconds(seconds));
}

constexpr std::size_t expiry_bytes = 4;

}

void ticket_head::write(std::span<std::byte, bytes> out) const {
    auto at = std::ranges::copy(name, out.begin()).out;
    at = std::ranges::copy(nonce, at).out;
    std::ranges::copy(tag, at);
}

ticket_head ticket_head::read(std::span<const std::byte, bytes> in) {
    ticket_head head;
    std::ranges::copy(in.subspan<0, 16>(), head.name.begin());
    std::ranges::copy(in.subspan<16, 16>(), head.nonce.begin());
    std::ranges::copy(in.subspan<32, 16>(), head.tag.begin());
    return head;
}

resumption::resumption(
    const config::tls_settings& settings,
    const session_services& services,
    const crypto& primitives,
    std::span<const std::string> certificates,
    std::string_view format
)
    : crypto_(primitives), builtin_(services.builtin), shared_(services.shared),
      keys_(services.keys), mode_(settings.cache.builtin), timeout_(settings.session_timeout) {
    if (mode_ != builtin_mode::used) builtin_ = nullptr;
    if (!settings.cache.uses_zone()) shared_ = nullptr;
    std::vector<std::byte> all;
    append(all, as_bytes("MAIL"));
    for (auto& one : certificates)
        append(all, crypto_.sha256(as_bytes(one)));
    context_ = crypto_.sha256(all);
    auto hash = crypto_.sha256(as_bytes(format));
    std::copy_n(hash.begin(), mark_.size(), mark_.begin());
}

// A session's place in a store: one library does not keep servers apart itself.
resumption::key resumption::store_key(char kind, bytes id) const {
    std::vector<std::byte> all(context_.begin(), context_.end());
    all.push_back(static_cast<std::byte>(kind));
    append(all, id);
    return crypto_.sha256(all);
}

resumption::time resumption::ends(const resumption_memory& memory) const {
    auto latest = session_store::clock::now() + timeout_;
    return memory.ends ? std::min(*memory.ends, latest) : latest;
}

void resumption::keep(bytes id, bytes session) const {
    if (id.empty() || id.size() > 32 || (!builtin_ && !shared_)) return;
    std::vector<std::byte> marked(mark_.begin(), mark_.end());
    append(marked, session);
    auto place = store_key('i', id);
    auto until = session_store::clock::now() + timeout_;
    if (builtin_) builtin_->put(place, marked, until);
    if (shared_) shared_->put(place, marked, until);
}

// What is stored there, without the mark; nothing when it is another library's.
std::optional<std::string> resumption::take_marked(session_store& from, const key& place) const {
    auto found = from.get(place);
    if (!found || found->size() < mark_.size()) return std::nullopt;
    if (!std::ranges::equal(as_bytes(*found).first(mark_.size()), mark_)) return std::nullopt;
    found->erase(0, mark_.size());
    return found;
}

std::optional<std::string> resumption::find(bytes id) const {
    if (id.empty() || id.size() > 32) return std::nullopt;
    auto place = store_key('i', id);
    std::optional<std::string> found;
    if (builtin_) found = take_marked(*builtin_, place);
    if (!found && shared_) found = take_marked(*shared_, place);
    return found;
}

void resumption::drop(bytes id) const {
    if (id.empty() || id.size() > 32) return;
    auto place = store_key('i', id);
    if (builtin_) builtin_->drop(place);
    if (shared_) shared_->drop(place);
}

bool resumption::store_ticket(bytes state, const key& place, time until) const {
    std::vector<std::byte> kept(mark_.begin(), mark_.end());
    kept.resize(kept.size() + expiry_bytes);
    put32(std::span(kept).last<expiry_bytes>(), seconds_of(until));
    append(kept, state);
    return shared_->put(place, kept, until);
}

ticket_head resumption::seal(
    bytes state, std::span<std::byte> body, const resumption_memory& memory
) const {
    ticket_head head;
    auto until = ends(memory);
    if (shared_) {
        fill_random(head.name);
        fill_random(head.nonce);
        std::array<std::byte, 32> handle;
        std::ranges::copy(head.nonce, std::ranges::copy(head.name, handle.begin()).out);
        // Without keys there is nothing better to give than a handle that leads nowhere.
        if (store_ticket(state, store_key('t', handle), until) || !keys_) {
            std::ranges::fill(body, std::byte{0});
            return head;
        }
    }
    auto with = keys_->sealing(timeout_);
    head.name = with.name;
    fill_random(std::span(head.nonce).first<12>());
    put32(std::span(head.nonce).last<4>(), seconds_of(until));
    std::vector<std::byte> bound(context_.begin(), context_.end());
    append(bound, mark_);
    append(bound, head.nonce);
    crypto::aead_input in{with.secret, std::span(head.nonce).first<12>(), bound};
    if (!crypto_.seal(in, state, body, head.tag)) std::ranges::fill(body, std::byte{0});
    return head;
}

std::optional<resumption::opened> resumption::open_sealed(
    const ticket_head& head,
    const ticket_keys::found& found,
    bytes body,
    std::span<std::byte> state,
    resumption_memory& memory
) const {
    auto until = point_of(get32(std::span(head.nonce).last<4>()));
    if (until <= session_store::clock::now()) return std::nullopt;
    std::vector<std::byte> bound(context_.begin(), context_.end());
    append(bound, mark_);
    append(bound, head.nonce);
    crypto::aead_input in{found.key.secret, std::span(head.nonce).first<12>(), bound};
    if (!crypto_.open(in, body, head.tag, state.first(body.size()))) return std::nullopt;
    memory.ends = until;
    return opened{body.size(), !found.current};
}

std::optional<resumption::opened> resumption::open_handle(
    const ticket_head& head, bytes body, std::span<std::byte> state, resumption_memory& memory
) const {
    std::array<std::byte, 32> handle;
    std::ranges::copy(head.nonce, std::ranges::copy(head.name, handle.begin()).out);
    auto kept = take_marked(*shared_, store_key('t', handle));
    if (!kept || kept->size() < expiry_bytes) return std::nullopt;
    auto until = point_of(get32(as_bytes(*kept).first<expiry_bytes>()));
    auto found = as_bytes(*kept).subspan(expiry_bytes);
    // A ticket as long as the state was made here; anything else is somebody's play with the
    // padding.
    if (until <= session_store::clock::now() || found.size() != body.size()) return std::nullopt;
    std::ranges::copy(found, state.begin());
    memory.ends = until;
    return opened{found.size(), false};
}

std::optional<resumption::opened> resumption::open(
    const ticket_head& head, bytes body, std::span<std::byte> state, resumption_memory& memory
) const {
    if (state.size() < body.size()) return std::nullopt;
    if (keys_)
        if (auto found = keys_->opening(head.name))
            return open_sealed(head, *found, body, state, memory);
    if (shared_) return open_handle(head, body, state, memory);
    return std::nullopt;
}

}
