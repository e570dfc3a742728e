#include "tests/fuzz/session/checks.hpp"

#include "backends/tls/peer.hpp"
#include "gateway/observe/line.hpp"
#include "gateway/session/repeated.hpp"
#include "protocols/sasl/challenge.hpp"
#include "protocols/text/ascii.hpp"
#include "protocols/text/base64.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace postern::fuzz {

namespace {

using config::auth_method;
using config::mail_protocol;
using method = sasl::credentials::method;

bool is_control(char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }
bool is_clean(std::string_view text) { return std::ranges::none_of(text, is_control); }

bool is_line(std::string_view text) {
    return text.ends_with("\r\n") && is_clean(text.substr(0, text.size() - 2));
}

// "%41" or "+41", as the sign says.
std::optional<std::string> decoded(std::string_view text, char sign) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != sign) {
            out += text[i];
            continue;
        }
        unsigned value = 0;
        auto digits = text.substr(i + 1, 2);
        auto [end, error] =
            std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
        if (digits.size() != 2 || error != std::errc() || end != digits.data() + 2)
            return std::nullopt;
        out += static_cast<char>(value);
        i += 2;
    }
    return out;
}

// Some flight of the client holds it.
bool was_said(const script& s, std::string_view what) {
    std::string all;
    for (auto& flight : s.client)
        all += flight;
    return all.find(what) != all.npos;
}

bool is_said_word(const script& s, std::string_view word) {
    return !word.empty() && is_clean(word) && word.find(' ') == word.npos && was_said(s, word);
}

bool is_tag(std::string_view text) {
    return !text.empty() && text.size() <= 32 && std::ranges::all_of(text, [](char c) {
        return c > ' ' && c < 0x7f &&
               std::string_view("(){%*\"\\+").find(c) == std::string_view::npos;
    });
}

using words = std::vector<std::string>;

// What is said must be the beginning of what is expected.
void check_beginning(const words& said, const words& expected) {
    require(said.size() <= expected.size(), "no more commands than a login needs");
    for (std::size_t i = 0; i < said.size(); ++i)
        require(said[i] == expected[i], "the upstream hears this login and nothing else");
}

// What a quoted string may hold as it is.
bool is_plain(const std::string& text) {
    return text.size() <= 255 && text.find_first_of("\"\\") == text.npos &&
           std::ranges::all_of(text, text::is_printable);
}

void check_imap(const script& s, const pipe& to, const sasl::credentials& who, bool starttls) {
    std::size_t at = starttls ? 1 : 0;
    std::string tag = to.said.size() > at ? to.said[at].substr(0, to.said[at].find(' ')) : "a";
    require(is_tag(tag) && (to.said.size() <= at || was_said(s, tag + " ")), "a tag of the client");
    std::string password(who.password.reveal());
    words expected;
    if (starttls) expected.emplace_back("tls STARTTLS\r\n");
    if (is_plain(who.user) && is_plain(password)) {
        expected.push_back(tag + " LOGIN \"" + who.user + "\" \"" + password + "\"\r\n");
        return check_beginning(to.said, expected);
    }
    expected.push_back(tag + " LOGIN {" + std::to_string(who.user.size()) + "}\r\n");
    expected.push_back(who.user + " {" + std::to_string(password.size()) + "}\r\n");
    expected.push_back(password + "\r\n");
    check_beginning(to.said, expected);
}

void check_pop3(const pipe& to, const sasl::credentials& who, bool starttls) {
    words expected;
    if (starttls) expected.emplace_back("STLS\r\n");
    expected.push_back("USER " + who.user + "\r\n");
    expected.push_back("PASS " + std::string(who.password.reveal()) + "\r\n");
    check_beginning(to.said, expected);
    auto is_whole = [](const std::string& line) {
        return line.find_first_of(std::string_view("\r\n\0", 3)) == line.size() - 2;
    };
    require(std::ranges::all_of(to.said, is_whole), "a command is one line");
}

bool is_hello(const script& s, std::string_view line) {
    if (!line.starts_with("EHLO ") && !line.starts_with("HELO ")) return false;
    auto name = line.substr(5, line.size() - 7);
    return name == s.settings.server_name || is_said_word(s, name);
}

