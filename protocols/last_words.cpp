#include "protocols/last_words.hpp"

#include "protocols/io/errc.hpp"

#include <algorithm>
#include <iterator>

namespace postern {

namespace {

using config::mail_protocol;

struct row {
    errc why;
    std::string_view smtp_code, words;
    bool pop3 = true;
};

// POP3 has no way to say something unasked: the answer to the last command was all, and a client
// that was silent is left in silence (RFC 1939 section 3).
constexpr row rows[] = {
    {errc::too_many_errors,     "421 4.7.0", "Too many invalid commands"       },
    {errc::too_many_commands,   "421 4.7.0", "Too many commands"               },
    {errc::too_many_sasl_steps, "421 4.7.0", "Too many steps of authentication"},
    {errc::too_many_literals,   "421 4.7.0", "Too many literals"               },
    {errc::too_many_bytes,      "421 4.7.0", "Too many bytes before the login" },
    {errc::too_much_memory,     "421 4.7.0", "Too many bytes at once"          },
    {errc::too_many_logins,     "421 4.7.0", "Too many failed logins",           false},
    {errc::too_slow,                         "421 4.4.2",                       "No login in time"                     },
    {errc::timed_out,                         "421 4.4.2",                      "Timed out",false},
    {errc::http_request,                    "421 4.7.0",                               "HTTP is not spoken here"                                                },
};

}

std::string last_line(mail_protocol protocol, std::string_view smtp_code, std::string_view words) {
    std::string out = protocol == mail_protocol::imap   ? "* BYE "
                      : protocol == mail_protocol::pop3 ? "-ERR "
                                                        : std::string(smtp_code) + " ";
    return out.append(words) + "\r\n";
}

std::string last_words(mail_protocol protocol, boost::system::error_code why) {
    auto found = std::ranges::find_if(rows, [&](const row& r) { return why == r.why; });
    if (found == std::end(rows) || (protocol == mail_protocol::pop3 && !found->pop3)) return {};
    return last_line(protocol, found->smtp_code, found->words);
}

}
