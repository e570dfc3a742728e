// What is told of a peer's certificate: its names, who it says that the client is, and whether an
// upstream is who it should be.
#include "backends/tls/certificate.hpp"
#include "backends/tls/distinguished_name.hpp"
#include "backends/tls/peer.hpp"
#include "backends/tls/service_name.hpp"
#include "protocols/auth_http/request.hpp"
#include "protocols/sasl/external.hpp"
#include "protocols/text/ascii.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

using namespace postern;
using config::client_identity;

namespace {

bool is_printable(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

void must(bool is_so) {
    if (!is_so) std::abort();
}

// Nobody is called nothing, and a host is called by one of the names in the certificate only.
void judge_names(std::string_view der) {
    auto leaf = tls::read_certificate(der);
    if (!leaf) return;
    auto& names = leaf->names;
    must(is_printable(tls::listed(names)) && tls::listed(names).size() < 2000);
    must(!tls::is_for_service(names, "", "imap") && !tls::is_for_service(names, ".", "imap"));
    bool ours = tls::is_for_service(names, "imap.example.org", "imap");
    auto says = [](const std::string& name) {
        return text::lower(name).find("example.org") != name.npos;
    };
    must(!ours || std::ranges::any_of(names.dns, says) || std::ranges::any_of(names.srv, says));
}

}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view der(reinterpret_cast<const char*>(data), size);
    must(is_printable(tls::written_name(der)));
    judge_names(der);
    tls::facts facts;
    facts.asked = true;
    facts.shown = std::make_shared<tls::peer>(tls::peer{std::string(der), tls::verdict::ok, {}});
    using enum client_identity;
    for (auto which : {email, subject_email, dns, cn})
        for (auto& name : sasl::identities_of(&facts, which))
            must(!name.empty() && name.find_first_of(std::string_view("\0\r\n", 3)) == name.npos);
    sasl::credentials who;
    const std::vector<std::pair<std::string, std::string>> none;
    auth_http::question q{
        "h", who, config::mail_protocol::imap, 1, "192.0.2.7", "", &facts, none, true};
    for (auto& line : auth_http::request_headers(q))
        must(is_printable(line.value.reveal()));
    return 0;
}
