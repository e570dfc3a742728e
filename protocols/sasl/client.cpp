#include "protocols/sasl/client.hpp"

#include "protocols/text/base64.hpp"

#include <string>

namespace postern::sasl {

std::optional<secret> plain_response(std::string_view user, const secret& password) {
    auto has_nul = [](std::string_view text) { return text.find('\0') != std::string_view::npos; };
    if (user.empty() || has_nul(user) || has_nul(password.reveal())) return std::nullopt;
    std::string message;
    message.reserve(user.size() + password.reveal().size() + 2); // no copy is left by growing
    message += '\0';
    message += user;
    message += '\0';
    message += password.reveal();
    auto base64 = text::to_base64(message);
    std::optional<secret> out(std::in_place, base64);
    wipe(message);
    wipe(base64);
    return out;
}

}
