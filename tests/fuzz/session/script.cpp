#include "tests/fuzz/session/script.hpp"

#include "backends/tls/peer.hpp"

#include <fstream>
#include <iterator>
#include <memory>
#include <string_view>

namespace postern::fuzz {

namespace {

constexpr char mark = '\xf5';
constexpr std::string_view server_name = "mail.example.org";

// Bytes as small numbers, so that people can write them: "0" is 0; 0 when there is none.
class dials {
public:
    explicit dials(std::string_view from) : left_(from) {}

    std::size_t below(std::size_t n) {
        if (left_.empty()) return 0;
        auto byte = static_cast<unsigned char>(left_[0] - '0');
        left_.remove_prefix(1);
        return byte % n;
    }
    bool flag() { return below(2) == 1; }
    template <class E> E one_of(std::initializer_list<E> some) {
        return *(some.begin() + below(some.size()));
    }

private:
    std::string_view left_;
};

config::auth_methods methods(std::size_t bits) {
    using enum config::auth_method;
    config::auth_methods out;
    for (auto one : {plain, login, none, external, cram_md5, apop}) {
        if (bits & 1) out.insert(one);
        bits >>= 1;
    }
    return out;
}

// As the rules of the configuration have it: only SMTP knows logins without any.
config::auth_methods without_none(config::auth_methods from) {
    config::auth_methods out;
    using enum config::auth_method;
    for (auto one : {plain, login, external, cram_md5, apop})
        if (from.contains(one)) out.insert(one);
    return out;
}

// The same each time, so that a conversation can be held twice.
std::string challenge(std::string_view server) { return "<1.2@" + std::string(server) + ">"; }

std::string certificate(const std::string& name) {
    std::ifstream in(
        POSTERN_SOURCE "/tests/fuzz/corpus/peer_certificate/" + name, std::ios::binary
    );
    return {std::istreambuf_iterator<char>(in), {}};
}

void show_certificate(dials& by, tls::facts& to) {
    using tls::verdict;
    static const std::string shown[] = {
        certificate("joe.der"), certificate("odd.der"), certificate("stranger.der")};
    to.protocol = "TLSv1.3";
    to.cipher = "TLS_AES_256_GCM_SHA384";
    auto which = by.below(4);
    auto said = by.one_of({verdict::ok, verdict::expired, verdict::self_signed});
    if (which > 0) to.shown = std::make_shared<tls::peer>(tls::peer{shown[which - 1], said, {}});
}

void read_settings(dials& by, config::server_settings& s) {
    using enum config::starttls_mode;
    s.server_name = server_name;
    s.protocol = static_cast<config::mail_protocol>(by.below(3));
    s.tls.starttls = by.one_of({off, on, only});
    s.smtp.auth = methods(by.below(64));
    s.imap.auth = s.pop3.auth = without_none(s.smtp.auth);
    auto buffer = by.one_of<std::size_t>({1024, 256, 512, 4096});
    s.imap.client_buffer = s.pop3.client_buffer = s.smtp.client_buffer = buffer;
    s.proxy.buffer = by.one_of<std::size_t>({1024, 512, 4096});
    s.budget.errors = 1 + by.below(4);
    s.budget.commands = by.one_of<std::size_t>({100, 1, 2, 6});
    s.budget.login_failures = 1 + by.below(3);
    s.proxy.pass_error_message = by.flag();
    s.proxy.xclient = !by.flag();
    s.proxy.smtp_auth = by.flag();
    s.proxy.tls.mode = static_cast<config::upstream_tls>(by.below(3));
    s.smtp.greeting_delay = std::chrono::milliseconds(by.below(2));
    s.tls.verify.client = static_cast<config::verify_client>(by.below(4));
    s.tls.verify.identity = static_cast<config::client_identity>(by.below(4));
}

void place(script& into, std::string_view part) {
    auto letter = part.empty() ? 'C' : part[0];
    std::string text(part.substr(part.empty() ? 0 : 1));
    if (letter == 'L') return void(into.answers.push_back(std::move(text)));
    if (letter != 'U' && letter != 'V') return void(into.client.push_back(std::move(text)));
    if (letter == 'V' || into.upstreams.empty()) into.upstreams.emplace_back();
    into.upstreams.back().push_back(std::move(text));
}

}

script read_script(std::span<const std::uint8_t> input) {
    std::string_view bytes(reinterpret_cast<const char*>(input.data()), input.size());
    script out;
    dials by(bytes.substr(0, bytes.find(mark)));
    read_settings(by, out.settings);
    out.who.new_challenge = challenge;
    out.who.address = by.one_of({"192.0.2.7", "2001:db8::7", "unix:"});
    out.tls.asked = out.settings.tls.verify.asks();
    show_certificate(by, out.tls);
    if (!out.tls.asked) out.tls.shown = nullptr;
    out.talks_early = by.flag();
    out.end = by.one_of({errc::closed, errc::timed_out, errc::truncated});
    out.client_breaks = by.below(10);
    out.upstream_breaks = by.below(10);
    out.style = by.flag() ? config::log_settings::style::json : config::log_settings::style::text;
    for (auto& piece : out.pieces)
        piece = 1 + by.below(64);
    for (auto at = bytes.find(mark); at != bytes.npos;) {
        auto next = bytes.find(mark, at + 1);
        place(out, bytes.substr(at + 1, next - at - 1));
        at = next;
    }
    return out;
}

}
