// A client's side of an exchange, line by line: the first is "mechanism initial". What comes out as
// a login holds no NUL, and somebody is named; a digest is one, over our challenge.
#include "protocols/sasl/challenge.hpp"
#include "protocols/sasl/client.hpp"
#include "protocols/sasl/exchange.hpp"
#include "protocols/text/base64.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace postern;

namespace {

std::string_view take_line(std::string_view& from) {
    auto line = from.substr(0, from.find('\n'));
    from.remove_prefix(std::min(line.size() + 1, from.size()));
    return line;
}

void check(const sasl::step& step) {
    auto login = std::get_if<sasl::credentials>(&step);
    if (!login) return;
    auto password = login->password.reveal();
    if (login->user.empty() || login->user.find('\0') != login->user.npos) std::abort();
    if (password.find('\0') != password.npos) std::abort();
    if (login->how == sasl::credentials::method::cram_md5 &&
        (!sasl::is_digest(password) || login->challenge != "<1.2@mail.example.org>"))
        std::abort();
    // The upstream is told the same two things that the client said.
    auto said = sasl::plain_response(login->user, login->password);
    sasl::exchange upstream;
    auto read = upstream.start("PLAIN", said.value().reveal(), true, false);
    auto& again = std::get<sasl::credentials>(read);
    if (again.user != login->user || again.password.reveal() != password) std::abort();
}

}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view text(reinterpret_cast<const char*>(data), size);
    auto first = take_line(text);
    auto space = first.find(' ');
    std::optional<std::string_view> initial;
    if (space != first.npos) initial = first.substr(space + 1);
    sasl::exchange one;
    auto step =
        one.start(first.substr(0, space), initial, true, true, {}, "<1.2@mail.example.org>");
    check(step);
    for (int round = 0; round < 5 && !text.empty(); ++round) {
        step = one.respond(take_line(text));
        check(step);
    }
    return 0;
}
