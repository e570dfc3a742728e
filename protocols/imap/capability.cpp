#include "protocols/imap/capability.hpp"

namespace postern::imap {

std::string capability_line(
    const config::server_settings& server, bool is_tls, bool by_certificate
) {
    using enum config::starttls_mode;
    using enum config::auth_method;
    auto mode = is_tls ? off : server.tls.starttls;
    auto& auth = server.imap.auth;
    std::string out = "* CAPABILITY";
    for (auto& word : server.imap.capabilities)
        out += " " + word;
    if (mode != only && auth.contains(plain)) out += " AUTH=PLAIN";
    if (mode != only && auth.contains(login)) out += " AUTH=LOGIN";
    if (mode != only && auth.contains(cram_md5)) out += " AUTH=CRAM-MD5";
    if (by_certificate) out += " AUTH=EXTERNAL";
    if (mode != off) out += " STARTTLS";
    // RFC 3501 section 6.2.3: said whenever the LOGIN command would be refused.
    if (mode == only || !auth.contains(plain)) out += " LOGINDISABLED";
    return out + "\r\n";
}

}
