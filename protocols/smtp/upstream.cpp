#include "protocols/smtp/upstream.hpp"

#include "protocols/io/line_reader.hpp"
#include "protocols/smtp/reply.hpp"
#include "protocols/smtp/xclient.hpp"
#include "protocols/text/base64.hpp"
#include "protocols/text/xtext.hpp"

#include <initializer_list>
#include <string_view>
#include <utility>

namespace postern::smtp {
namespace {

enum class verdict { agreed, refused };

// One login at one upstream, from its greeting on. Each step gives the upstream's verdict; its
// words are in last_.
class session {
public:
    session(stream& upstream, const visitor& v)
        : upstream_(upstream), lines_(upstream, v.settings.proxy.buffer), v_(v) {}

    task<result<visit>> run();

private:
    bool is_envelope() const { return v_.who.how == sasl::credentials::method::none; }
    bool must_auth() const { return v_.settings.proxy.smtp_auth && !is_envelope(); }
    // Without an AUTH of our own the upstream can learn the user from XCLIENT only.
    bool must_name_login() const {
        return v_.settings.proxy.xclient && !is_envelope() && !must_auth();
    }
    bool is_sendable() const;
    attributes facts() const;

    task<result<verdict>> meet();
    task<result<void>> switch_to_tls();
    task<result<verdict>> introduce();
    task<result<verdict>> present();
    task<result<verdict>> hello(bool esmtp, std::string_view name);
    task<result<verdict>> auth_plain();
    task<result<verdict>> auth_login();
    task<result<verdict>> envelope();

    task<result<void>> hear();
    task<result<void>> say(std::string& command);
    task<result<verdict>> expect(std::string& command, int code);

