#include "protocols/sasl/client.hpp"

#include "protocols/text/base64.hpp"
#include "protocols/text/joined.hpp"

#include <string>

namespace postern::sasl {

std::optional<secret> plain_response(std::string_view user, const secret& password) {
    auto has_nul = [](std::string_view text) { return text.find('\0') != std::string_view::npos; };
    if (user.empty() || has_nul(user) || has_nul(password.reveal())) return std::nullopt;
    constexpr std::string_view nul("\0", 1);
    auto base64 = text::to_base64(text::joined({nul, user, nul, password.reveal()}).reveal());
    std::optional<secret> out(std::in_place, base64);
    wipe(base64);
    return out;
}

}
