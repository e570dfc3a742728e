#pragma once

#include "gateway/observe/log.hpp"
#include "protocols/auth_http/request.hpp"
#include "tests/fuzz/session/pipe.hpp"
#include "tests/fuzz/session/script.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace postern::fuzz {

// What may leave the gateway. Each aborts when something else does.

// A login that was offered was allowed, here and now.
void check_offer(const script&, const sasl::credentials&, const tls::facts*);

// Whole lines of printable ASCII, and no more of them than the budget of commands, errors and
// logins allows.
void check_said_to_client(const script&, std::span<const std::string>);

// One header a line, and what was escaped is what it was.
void check_request(std::span<const auth_http::header>, const sasl::credentials&);

// Nothing but the commands of this login, in clear only where that was allowed.
void check_said_to_upstream(const script&, const pipe&, const sasl::credentials&, bool starttls);

// One line of printable text, and the password that was told to somebody is not in it, unless it is
// there without somebody's words, as a user's name.
void check_log(std::string_view line, std::string_view without_words, const sasl::credentials&);

}
