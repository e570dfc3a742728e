#include "protocols/pop3/capability.hpp"

#include "protocols/text/ascii.hpp"

namespace postern::pop3 {

bool allows_plain(const config::pop3_settings& s) {
    return s.auth.contains(config::auth_method::plain);
}

bool allows_login(const config::pop3_settings& s) {
    return allows_plain(s) || s.auth.contains(config::auth_method::login);
}

std::string capa_reply(const config::pop3_settings& s, stls tls, bool external) {
    bool login_now = tls != stls::awaited;
    std::string text = "+OK Capability list follows\r\n";
    for (auto& word : s.capabilities)
        if ((login_now && allows_login(s)) || !text::equal(word, "USER")) text += word + "\r\n";
    if (login_now && (allows_login(s) || external)) {
        text += "SASL";
        if (allows_plain(s)) text += " PLAIN";
        if (allows_login(s)) text += " LOGIN";
        if (external) text += " EXTERNAL";
        text += "\r\n";
    }
    if (tls != stls::none) text += "STLS\r\n";
    return text + ".\r\n";
}

std::string auth_list_reply(const config::pop3_settings& s, bool external) {
    std::string text = "+OK methods supported:\r\n";
    if (allows_plain(s)) text += "PLAIN\r\n";
    if (allows_login(s)) text += "LOGIN\r\n";
    if (external) text += "EXTERNAL\r\n";
    return text + ".\r\n";
}

}
