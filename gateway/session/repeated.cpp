#include "gateway/session/repeated.hpp"

#include "protocols/sasl/client.hpp"
#include "protocols/text/base64.hpp"

namespace postern::gateway {

bool repeats_password(std::string_view words, const sasl::credentials& login) {
    if (login.password.empty()) return false;
    auto holds = [words](std::string_view what) { return words.find(what) != words.npos; };
    if (holds(login.password.reveal())) return true;
    auto base64 = text::to_base64(login.password.reveal());
    secret coded(base64);
    wipe(base64);
    auto plain = sasl::plain_response(login.user, login.password);
    return holds(coded.reveal()) || (plain && holds(plain->reveal()));
}

std::string_view fit_for_log(std::string_view words, const sasl::credentials& login) {
    words = words.substr(0, words.find_first_of("\r\n"));
    return repeats_password(words, login) ? "(words with the password in them)" : words;
}

}
