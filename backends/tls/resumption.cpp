#include "backends/tls/resumption.hpp"

#include "backends/tls/joined.hpp"
#include "backends/tls/random.hpp"
#include "backends/tls/verification.hpp"

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

std::array<std::byte, 32> handle_of(const ticket_head& head) {
    std::array<std::byte, 32> handle;
    std::ranges::copy(head.nonce, std::ranges::copy(head.name, handle.begin()).out);
    return handle;
}

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
      keys_(settings.tickets.on ? services.keys : nullptr), tickets_on_(settings.tickets.on),
      mode_(settings.cache.builtin), timeout_(settings.session_timeout) {
    // Who shows a certificate is not resumed, and there is nobody else.
    if (settings.verify.client == config::verify_client::on) {
        builtin_ = shared_ = nullptr;
        keys_ = nullptr;
        tickets_on_ = false;
        mode_ = builtin_mode::off;
    }
    if (mode_ != builtin_mode::used) builtin_ = nullptr;
    if (!settings.cache.uses_zone()) shared_ = nullptr;
    if (tickets_on_ && !settings.tickets.key_files.empty()) {
        files_ = std::make_unique<file_ticket_keys>(crypto_, settings.tickets.key_files);
        if (files_->empty())
            files_.reset();
        else
            keys_ = files_.get();
    }
    std::vector<std::byte> all;
    append(all, as_bytes("MAIL"));
    for (auto& one : certificates)
        append(all, crypto_.sha256(as_bytes(one)));
    if (settings.verify.asks())
        append(all, crypto_.sha256(as_bytes(fingerprint_of(settings.verify))));
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

// With the mark in front already. False when no store has it.
bool resumption::keep_at(const key& place, bytes kept, time until) const {
    auto in_own = builtin_ && builtin_->put(place, kept, until);
    auto in_zone = shared_ && shared_->put(place, kept, until);
    return in_own || in_zone;
}

// What is stored there, without the mark; nothing when it is another library's.
std::optional<std::string> resumption::take_marked(session_store* from, const key& place) const {
    auto found = from ? from->get(place) : std::nullopt;
    if (!found || found->size() < mark_.size()) return std::nullopt;
    if (!std::ranges::equal(as_bytes(*found).first(mark_.size()), mark_)) return std::nullopt;
    found->erase(0, mark_.size());
    return found;
}

std::optional<std::string> resumption::find_at(const key& place) const {
    auto found = take_marked(builtin_, place);
    return found ? found : take_marked(shared_, place);
}

void resumption::keep(bytes id, bytes session) const {
    if (id.empty() || id.size() > 32 || (!builtin_ && !shared_)) return;
    joined marked(mark_.size() + session.size());
    marked.add(mark_).add(session);
    keep_at(store_key('i', id), marked.get(), session_store::clock::now() + timeout_);
}

std::optional<std::string> resumption::find(bytes id) const {
    if (id.empty() || id.size() > 32) return std::nullopt;
    return find_at(store_key('i', id));
}

void resumption::drop(bytes id) const {
    if (id.empty() || id.size() > 32) return;
    auto place = store_key('i', id);
    if (builtin_) builtin_->drop(place);
    if (shared_) shared_->drop(place);
}

// Without ssl_session_tickets any store will do, else the zone that all workers see: their keys
// serve as well where there is none. And with key files the other machines are to open it.
bool resumption::hands_out_handles() const {
    if (!tickets_on_) return builtin_ || shared_;
    return shared_ && !files_;
}

bool resumption::store_ticket(bytes state, const key& place, time until) const {
    std::array<std::byte, expiry_bytes> expiry;
    put32(expiry, seconds_of(until));
    joined kept(mark_.size() + expiry.size() + state.size());
    kept.add(mark_).add(expiry).add(state);
    if (!tickets_on_) return keep_at(place, kept.get(), until);
    return shared_->put(place, kept.get(), until);
}

ticket_head resumption::seal(
    bytes state, std::span<std::byte> body, const resumption_memory& memory
) const {
    auto until = ends(memory);
    return hands_out_handles() ? seal_handle(state, body, until)
                               : seal_with_key(state, body, until);
}

ticket_head resumption::seal_handle(bytes state, std::span<std::byte> body, time until) const {
    ticket_head head;
    fill_random(head.name);
    fill_random(head.nonce);
    auto kept = store_ticket(state, store_key('t', handle_of(head)), until);
    if (!kept && keys_) return seal_with_key(state, body, until);
    // Without keys there is nothing better to give than a handle that leads nowhere.
    std::ranges::fill(body, std::byte{0});
    return head;
}

// Nonces are random, and a file's key may be that of many machines for years. So that none of the
// cipher's keys meets too many of them, each is for the tickets that end within the same 4096
// seconds.
secret_block resumption::cipher_key(const ticket_key& from, const ticket_head& head) const {
    auto hour = get32(std::span(head.nonce).last<4>()) >> 12u;
    std::array<std::byte, 4> what_for;
    put32(what_for, hour);
    secret_block root, out;
    root.bytes = from.secret;
    hkdf_expand(crypto_, root, what_for, out.bytes);
    return out;
}

ticket_head resumption::seal_with_key(bytes state, std::span<std::byte> body, time until) const {
    ticket_head head;
    auto with = keys_->sealing(timeout_);
    head.name = with.name;
    fill_random(std::span(head.nonce).first<12>());
    put32(std::span(head.nonce).last<4>(), seconds_of(until));
    auto cipher = cipher_key(with, head);
    std::vector<std::byte> bound(context_.begin(), context_.end());
    append(bound, mark_);
    append(bound, head.nonce);
    crypto::aead_input in{cipher.bytes, std::span(head.nonce).first<12>(), bound};
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
    auto cipher = cipher_key(found.key, head);
    std::vector<std::byte> bound(context_.begin(), context_.end());
    append(bound, mark_);
    append(bound, head.nonce);
    crypto::aead_input in{cipher.bytes, std::span(head.nonce).first<12>(), bound};
    if (!crypto_.open(in, body, head.tag, state.first(body.size()))) return std::nullopt;
    memory.ends = until;
    return opened{body.size(), !found.current};
}

std::optional<resumption::opened> resumption::open_handle(
    const ticket_head& head, bytes body, std::span<std::byte> state, resumption_memory& memory
) const {
    auto kept = find_at(store_key('t', handle_of(head)));
    if (!kept) return std::nullopt;
    auto all = as_bytes(*kept);
    // A ticket as long as the state was made here; anything else is somebody's play with the
    // padding.
    auto fits = all.size() == expiry_bytes + body.size();
    auto until = fits ? point_of(get32(all.first<expiry_bytes>())) : time{};
    auto alive = until > session_store::clock::now();
    if (alive) {
        std::ranges::copy(all.subspan(expiry_bytes), state.begin());
        memory.ends = until;
    }
    wipe(*kept);
    if (!alive) return std::nullopt;
    return opened{body.size(), false};
}

// Handles lead somewhere after ssl_session_tickets was switched on, or given key files; nothing
// that was sealed is opened once it is off.
std::optional<resumption::opened> resumption::open(
    const ticket_head& head, bytes body, std::span<std::byte> state, resumption_memory& memory
) const {
    if (state.size() < body.size()) return std::nullopt;
    if (keys_)
        if (auto found = keys_->opening(head.name))
            return open_sealed(head, *found, body, state, memory);
    return open_handle(head, body, state, memory);
}

}