    stream& upstream_;
    line_reader lines_;
    const visitor& v_;
    announced offers_;
    reply last_;
    bool untold_ = false;
};

bool is_good(const result<verdict>& step) { return step && *step == verdict::agreed; }

bool has_nul(std::string_view text) { return text.find('\0') != text.npos; }

// A prefix, the base64 of the parts and a line end, with no other copy of the parts left behind.
std::string in_base64(std::string_view prefix, std::initializer_list<std::string_view> parts) {
    std::size_t size = 0;
    for (auto part : parts)
        size += part.size();
    std::string bytes;
    bytes.reserve(size);
    for (auto part : parts)
        bytes += part;
    auto coded = text::to_base64(bytes);
    wipe(bytes);
    std::string line;
    line.reserve(prefix.size() + coded.size() + 2);
    line.append(prefix).append(coded).append("\r\n");
    wipe(coded);
    return line;
}

bool fits_xclient(std::string_view name, const std::string& value) {
    attributes alone;
    alone.emplace_back(name, value);
    return xclient_commands(alone).has_value();
}

std::string address_fact(const std::string& address) {
    if (address.empty() || address.starts_with("unix:")) return "[UNAVAILABLE]";
    return (address.find(':') == address.npos ? "" : "IPV6:") + address;
}

// A NUL would move the border between name and password (RFC 4616 section 2); a name too long for
// an XCLIENT command, beside the address, cannot be told.
bool session::is_sendable() const {
    if (must_auth()) return !has_nul(v_.who.user) && !has_nul(v_.who.password.reveal());
    if (!must_name_login()) return true;
    attributes together;
    together.emplace_back("ADDR", address_fact(v_.client.address));
    together.emplace_back("LOGIN", v_.who.user);
    auto commands = xclient_commands(together);
    return commands && commands->size() == 1;
}

std::string port_fact(std::uint16_t port) {
    return port == 0 ? "[UNAVAILABLE]" : std::to_string(port);
}

// Postfix' XCLIENT_README. nginx tells the first three; the others help where they are announced.
// A NAME sets the REVERSE_NAME too, so that comes behind it.
attributes session::facts() const {
    auto& client = v_.client;
    attributes all;
    all.emplace_back("ADDR", address_fact(client.address));
    if (must_name_login()) all.emplace_back("LOGIN", v_.who.user);
    all.emplace_back("NAME", client.host);
    all.emplace_back("REVERSE_NAME", client.reverse);
    all.emplace_back("PORT", port_fact(client.port));
    all.emplace_back("PROTO", v_.esmtp ? "ESMTP" : "SMTP");
    if (!v_.helo.empty() && fits_xclient("HELO", v_.helo)) all.emplace_back("HELO", v_.helo);
    all.emplace_back("DESTADDR", address_fact(client.server.address));
    all.emplace_back("DESTPORT", port_fact(client.server.port));
    std::erase_if(all, [&](auto& fact) { return !offers_.has_attribute(fact.first); });
    return all;
}

task<result<visit>> session::run() {
    if (!is_sendable()) co_return visit();
    auto agreed = co_await meet();
    if (is_good(agreed)) agreed = co_await introduce();
    bool is_judged = is_good(agreed) || is_envelope(); // else a refusal is not about the password
    if (is_good(agreed)) agreed = co_await present();
    if (!agreed) co_return agreed.error();
    visit out;
    out.in.accepted = is_good(agreed);
    out.in.temporary = !is_judged || (last_.code >= 400 && last_.code < 500);
    out.in.untold = untold_;
    out.in.reply = std::move(last_.text);
    out.rest = lines_.buffered().take_rest();
    co_return out;
}

// Up to here it is about us and not about the client: a refusal is the upstream's failure.
task<result<verdict>> session::meet() {
    auto heard = co_await hear();
    if (!heard) co_return heard.error();
    if (!last_.is(220)) co_return errc::bad_reply;
    bool esmtp = v_.settings.proxy.xclient || must_auth() || v_.esmtp || v_.starttls;
    auto agreed = co_await hello(esmtp, v_.settings.server_name);
    if (is_good(agreed) && v_.starttls) {
        if (auto safe = co_await switch_to_tls(); !safe) co_return safe.error();
        agreed = co_await hello(esmtp, v_.settings.server_name);
    }
    if (agreed && *agreed == verdict::refused) co_return errc::bad_reply;
    co_return agreed;
}

// RFC 3207 section 4.2: what was announced before it is forgotten. Whoever is on the way may speak
// until here: what comes behind the answer is not the server's.
task<result<void>> session::switch_to_tls() {
    if (!std::exchange(offers_, announced()).starttls) co_return errc::no_starttls;
    std::string command = "STARTTLS\r\n";
    auto agreed = co_await expect(command, 220);
    if (!agreed) co_return agreed.error();
    if (*agreed == verdict::refused) co_return errc::no_starttls;
    if (!lines_.buffered().empty()) co_return errc::bytes_before_handshake;
    co_return co_await upstream_.start_tls();
}

task<result<verdict>> session::introduce() {
    if (!v_.settings.proxy.xclient) co_return verdict::agreed;
    bool tells_login = offers_.xclient && offers_.has_attribute("LOGIN");
    if (must_name_login() && !tells_login) co_return errc::no_xclient;
    untold_ = !offers_.xclient;
    if (untold_) co_return verdict::agreed;
    auto commands = xclient_commands(facts());
    if (!commands) co_return errc::no_xclient; // a host name beyond any bound
    for (auto& command : *commands) {
        auto told = co_await say(command);
        if (!told) co_return told.error();
        if (last_.is(220) || last_.is(250)) continue;
        // It may be about the client: Postfix greets anew, and looks who it is.
        bool tells = v_.settings.proxy.pass_error_message && last_.is_refusal();
        if (tells) co_return verdict::refused;
        co_return errc::no_xclient;
    }
    // XCLIENT began the session anew, so the client's own words come again, if it said them.
    bool esmtp = v_.esmtp || must_auth();
    if (!v_.helo.empty()) co_return co_await hello(esmtp, v_.helo);
    if (must_auth()) co_return co_await hello(true, v_.settings.server_name);
    co_return verdict::agreed;
}

task<result<verdict>> session::present() {
    if (is_envelope()) co_return co_await envelope();
    if (!must_auth()) co_return verdict::agreed;
    if (offers_.auth_plain) co_return co_await auth_plain();
    if (offers_.auth_login) co_return co_await auth_login();
    co_return errc::no_mechanism;
}

task<result<verdict>> session::hello(bool esmtp, std::string_view name) {
    auto command = (esmtp ? "EHLO " : "HELO ") + std::string(name) + "\r\n";
    auto agreed = co_await expect(command, 250);
    if (esmtp && is_good(agreed)) offers_ = read_announced(last_.text);
    co_return agreed;
}

task<result<verdict>> session::auth_plain() {
    std::string_view nul("\0", 1);
    auto command = in_base64("AUTH PLAIN ", {nul, v_.who.user, nul, v_.who.password.reveal()});
    co_return co_await expect(command, 235);
}

// Not a standard, but all that some servers offer.
task<result<verdict>> session::auth_login() {
    std::string command = "AUTH LOGIN\r\n";
    auto agreed = co_await expect(command, 334);
    if (!is_good(agreed)) co_return agreed;
    command = in_base64("", {v_.who.user});
    agreed = co_await expect(command, 334);
    if (!is_good(agreed)) co_return agreed;
    command = in_base64("", {v_.who.password.reveal()});
    co_return co_await expect(command, 235);
}

task<result<verdict>> session::envelope() {
    auto command = v_.who.mail_from + "\r\n";
    auto agreed = co_await expect(command, 250);
    if (!is_good(agreed)) co_return agreed;
    command = v_.who.rcpt_to + "\r\n";
    auto told = co_await say(command);
    if (!told) co_return told.error();
    co_return verdict::agreed; // whatever was answered: the client is told, and may name another
                               // recipient
}

task<result<void>> session::hear() {
    auto heard = co_await read_reply(lines_, v_.settings.proxy.buffer);
    if (!heard) co_return heard.error();
    last_ = std::move(*heard);
    co_return result<void>();
}

// Sends a command, wipes it, and hears the reply. What came before the question would be taken for
// the answer, so nothing may be waiting.
task<result<void>> session::say(std::string& command) {
    if (!lines_.buffered().empty()) co_return errc::bad_reply;
    auto sent = co_await upstream_.write(command);
    wipe(command);
    if (!sent) co_return sent;
    co_return co_await hear();
}

// That code is agreement; what is neither that nor a refusal is an error.
task<result<verdict>> session::expect(std::string& command, int code) {
    auto told = co_await say(command);
    if (!told) co_return told.error();
    if (last_.is(code)) co_return verdict::agreed;
    if (last_.is_refusal()) co_return verdict::refused;
    co_return errc::bad_reply;
}

}

task<result<visit>> log_in(stream& upstream, const visitor& v) {
    session talk(upstream, v);
    co_return co_await talk.run();
}

}
