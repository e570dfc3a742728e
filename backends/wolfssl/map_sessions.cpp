#include "backends/wolfssl/map_sessions.hpp"

#include "backends/tls/guarded.hpp"
#include "backends/tls/random.hpp"

#include <algorithm>
#include <atomic>
#include <vector>

namespace postern::tls::wolfssl {

namespace {

using raw = unsigned char;

constexpr long long longest = 0x7fffffff; // seconds, 68 years: what the library's integer holds

// The longest lifetime that a ticket may announce, in seconds (RFC 8446 section 4.6.1).
constexpr long long longest_hint = 604800;

std::span<const std::byte> bytes_of(const raw* data, std::size_t size) {
    return std::as_bytes(std::span(data, size));
}

// The longest-lived copies of a session's secret are those that nobody wipes.
class wiped_bytes {
public:
    explicit wiped_bytes(std::size_t size) : text_(size, '\0') {}
    wiped_bytes(const wiped_bytes&) = delete;
    wiped_bytes& operator=(const wiped_bytes&) = delete;
    ~wiped_bytes() { wipe(text_); }

    raw* data() { return reinterpret_cast<raw*>(text_.data()); }
    std::span<std::byte> bytes() { return std::as_writable_bytes(std::span(text_)); }

private:
    std::string text_;
};

int keep_session(WOLFSSL* ssl, WOLFSSL_SESSION* session) {
    auto& self = connection_of(ssl);
    // 5.5 calls this for tickets too, and for TLS 1.3, which has no ids.
    if (!self.sessions || self.uses_ticket || wolfSSL_GetVersion(ssl) == WOLFSSL_TLSV1_3) return 0;
    unsigned int id_size = 0;
    const auto* id = wolfSSL_SESSION_get_id(session, &id_size);
    auto size = wolfSSL_i2d_SSL_SESSION(session, nullptr);
    if (!id || id_size == 0 || size <= 0) return 0;
    wiped_bytes serial(static_cast<std::size_t>(size));
    auto* at = serial.data();
    if (wolfSSL_i2d_SSL_SESSION(session, &at) == size)
        self.sessions->keep(bytes_of(id, id_size), serial.bytes());
    return 0; // the library may free the session
}

WOLFSSL_SESSION* find_session(WOLFSSL* ssl, const raw* id, int id_size, int* copy) {
    *copy = 0; // the session is the library's to free
    auto& self = connection_of(ssl);
    if (!self.sessions || self.uses_ticket || id_size <= 0) return nullptr;
    if (wolfSSL_GetVersion(ssl) == WOLFSSL_TLSV1_3) return nullptr;
    auto found = self.sessions->find(bytes_of(id, static_cast<std::size_t>(id_size)));
    if (!found) return nullptr;
    const auto* at = reinterpret_cast<const raw*>(found->data());
    auto* session = wolfSSL_d2i_SSL_SESSION(nullptr, &at, static_cast<long>(found->size()));
    wipe(*found);
    return session;
}

// How many bytes of state a ticket of this build carries; 0 until the first one was made, which a
// context's rehearsal does. 5.5 believes the length that a client writes into a ticket, and hands
// out a pointer that may lie behind it.
std::atomic<int> state_bytes{0};

// The library has 16 + 16 + 32 bytes for a name, a nonce and a MAC, none of which may be all zeros.
struct fields {
    raw* name;
    raw* nonce;
    raw* mac;
};
constexpr raw mac_filler = 1; // behind the 16 bytes that are a tag

void write_head(const ticket_head& head, const fields& to) {
    std::memcpy(to.name, head.name.data(), head.name.size());
    std::memcpy(to.nonce, head.nonce.data(), head.nonce.size());
    std::memcpy(to.mac, head.tag.data(), head.tag.size());
    std::fill(to.mac + head.tag.size(), to.mac + WOLFSSL_TICKET_MAC_SZ, mac_filler);
}

ticket_head read_head(const fields& from) {
    ticket_head head;
    std::memcpy(head.name.data(), from.name, head.name.size());
    std::memcpy(head.nonce.data(), from.nonce, head.nonce.size());
    std::memcpy(head.tag.data(), from.mac, head.tag.size());
    return head;
}

int seal_ticket(connection& self, const fields& to, std::span<std::byte> state) {
    state_bytes = static_cast<int>(state.size());
    self.uses_ticket = true;
    if (self.sessions) {
        write_head(self.sessions->seal(state, state, self.memory), to);
        return WOLFSSL_TICKET_RET_OK;
    }
    // A handshake without any ticket fails, so a rehearsal's leads nowhere.
    ticket_head head;
    fill_random(head.name);
    fill_random(head.nonce);
    fill_random(state);
    write_head(head, to);
    return WOLFSSL_TICKET_RET_OK;
}

int open_ticket(connection& self, bool tls13, const fields& from, std::span<std::byte> body) {
    const auto expected = state_bytes.load();
    if (!self.sessions || (expected != 0 && std::cmp_not_equal(expected, body.size())))
        return WOLFSSL_TICKET_RET_REJECT;
    // Not in place: a ClientHello that is refused must stay what the transcript's hash says.
    wiped_bytes state(body.size());
    auto opened = self.sessions->open(read_head(from), body, state.bytes(), self.memory);
    if (!opened || opened->bytes != body.size()) return WOLFSSL_TICKET_RET_REJECT;
    std::ranges::copy(state.bytes(), body.begin());
    self.uses_ticket = true;
    // TLS 1.3 issues a new ticket anyway, and newer versions take CREATE for a refusal there.
    return opened->renew && !tls13 ? WOLFSSL_TICKET_RET_CREATE : WOLFSSL_TICKET_RET_OK;
}

int protect_ticket(WOLFSSL* ssl, raw name[WOLFSSL_TICKET_NAME_SZ], raw nonce[WOLFSSL_TICKET_IV_SZ], raw mac[WOLFSSL_TICKET_MAC_SZ], int seals, raw* ticket, int size, int* out_size, void*) {
    if (size <= 0) return WOLFSSL_TICKET_RET_REJECT;
    auto& self = connection_of(ssl);
    auto bytes = std::as_writable_bytes(std::span(ticket, static_cast<std::size_t>(size)));
    fields at{name, nonce, mac};
    *out_size = size;
    if (seals) return seal_ticket(self, at, bytes);
    return open_ticket(self, wolfSSL_GetVersion(ssl) == WOLFSSL_TLSV1_3, at, bytes);
}

void use_tickets(WOLFSSL_CTX* ctx, const resumption& sessions) {
    constexpr auto protect = guarded<protect_ticket, WOLFSSL_TICKET_RET_REJECT>::call;
    wolfSSL_CTX_set_TicketEncCb(ctx, sessions.gives_tickets() ? protect : nullptr);
    if (!sessions.seals_tickets()) wolfSSL_CTX_NoTicketTLSv12(ctx);
#ifdef WOLFSSL_TLS13
    if (!sessions.gives_tickets()) wolfSSL_CTX_no_ticket_TLSv13(ctx);
#endif
}

}

void use_sessions(WOLFSSL_CTX* ctx, const resumption& sessions) {
    // Never the library's own cache: it is one for the whole process and holds 33 sessions. And no
    // callback for removal: 5.5 calls it whenever a connection's own copy of a session is freed.
    long mode = WOLFSSL_SESS_CACHE_SERVER | WOLFSSL_SESS_CACHE_NO_INTERNAL;
    wolfSSL_CTX_set_session_cache_mode(
        ctx, sessions.gives_ids() ? mode : static_cast<long>(WOLFSSL_SESS_CACHE_OFF)
    );
    wolfSSL_CTX_sess_set_new_cb(ctx, guarded<keep_session, 0>::call);
    wolfSSL_CTX_sess_set_get_cb(ctx, guarded<find_session, nullptr>::call);
    const auto seconds =
        std::clamp(static_cast<long long>(sessions.timeout().count()), 1LL, longest);
    wolfSSL_CTX_set_timeout(ctx, static_cast<unsigned int>(seconds));
    wolfSSL_CTX_set_TicketHint(ctx, static_cast<int>(std::min(seconds, longest_hint)));
    use_tickets(ctx, sessions);
#if defined(WOLFSSL_TLS13) && LIBWOLFSSL_VERSION_HEX >= 0x05009000
    wolfSSL_CTX_only_dhe_psk(ctx); // a resumed session keeps forward secrecy
#endif
}

}
