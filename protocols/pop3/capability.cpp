#include "protocols/pop3/capability.hpp"

#include "protocols/text/ascii.hpp"

#include <string_view>
#include <vector>

namespace postern::pop3 {

bool allows_plain(const config::pop3_settings& s) {
    return s.auth.contains(config::auth_method::plain);
}

bool allows_login(const config::pop3_settings& s) {
    return allows_plain(s) || s.auth.contains(config::auth_method::login);
}

static std::vector<std::string_view> mechanisms(const config::pop3_settings& s, bool external) {
    std::vector<std::string_view> out;
    if (allows_plain(s)) out.push_back("PLAIN");
    if (allows_login(s)) out.push_back("LOGIN");
    if (s.auth.contains(config::auth_method::cram_md5)) out.push_back("CRAM-MD5");
    if (external) out.push_back("EXTERNAL");
    return out;
}

std::string capa_reply(const config::pop3_settings& s, stls tls, bool external) {
    bool login_now = tls != stls::awaited;
    std::string text = "+OK Capability list follows\r\n";
    for (auto& word : s.capabilities)
        if ((login_now && allows_login(s)) || !text::equal(word, "USER")) text += word + "\r\n";
    auto words = mechanisms(s, external);
    if (login_now && !words.empty()) {
        text += "SASL";
        for (auto word : words)
            text.append(" ").append(word);
        text += "\r\n";
    }
    if (tls != stls::none) text += "STLS\r\n";
    return text + ".\r\n";
}

std::string auth_list_reply(const config::pop3_settings& s, bool external) {
    std::string text = "+OK methods supported:\r\n";
    for (auto word : mechanisms(s, external))
        text.append(word).append("\r\n");
    return text + ".\r\n";
}

}
