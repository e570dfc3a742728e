#include "backends/tls/reception.hpp"

#include "backends/tls/alerts.hpp"
#include "backends/tls/choose.hpp"
#include "backends/tls/diagnose.hpp"

#include <algorithm>
#include <string_view>

namespace postern::tls {

namespace {

using namespace std::string_view_literals;

constexpr auto proxy_v2 = "\r\n\r\n\0\r\nQUIT\n"sv;

struct guessed {
    const char* reason;
    const char* hint;
};

// What somebody who does not speak TLS may have said. Never quoted: it may hold a password.
guessed guess(std::span<const std::byte> seen) {
    std::string_view text{reinterpret_cast<const char*>(seen.data()), seen.size()};
    for (std::string_view verb :
         {"GET ", "POST ", "HEAD ", "PUT ", "OPTIONS ", "CONNECT ", "DELETE ", "PRI * HTTP"})
        if (text.starts_with(verb))
            return {
                "a plain HTTP request came instead of a TLS handshake",
                "a web client or a scanner, not a mail program"};
    if (text.starts_with("PROXY ") || text.starts_with(proxy_v2))
        return {
            "a PROXY protocol header came instead of a TLS handshake",
            "a load balancer in front sends it; switch that off there"};
    return {
        "plain text came instead of a TLS handshake",
        "the client does not use TLS here: set it to SSL/TLS for an address with ssl, to STARTTLS "
        "for the others"};
}

// RFC 5246 appendix E.2: two bytes of length, the number of the message, the version.
bool is_old_hello(std::span<const std::byte> seen) {
    return seen.size() > 2 && (seen[0] & std::byte{0x80}) != std::byte{0} &&
           seen[2] == std::byte{1};
}

bool is_text(std::byte b) {
    auto c = std::to_integer<unsigned>(b);
    return (c >= 0x20 && c < 0x7f) || c == '\r' || c == '\n' || c == '\t';
}

}

reception::reception(std::shared_ptr<const server> of) : server_(std::move(of)) {}

status reception::refuse(unsigned char number, std::string why) {
    auto version = seen_.size() > 2 ? std::to_integer<unsigned>(seen_[2]) : 3u;
    auto record = fatal_alert(number, static_cast<std::uint16_t>(0x0300u | std::min(version, 3u)));
    farewell_.assign(record.begin(), record.end());
    reason_ = std::move(why);
    return status::failed;
}

status reception::refuse(const hello_fault& found) {
    std::string why(found.words);
    return refuse(found.alert, why + "; alert sent: " + std::string(alert_name(found.alert)));
}

status reception::take(std::span<const std::byte> cipher) {
    if (chosen_ || !reason_.empty()) return chosen_ ? status::done : status::failed;
    seen_.insert(seen_.end(), cipher.begin(), cipher.end());
    if (seen_.empty()) return status::needs_input;
    came_ = true;

    switch (read_client_hello(seen_, hello_)) {
    case hello_state::partial: return status::needs_input;
    case hello_state::too_long:
        return refuse(alert::decode_error, "the ClientHello is longer than 64 KB");
    case hello_state::not_tls:
        if (is_old_hello(seen_)) hint_ = "the client begins with an SSLv2 hello: it is too old";
        if (!is_text(seen_[0])) break;
        // An alert would only be noise on the screen of somebody who typed. Twelve bytes are
        // enough to tell what it is.
        if (seen_.size() < 12 && std::ranges::all_of(seen_, is_text) &&
            std::ranges::find(seen_, std::byte{'\n'}) == seen_.end())
            return status::needs_input;
        reason_ = guess(seen_).reason;
        hint_ = guess(seen_).hint;
        return status::failed;
    case hello_state::malformed: break;
    case hello_state::whole:
        understood_ = true;
        if (auto wrong = find_fault(seen_, *server_)) return refuse(*wrong);
        if (!shares_protocol(*server_, hello_))
            return refuse(
                alert::no_application_protocol,
                "the client does not speak " + server_->alpn + " (ALPN), alert " +
                    std::string(alert_name(alert::no_application_protocol))
            );
        chosen_ = choose_context(*server_, hello_);
        if (!chosen_)
            return refuse(
                alert::unrecognized_name,
                "the client asks for a name that has no certificate, alert " +
                    std::string(alert_name(alert::unrecognized_name))
            );
        return status::done;
    }
    if (auto wrong = find_fault(seen_, *server_)) return refuse(*wrong);
    chosen_ = server_->contexts.front(); // the library knows best which alert this deserves
    return status::done;
}

std::unique_ptr<engine> reception::admit() {
    auto made = chosen_->accept();
    seen_ = repack(std::move(seen_));
    made->take(seen_);
    made->park(); // the bytes are ours and go with us
    seen_ = {};
    admitted_ = true;
    return made;
}

std::span<const std::byte> reception::farewell() const { return farewell_; }
const std::string& reception::reason() const { return reason_; }

std::string reception::words_about(ended how) const {
    std::string what = how == ended::by_time    ? "nothing more came in time"
                       : how == ended::by_reset ? "the connection was reset"
                                                : "the client closed the connection";
    if (!came_) return what + " before the client had sent anything";
    if (admitted_) return what + " after the server's first answer";
    return what + (understood_ ? " before it was answered" : " in the middle of its ClientHello");
}

void reception::overhear(std::span<const std::byte> cipher) { overheard_ = plain_alert(cipher); }

void reception::turn_away(std::string why) {
    chosen_ = nullptr;
    reason_ = std::move(why);
}

std::string reception::hint_about(const failure& f, ended how) const {
    if (!hint_.empty()) return hint_;
    if (understood_ && !shares_protocol(*server_, hello_))
        return "ALPN has no " + server_->alpn + ": another program, or an attack across protocols";
    if (how == ended::by_library && understood_) {
        // A hello that was refused at once is explained by what the server would have had for it.
        auto& ours = chosen_ ? *chosen_ : *server_->contexts.front();
        if (auto why = disagreement(hello_, *server_, ours); !why.empty()) return why;
    }
    if (how == ended::by_library) return hint_for(f.fatal, "the client");
    if (!admitted_) return {};
    return how == ended::by_time
               ? "packets may be lost on the way, or something between drops large ones"
               : "often a client that does not trust the certificate, or asks its user about it";
}

failure reception::explain(const engine* tried, ended how) {
    failure out;
    out.silent = !came_;
    if (tried) out.fatal = tried->fatal_alerts();
    auto in_plain = out.fatal.received < 0 && overheard_ >= 0;
    if (in_plain) out.fatal = {-1, overheard_}; // ours was only about that record
    if (!farewell_.empty()) out.fatal.sent = std::to_integer<int>(farewell_.back());
    if (how == ended::by_library)
        out.reason = tried ? tried->reason() : reason_;
    else
        out.reason = words_about(how);
    if (in_plain)
        out.reason += "; the client's alert came in plain: " +
                      std::string(alert_name(static_cast<std::uint8_t>(overheard_)));
    out.hint = hint_about(out, how);
    if (understood_) out.hello = std::move(hello_);
    return out;
}

}
