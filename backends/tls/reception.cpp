#include "backends/tls/reception.hpp"

#include "backends/tls/alerts.hpp"
#include "backends/tls/choose.hpp"
#include "backends/tls/client_hello.hpp"

#include <algorithm>
#include <string_view>

namespace postern::tls {

namespace {

using namespace std::string_view_literals;

constexpr auto proxy_v2 = "\r\n\r\n\0\r\nQUIT\n"sv;

// What somebody who does not speak TLS may have said. Never quoted: it may hold a password.
std::string guess(std::span<const std::byte> seen) {
    std::string_view text{reinterpret_cast<const char*>(seen.data()), seen.size()};
    for (std::string_view verb :
         {"GET ", "POST ", "HEAD ", "PUT ", "OPTIONS ", "CONNECT ", "DELETE ", "PRI * HTTP"})
        if (text.starts_with(verb)) return "a plain HTTP request came instead of a TLS handshake";
    if (text.starts_with("PROXY ") || text.starts_with(proxy_v2))
        return "a PROXY protocol header came instead of a TLS handshake";
    return "plain text came instead of a TLS handshake";
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

    client_hello hello;
    switch (read_client_hello(seen_, hello)) {
    case hello_state::partial: return status::needs_input;
    case hello_state::too_long:
        return refuse(alert::decode_error, "the ClientHello is longer than 64 KB");
    case hello_state::not_tls:
        if (!is_text(seen_[0])) break;
        // An alert would only be noise on the screen of somebody who typed. Twelve bytes are
        // enough to tell what it is.
        if (seen_.size() < 12 && std::ranges::all_of(seen_, is_text) &&
            std::ranges::find(seen_, std::byte{'\n'}) == seen_.end())
            return status::needs_input;
        reason_ = guess(seen_);
        return status::failed;
    case hello_state::malformed: break;
    case hello_state::whole:
        if (auto wrong = find_fault(seen_, *server_)) return refuse(*wrong);
        if (!shares_protocol(*server_, hello))
            return refuse(
                alert::no_application_protocol,
                "the client does not speak " + server_->alpn + " (ALPN), alert " +
                    std::string(alert_name(alert::no_application_protocol))
            );
        chosen_ = choose_context(*server_, hello);
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
    return made;
}

std::span<const std::byte> reception::farewell() const { return farewell_; }
const std::string& reception::reason() const { return reason_; }

}
