#include "protocols/auth_http/response.hpp"

#include "protocols/auth_http/server_name.hpp"
#include "protocols/text/ascii.hpp"

#include <algorithm>
#include <charconv>

namespace postern::auth_http {
namespace {

// What the headers said, before it is known whether it makes sense.
struct answer {
    enum class status { ok, wait, refused };
    status said = status::ok; // nginx: without any Auth-Status a server and a port are enough
    std::string refusal, code;
    std::string_view server, port, user, tls, tls_name;
    std::string_view misspelt; // OK or WAIT in other letters
    std::optional<std::string_view> password;
    std::chrono::seconds pause{0};
};

std::string_view trim(std::string_view text) {
    auto from = text.find_first_not_of(" \t");
    if (from == text.npos) return {};
    return text.substr(from, text.find_last_not_of(" \t") - from + 1);
}

bool all_digits(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, text::is_digit);
}

// In nginx "ok" is a refusal, whose sentence is "ok". No service means that.
void on_status(answer& a, std::string_view value) {
    if (value == "OK") return;
    if (value != "WAIT" && (text::equal(value, "OK") || text::equal(value, "WAIT"))) {
        a.misspelt = value;
        return;
    }
    if (value == "WAIT") {
        if (a.said == answer::status::ok) a.said = answer::status::wait;
        return;
    }
    a.said = answer::status::refused;
    a.refusal = value;
}
void on_server(answer& a, std::string_view value) { a.server = value; }
void on_port(answer& a, std::string_view value) { a.port = value; }
void on_user(answer& a, std::string_view value) { a.user = value; }
void on_pass(answer& a, std::string_view value) { a.password = value; }
void on_code(answer& a, std::string_view value) { a.code = value; }
void on_tls(answer& a, std::string_view value) { a.tls = value; }
void on_tls_name(answer& a, std::string_view value) { a.tls_name = value; }

// What is not a number counts as absent; what is too large is cut down to the longest wait.
void on_wait(answer& a, std::string_view value) {
    if (!all_digits(value)) return;
    unsigned long seconds = 0;
    auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
    auto most = static_cast<unsigned long>(longest_wait.count());
    if (error == std::errc::result_out_of_range) seconds = most;
    a.pause = std::chrono::seconds(std::min(seconds, most));
}

struct rule {
    std::string_view name; // lower case
    void (*take)(answer&, std::string_view value);
};

constexpr rule rules[] = {
    {"auth-status",         on_status  },
    {"auth-server",         on_server  },
    {"auth-port",           on_port    },
    {"auth-user",           on_user    },
    {"auth-pass",           on_pass    },
    {"auth-wait",           on_wait    },
    {"auth-error-code",     on_code    },
    {"auth-proxy-ssl",      on_tls     },
    {"auth-proxy-ssl-name", on_tls_name},
};

answer gather(std::span<const field> fields) {
    answer a;
    for (auto& f : fields)
        for (auto& r : rules)
            if (text::equal(f.name, r.name)) r.take(a, trim(f.value));
    return a;
}

// Their words inside ours: short and printable.
std::string quote(std::string_view text) { return '"' + text::printable(text, 64) + '"'; }

std::optional<std::uint16_t> port_of(std::string_view text) {
    std::uint16_t port = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc() || end != text.data() + text.size() || port == 0) return std::nullopt;
    return port;
}

std::optional<config::upstream_tls> tls_of(std::string_view word) {
    using enum config::upstream_tls;
    if (text::equal(word, "off")) return off;
    if (text::equal(word, "on")) return on;
    if (text::equal(word, "starttls")) return starttls;
    return std::nullopt;
}

outcome route_of(const answer& a) {
    if (a.server.empty() || a.port.empty()) return broken{"did not send server or port"};
    auto host = server_name(a.server);
    if (!host) return broken{"sent invalid server address " + quote(a.server)};
    auto port = port_of(a.port);
    if (!port) return broken{"sent invalid server port " + quote(a.port)};
    route to;
    to.host = std::move(*host);
    to.port = *port;
    to.user = a.user;
    if (a.password) to.password.emplace(*a.password);
    if (!a.tls.empty() && !(to.tls = tls_of(a.tls)))
        return broken{"sent invalid Auth-Proxy-SSL " + quote(a.tls)};
    if (a.tls_name.empty()) return to;
    auto name = server_name(a.tls_name);
    if (!name || name->starts_with("unix:"))
        return broken{"sent invalid Auth-Proxy-SSL-Name " + quote(a.tls_name)};
    to.tls_name = std::move(*name);
    return to;
}

}

outcome read_response(std::span<const field> fields, config::mail_protocol protocol) {
    auto a = gather(fields);
    if (!a.misspelt.empty() && a.said != answer::status::refused)
        return broken{"sent Auth-Status " + quote(a.misspelt) + ", which must be OK or WAIT"};
    switch (a.said) {
    case answer::status::refused: {
        bool smtp = protocol == config::mail_protocol::smtp;
        return denial{a.refusal, smtp ? a.code : std::string(), a.pause};
    }
    // A WAIT without Auth-Wait must not become a flood of questions: at least a second goes by.
    case answer::status::wait: return wait{std::max(a.pause, std::chrono::seconds(1))};
    case answer::status::ok: break;
    }
    return route_of(a);
}

}
