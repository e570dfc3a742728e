#pragma once

#include "protocols/sasl/credentials.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace postern::sasl {

// The server's side of one SASL exchange (RFC 4422), sans-io and the same for IMAP, POP3 and SMTP:
// the protocol adds its prefix ("+ ", "334 ") and its words for failure. Base64 is dealt with in
// here.
struct challenge {
    std::string base64; // may be empty: RFC 4616's PLAIN without an initial response
};
enum class failure {
    unknown_mechanism, // or one that is not enabled
    cancelled,         // the client sent "*": RFC 4422 section 3.1 (RFC 4954 section 4: 501)
    bad_base64,
    malformed,  // the message breaks the mechanism's grammar
    too_early,  // an initial response where it is for the server to begin
    not_theirs, // the name that was asked for is not the client's
};
using step = std::variant<challenge, credentials, failure>;

class exchange {
public:
    // `mechanism` in any case. initial: the initial response as the client wrote it; "=" stands for
    // an empty one (RFC 4959 section 3, RFC 4954 section 4). `allow_...` decides whether a
    // mechanism is enabled. `identities`: who the client is by its certificate, where EXTERNAL is
    // enabled; without any, it is unknown. `challenge`: for CRAM-MD5, where that is enabled, one
    // that was never told anybody; empty: it is unknown.
    step start(
        std::string_view mechanism,
        std::optional<std::string_view> initial,
        bool allow_plain,
        bool allow_login,
        std::vector<std::string> identities = {},
        std::string challenge = {}
    );

    // One line of the client, without its end.
    step respond(std::string_view line);

private:
    enum class wants { nothing, plain, login_user, login_password, cram_md5, external };
    step take(std::string_view base64);
    step read(wants, std::string_view message);
    step begin_cram_md5(bool is_answered);
    step read_digest(std::string_view message);
    step read_external(std::string_view message);

    wants next_ = wants::nothing;
    std::string user_, challenge_;
    std::vector<std::string> identities_;
};

}
