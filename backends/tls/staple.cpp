#include "backends/tls/staple.hpp"

#include "backends/tls/der.hpp"
#include "backends/tls/key_files.hpp"
#include "backends/tls/pem.hpp"

#include <optional>

namespace postern::tls {

namespace {

using namespace std::string_view_literals;
using config::severity;
using text = std::string_view;

constexpr unsigned char enumerated = 0x0a;
constexpr auto basic = "\x2b\x06\x01\x05\x05\x07\x30\x01\x01"sv; // id-pkix-ocsp-basic

enum class verdict { good, revoked, unknown };

struct single {
    text serial;
    verdict about = verdict::unknown;
    staple::time_point from{};
    std::optional<staple::time_point> until;
};

// RFC 6960 section 4.2.1: SingleResponse
std::optional<single> read_single(text body) {
    auto id = der::take(body, der::sequence);
    if (!id || !der::take(*id, der::sequence) || !der::take(*id, der::octet_string) ||
        !der::take(*id, der::octet_string))
        return std::nullopt;
    auto serial = der::take(*id, der::integer);
    auto status = der::take(body);
    if (!serial || !status) return std::nullopt;
    single out;
    out.serial = *serial;
    if (status->tag == der::primitive(0)) out.about = verdict::good;
    if (status->tag == der::constructed(1)) out.about = verdict::revoked;
    auto from = take_time(body);
    if (!from) return std::nullopt;
    out.from = *from;
    if (auto next = der::take(body, der::constructed(0))) {
        out.until = take_time(*next);
        if (!out.until) return std::nullopt;
    }
    return out;
}

// The name of OCSPResponseStatus; empty for success.
std::string_view trouble_of(text status) {
    constexpr std::string_view names[] = {
        ""sv,
        "malformedRequest"sv,
        "internalError"sv,
        "tryLater"sv,
        "another error"sv,
        "sigRequired"sv,
        "unauthorized"sv};
    auto n = status.size() == 1 ? static_cast<unsigned char>(status[0]) : 4u;
    return n < std::size(names) ? names[n] : names[4];
}

struct parsed {
    bool whole = false; // it is a response, as far as it was read
    std::string_view trouble;
    std::vector<single> all;
};

// OCSPResponse, with a BasicOCSPResponse inside when it is a success.
parsed read_response(text der) {
    parsed out;
    auto outer = der::take(der, der::sequence);
    auto status = outer ? der::take(*outer, enumerated) : std::nullopt;
    if (!status || !der.empty()) return out;
    out.trouble = trouble_of(*status);
    out.whole = !out.trouble.empty();
    if (out.whole) return out;
    auto box = der::take(*outer, der::constructed(0));
    auto bytes = box ? der::take(*box, der::sequence) : std::nullopt;
    auto type = bytes ? der::take(*bytes, der::object_id) : std::nullopt;
    if (!type || *type != basic) return out;
    auto inside = der::take(*bytes, der::octet_string);
    auto response = inside ? der::take(*inside, der::sequence) : std::nullopt;
    auto data = response ? der::take(*response, der::sequence) : std::nullopt;
    if (!data) return out;
    (void)der::take(*data, der::constructed(0)); // version
    auto responder = der::take(*data);
    auto produced = responder ? take_time(*data) : std::nullopt;
    auto list = produced ? der::take(*data, der::sequence) : std::nullopt;
    if (!list) return out;
    while (!list->empty()) {
        auto one = der::take(*list, der::sequence);
        auto read = one ? read_single(*one) : std::nullopt;
        if (!read) return out;
        out.all.push_back(*read);
    }
    out.whole = true;
    return out;
}

std::string bytes_of(const config::file& file) {
    auto raw = file.bytes->reveal();
    for (auto& block : read_pem(raw).blocks)
        if (block.label == "OCSP RESPONSE")
            if (auto der = pem_bytes(block)) return *der;
    return std::string(raw);
}

std::string_view why_not(const single& one, staple::time_point now) {
    if (one.about == verdict::revoked) return "says that the certificate is revoked";
    if (one.about == verdict::unknown)
        return "says that the responder does not know the certificate";
    if (one.until && *one.until <= now) return "is expired";
    if (one.from > now) return "is not valid yet";
    return {};
}

}

staple read_staple(
    const config::file& file, const certificate& leaf, std::vector<config::complaint>& out
) {
    auto complain = [&](severity level, std::string what, std::string hint) {
        out.push_back({level, "ssl_stapling_file", std::move(what), std::move(hint)});
        return staple();
    };
    auto named = "\"" + file.path + "\"";
    if (!file.bytes) return complain(severity::error, named + " could not be read", {});
    auto response = bytes_of(file);
    auto read = read_response(response);
    if (!read.whole)
        return complain(
            severity::error,
            named + " holds no OCSP response",
            "openssl ocsp -respout FILE makes one"
        );
    if (!read.trouble.empty())
        return complain(
            severity::error,
            named + " holds an answer without a response: " + std::string(read.trouble),
            "ask the responder again"
        );
    for (auto& one : read.all) {
        if (one.serial != leaf.serial) continue;
        auto now = std::chrono::system_clock::now();
        auto until = one.until.value_or(staple::time_point::max());
        if (auto why = why_not(one, now); !why.empty())
            return complain(
                severity::warning,
                "the response in " + named + ' ' + std::string(why) + " (" + date_of(one.from) +
                    " to " + (one.until ? date_of(*one.until) : "no end") + "), and is not sent",
                "renew it"
            );
        return {std::move(response), one.from, until};
    }
    return complain(
        severity::warning,
        "the response in " + named + " is about another certificate, and is not sent",
        "renew it; each belongs to the certificate at the same position of ssl_certificate"
    );
}

}