bool is_attribute(const script& s, const sasl::credentials& who, std::string_view word) {
    auto equals = std::min(word.find('='), word.size() - 1);
    auto name = word.substr(0, equals);
    auto xtext = word.substr(equals + 1);
    if (!std::ranges::all_of(xtext, text::is_printable)) return false;
    auto value = decoded(xtext, '+');
    if (!value) return false;
    bool v6 = s.who.address.find("::") != std::string::npos;
    auto address = s.who.address == "unix:" ? "[UNAVAILABLE]" : (v6 ? "IPV6:" : "") + s.who.address;
    return (name == "ADDR" && *value == address) || (name == "LOGIN" && *value == who.user) ||
           (name == "NAME" && *value == s.who.host) ||
           (name == "PROTO" && (*value == "ESMTP" || *value == "SMTP")) ||
           (name == "HELO" && is_said_word(s, *value)) ||
           (name == "REVERSE_NAME" && *value == s.who.reverse) ||
           ((name == "PORT" || name == "DESTADDR" || name == "DESTPORT") &&
            *value == "[UNAVAILABLE]"); // no script says where its client came in
}

bool is_xclient(const script& s, const sasl::credentials& who, std::string_view line) {
    if (!line.starts_with("XCLIENT ") || line.size() > 512) return false;
    line = line.substr(8, line.size() - 10);
    while (!line.empty()) {
        auto word = line.substr(0, line.find(' '));
        if (word.empty() || !is_attribute(s, who, word)) return false;
        line.remove_prefix(std::min(word.size() + 1, line.size()));
    }
    return true;
}

bool is_authentication(const sasl::credentials& who, std::string_view line) {
    std::string password(who.password.reveal()), nul(1, '\0');
    auto coded = [](std::string_view text) { return text::to_base64(text) + "\r\n"; };
    return line == "AUTH PLAIN " + coded(nul + who.user + nul + password) ||
           line == "AUTH LOGIN\r\n" || line == coded(who.user) || line == coded(password);
}

bool is_envelope(const script& s, const sasl::credentials& who, std::string_view line) {
    bool ours = line == who.mail_from + "\r\n" || line == who.rcpt_to + "\r\n";
    return ours && was_said(s, line.substr(0, line.size() - 2));
}

void check_smtp(const script& s, const pipe& to, const sasl::credentials& who, bool starttls) {
    bool envelope = who.how == method::none;
    bool auth = s.settings.proxy.smtp_auth && !envelope;
    require(to.said.size() <= 12, "no more commands than a login needs");
    for (auto& line : to.said) {
        require(is_line(line), "a command is one line");
        bool good = is_hello(s, line) || (starttls && line == "STARTTLS\r\n") ||
                    (s.settings.proxy.xclient && is_xclient(s, who, line)) ||
                    (auth && is_authentication(who, line)) ||
                    (envelope && is_envelope(s, who, line));
        require(good, "the upstream hears this login and nothing else");
    }
}

std::string without_end(std::string_view text) {
    while (text.ends_with('\n') || text.ends_with('\r'))
        text.remove_suffix(1);
    return std::string(text);
}

}

void check_offer(const script& s, const sasl::credentials& login, const tls::facts* tls) {
    auto& all = s.settings;
    require(all.tls.starttls != config::starttls_mode::only || tls, "no login before TLS");
    auto& auth = all.protocol == mail_protocol::smtp   ? all.smtp.auth
                 : all.protocol == mail_protocol::pop3 ? all.pop3.auth
                                                       : all.imap.auth;
    auto& by = login.mechanism;
    bool has_name = login.how != method::none;
    require(has_name == !login.user.empty(), "a login has a name, an envelope has none");
    if (by == "EXTERNAL")
        return require(
            auth.contains(auth_method::external) && login.password.empty() && tls && tls->shown &&
                tls->shown->said == tls::verdict::ok && is_clean(login.user),
            "EXTERNAL needs a certificate that was verified"
        );
    require(login.challenge.empty() == (by != "CRAM-MD5" && by != "APOP"), "a digest is over ours");
    if (by == "CRAM-MD5" || by == "APOP")
        return require(
            auth.contains(by == "APOP" ? auth_method::apop : auth_method::cram_md5) &&
                sasl::is_digest(login.password.reveal()) && login.challenge.starts_with("<1.2@"),
            "a digest over our challenge, where that is enabled"
        );
    if (by == "NONE")
        return require(
            auth.contains(auth_method::none) && is_clean(login.rcpt_to), "smtp_auth none"
        );
    bool is_sasl_login = by == "LOGIN" && all.protocol != mail_protocol::imap;
    bool allowed = auth.contains(auth_method::plain) || auth.contains(auth_method::login);
    if (by == "PLAIN") allowed = auth.contains(auth_method::plain);
    if (is_sasl_login && all.protocol == mail_protocol::smtp)
        allowed = auth.contains(auth_method::login);
    require(allowed, "a login by a method that is not allowed");
    require(login.user.find('\0') == std::string::npos, "nobody's name has a NUL");
}

