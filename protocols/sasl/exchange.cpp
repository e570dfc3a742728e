#include "protocols/sasl/exchange.hpp"

#include "protocols/sasl/challenge.hpp"
#include "protocols/text/ascii.hpp"
#include "protocols/text/base64.hpp"

#include <algorithm>
#include <utility>

namespace postern::sasl {

namespace {

constexpr std::string_view ask_user = "VXNlcm5hbWU6";     // "Username:"
constexpr std::string_view ask_password = "UGFzc3dvcmQ6"; // "Password:"

bool has_nul(std::string_view text) { return text.find('\0') != std::string_view::npos; }

credentials make(std::string_view mechanism, std::string_view user, std::string_view password) {
    credentials made;
    made.mechanism = mechanism;
    made.user = user;
    made.password = secret(password);
    return made;
}

// RFC 4616 section 2: [authzid] NUL authcid NUL passwd. The authzid is not used: who may act for
// whom is the upstream's to know. No part may hold a NUL, and somebody must be named.
step read_plain(std::string_view message) {
    auto first = message.find('\0');
    if (first == std::string_view::npos) return failure::malformed;
    auto second = message.find('\0', first + 1);
    if (second == std::string_view::npos) return failure::malformed;
    auto user = message.substr(first + 1, second - first - 1);
    auto password = message.substr(second + 1);
    if (user.empty() || has_nul(password)) return failure::malformed;
    return make("PLAIN", user, password);
}

}

step exchange::start(
    std::string_view mechanism,
    std::optional<std::string_view> initial,
    bool allow_plain,
    bool allow_login,
    std::vector<std::string> identities,
    std::string challenge
) {
    next_ = wants::nothing;
    wipe(user_);
    identities_ = std::move(identities);
    challenge_ = std::move(challenge);
    if (allow_plain && text::equal(mechanism, "PLAIN"))
        next_ = wants::plain;
    else if (allow_login && text::equal(mechanism, "LOGIN"))
        next_ = wants::login_user;
    else if (!challenge_.empty() && text::equal(mechanism, "CRAM-MD5"))
        return begin_cram_md5(initial.has_value());
    else if (!identities_.empty() && text::equal(mechanism, "EXTERNAL"))
        next_ = wants::external;
    else
        return failure::unknown_mechanism;
    if (initial) return take(*initial == "=" ? "" : *initial);
    return sasl::challenge{next_ == wants::login_user ? std::string(ask_user) : std::string()};
}

step exchange::respond(std::string_view line) {
    if (line == "*") {
        next_ = wants::nothing;
        return failure::cancelled;
    }
    return take(line);
}

// RFC 2195, the first step being ours.
step exchange::begin_cram_md5(bool is_answered) {
    if (is_answered) return failure::too_early;
    next_ = wants::cram_md5;
    return sasl::challenge{text::to_base64(challenge_)};
}

// RFC 2195 section 2: a name, a space and the digest. The last space is taken, since a name may
// have some and a digest has none. Of whom it is a digest only who has the password can say.
step exchange::read_digest(std::string_view message) {
    auto space = message.rfind(' ');
    if (space == message.npos) return failure::malformed;
    auto user = message.substr(0, space), digest = message.substr(space + 1);
    if (user.empty() || has_nul(user) || !is_digest(digest)) return failure::malformed;
    auto made = make("CRAM-MD5", user, digest);
    made.how = credentials::method::cram_md5;
    made.challenge = std::move(challenge_);
    return made;
}

// RFC 4422 appendix A: an empty message, or the name of the identity that is meant.
step exchange::read_external(std::string_view message) {
    auto meant = message.empty() ? identities_.begin() : std::ranges::find(identities_, message);
    if (meant == identities_.end()) return failure::not_theirs;
    auto made = make("EXTERNAL", *meant, {});
    made.how = credentials::method::external;
    return made;
}

step exchange::take(std::string_view base64) {
    auto what = std::exchange(next_, wants::nothing);
    auto text = text::from_base64(base64);
    if (!text) return failure::bad_base64;
    auto next = read(what, *text);
    wipe(*text);
    return next;
}

step exchange::read(wants what, std::string_view message) {
    switch (what) {
    case wants::nothing: break;
    case wants::plain: return read_plain(message);
    case wants::login_user:
        if (message.empty() || has_nul(message)) break;
        user_ = message;
        next_ = wants::login_password;
        return challenge{std::string(ask_password)};
    case wants::login_password:
        if (has_nul(message)) break;
        return make("LOGIN", user_, message);
    case wants::cram_md5: return read_digest(message);
    case wants::external: return read_external(message);
    }
    return failure::malformed;
}

}
