#include "protocols/smtp/capability.hpp"

#include <vector>

namespace postern::smtp {
namespace {

std::string mechanisms(const config::auth_methods& methods) {
    std::string words;
    if (methods.contains(config::auth_method::plain)) words += " PLAIN";
    if (methods.contains(config::auth_method::login)) words += " LOGIN";
    if (methods.contains(config::auth_method::cram_md5)) words += " CRAM-MD5";
    return words;
}

}

std::string ehlo_reply(const config::server_settings& s, starttls tls, bool external) {
    std::vector<std::string> lines = {s.server_name};
    lines.insert(lines.end(), s.smtp.capabilities.begin(), s.smtp.capabilities.end());
    auto words = mechanisms(s.smtp.auth);
    if (external) words += " EXTERNAL";
    if (tls != starttls::awaited && !words.empty()) lines.push_back("AUTH" + words);
    if (tls != starttls::none) lines.emplace_back("STARTTLS");

    std::string text;
    for (auto& line : lines)
        text += (&line == &lines.back() ? "250 " : "250-") + line + "\r\n";
    return text;
}

}