void check_said_to_client(const script& s, std::span<const std::string> said) {
    auto& all = s.settings;
    auto& most = all.budget;
    require(
        said.size() <= most.commands + most.errors + most.login_failures + 4,
        "no more answers than the budget allows"
    );
    for (auto& text : said) {
        require(text.ends_with("\r\n"), "the client hears whole lines");
        std::string_view left(text);
        while (!left.empty()) {
            auto line = left.substr(0, left.find("\r\n") + 2);
            auto is_fit = [&](char c) {
                // RFC 9051 section 9: an IMAP server's words may be UTF-8.
                bool utf8 =
                    all.protocol == mail_protocol::imap && static_cast<unsigned char>(c) > 0x7f;
                return text::is_printable(c) || utf8;
            };
            require(std::ranges::all_of(without_end(line), is_fit), "clean lines");
            left.remove_prefix(line.size());
        }
    }
}

void check_request(std::span<const auth_http::header> lines, const sasl::credentials& login) {
    require(lines.size() <= 30, "a request has a bounded head");
    for (auto& line : lines) {
        auto value = line.value.reveal();
        require(
            text::is_word(line.name) && line.name.find(':') == line.name.npos, "a header's name"
        );
        require(
            text::fits_line(value) &&
                std::ranges::none_of(
                    value, [](char c) { return static_cast<unsigned char>(c) < ' '; }
                ),
            "a header is one line"
        );
        bool user = line.name == "Auth-User", password = line.name == "Auth-Pass";
        if (!user && !password) continue;
        require(value.find(' ') == value.npos, "names and passwords have no blanks");
        auto meant = user ? std::string_view(login.user) : login.password.reveal();
        require(decoded(value, '%') == meant, "the lookup reads what the client said");
    }
}

void check_said_to_upstream(
    const script& s, const pipe& to, const sasl::credentials& who, bool starttls
) {
    switch (s.settings.protocol) {
    case mail_protocol::imap: check_imap(s, to, who, starttls); break;
    case mail_protocol::pop3: check_pop3(to, who, starttls); break;
    case mail_protocol::smtp: check_smtp(s, to, who, starttls); break;
    }
    if (!starttls) return;
    // Before TLS there is the request for it, and SMTP's hello.
    for (std::size_t i = 0; i < to.said_in_clear; ++i) {
        auto& line = to.said[i];
        bool request = line.ends_with("STARTTLS\r\n") || line == "STLS\r\n";
        require(request || line.substr(1, 4) == "HLO ", "nothing is told in clear");
    }
}

void check_log(
    std::string_view line, std::string_view without_words, const sasl::credentials& told
) {
    require(line.size() <= gateway::line::limit && line.ends_with('\n'), "a log's line has an end");
    require(is_clean(line.substr(0, line.size() - 1)), "a log's line is one line");
    // One that is short, or reaches over what stands between words, may be made of ours by chance.
    auto password = told.password.reveal();
    bool may_be_chance = password.size() < 4 || password.find_first_of(" :=\"") != password.npos;
    require(
        may_be_chance || !gateway::repeats_password(line, told) ||
            gateway::repeats_password(without_words, told),
        "no password in a log"
    );
}

}
