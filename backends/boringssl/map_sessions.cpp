#include "backends/boringssl/map_sessions.hpp"

#include "backends/boringssl/bytes.hpp"
#include "backends/tls/guarded.hpp"
#include "backends/tls/random.hpp"

#include <algorithm>

namespace postern::tls::boringssl {

namespace {

std::span<const std::byte> bytes_of(const std::uint8_t* data, std::size_t length) {
    return std::as_bytes(std::span(data, length));
}

std::span<const std::byte> id_of(const SSL_SESSION* session) {
    unsigned length = 0;
    auto* data = SSL_SESSION_get_id(session, &length);
    return bytes_of(data, length);
}

// By id: TLS 1.2 and older, for clients without tickets. Gives 0: the session stays the library's.
int new_session(SSL* ssl, SSL_SESSION* session) {
    auto* sessions = connection_of(ssl).sessions;
    std::uint8_t* data = nullptr;
    std::size_t length = 0;
    if (!sessions || SSL_SESSION_to_bytes(session, &data, &length) != 1) return 0;
    sessions->keep(id_of(session), bytes_of(data, length));
    OPENSSL_cleanse(data, length);
    OPENSSL_free(data);
    return 0;
}

SSL_SESSION* find_session(SSL* ssl, const std::uint8_t* id, int length, int* copy) {
    *copy = 0; // the caller gets our only reference
    auto* sessions = connection_of(ssl).sessions;
    if (!sessions || length <= 0) return nullptr;
    auto found = sessions->find(bytes_of(id, static_cast<std::size_t>(length)));
    if (!found) return nullptr;
    auto* session = SSL_SESSION_from_bytes(
        reinterpret_cast<const std::uint8_t*>(found->data()), found->size(), SSL_get_SSL_CTX(ssl)
    );
    OPENSSL_cleanse(found->data(), found->size());
    if (!session) ERR_clear_error();
    return session;
}

std::size_t ticket_overhead(SSL*) { return ticket_head::bytes; }

int seal_ticket(
    SSL* ssl,
    std::uint8_t* out,
    std::size_t* written,
    std::size_t room,
    const std::uint8_t* state,
    std::size_t length
) {
    if (room < length + ticket_head::bytes) return 0;
    auto& self = connection_of(ssl);
    auto ticket = std::as_writable_bytes(std::span(out, length + ticket_head::bytes));
    auto body = ticket.subspan(ticket_head::bytes);
    // The state may lie at the beginning of `out`: it moves before the head is written.
    std::copy_backward(bytes_of(state, length).begin(), bytes_of(state, length).end(), body.end());
    ticket_head head;
    if (self.sessions)
        head = self.sessions->seal(body, body, self.memory);
    else // opens nowhere; what is in it would be a secret in the clear
        fill_random(body);
    head.write(ticket.first<ticket_head::bytes>());
    *written = ticket.size();
    return 1;
}

ssl_ticket_aead_result_t open_ticket(
    SSL* ssl,
    std::uint8_t* out,
    std::size_t* written,
    std::size_t room,
    const std::uint8_t* data,
    std::size_t length
) {
    auto& self = connection_of(ssl);
    if (!self.sessions || length < ticket_head::bytes) return ssl_ticket_aead_ignore_ticket;
    auto ticket = bytes_of(data, length);
    auto head = ticket_head::read(ticket.first<ticket_head::bytes>());
    auto state = std::as_writable_bytes(std::span(out, room));
    // `out` may be `data`: the body moves to where the state will be.
    auto body = ticket.subspan(ticket_head::bytes);
    if (room < body.size()) return ssl_ticket_aead_ignore_ticket;
    std::copy(body.begin(), body.end(), state.begin());
    auto moved = state.first(body.size());
    auto opened = self.sessions->open(head, moved, moved, self.memory);
    if (!opened) return ssl_ticket_aead_ignore_ticket;
    *written = opened->bytes;
    return ssl_ticket_aead_success;
}

const SSL_TICKET_AEAD_METHOD tickets{
    ticket_overhead,
    guarded<seal_ticket, 0>::call,
    guarded<open_ticket, ssl_ticket_aead_ignore_ticket>::call};

// The library's option against tickets is one against any resumption in TLS 1.3. So it is set as
// soon as the version is known, and before a session is looked for.
int spare_old_versions(SSL* ssl, void*) {
    if (SSL_version(ssl) < TLS1_3_VERSION) SSL_set_options(ssl, SSL_OP_NO_TICKET);
    return 1;
}

}

void use_sessions(SSL_CTX* ctx, const resumption& sessions, bool few_tickets) {
    auto seconds = static_cast<std::uint32_t>(
        std::clamp<std::chrono::seconds::rep>(sessions.timeout().count(), 1, 0x7fffffff)
    );
    SSL_CTX_set_timeout(ctx, seconds);
    SSL_CTX_set_session_psk_dhe_timeout(ctx, seconds); // or TLS 1.3 tickets live for two days
    auto context = sessions.context();
    SSL_CTX_set_session_id_context(
        ctx, reinterpret_cast<const std::uint8_t*>(context.data()), context.size()
    );
    if (sessions.gives_ids()) {
        SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_SERVER | SSL_SESS_CACHE_NO_INTERNAL);
        SSL_CTX_sess_set_new_cb(ctx, guarded<new_session, 0>::call);
        SSL_CTX_sess_set_get_cb(ctx, guarded<find_session, nullptr>::call);
    } else {
        SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    }
    if (sessions.gives_tickets()) {
        SSL_CTX_set_ticket_aead_method(ctx, &tickets);
        SSL_CTX_set_num_tickets(ctx, few_tickets ? 1 : 2);
        if (!sessions.seals_tickets()) SSL_CTX_set_cert_cb(ctx, spare_old_versions, nullptr);
    } else {
        SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET);
    }
}

}
