#include "config/value/http.hpp"

#include "config/report/source_text.hpp"
#include "config/value/address.hpp"
#include "config/value/texts.hpp"

#include <algorithm>
#include <array>

namespace postern::config {

namespace {

constexpr std::size_t longest_target = 2048, longest_header = 4096;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

std::string lowered(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), lower);
    return out;
}

bool is_visible_ascii(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

// RFC 9110 section 5.6.2
bool is_token(std::string_view text) {
    return !text.empty() && is_visible_ascii(text) &&
           text.find_first_of("\"(),/:;<=>?@[\\]{}") == text.npos;
}

bool read_target(std::string_view text, const word& w, reading& in, http_address& out) {
    if (text.empty() || text[0] == '?')
        out.target = "/" + std::string(text);
    else
        out.target = text;
    if (!is_visible_ascii(out.target) || out.target.find('#') != out.target.npos ||
        out.target.size() > longest_target)
        return in.refuse(
            w.where,
            in_quotes(out.target) + " is no path of an http address",
            "visible ASCII without '#', the rest as %20 and the like"
        );
    return true;
}

bool read_unix(std::string_view text, const word& w, reading& in, http_address& out) {
    auto colon = text.find(':');
    if (!detail::read_path({std::string(text.substr(0, colon)), w.where}, in, out.unix_path))
        return false;
    auto target = colon == text.npos ? std::string_view() : text.substr(colon + 1);
    if (!target.empty() && target[0] != '/')
        return in.refuse(w.where, in_quotes(target) + " must begin with '/'");
    return read_target(target, w, in, out);
}

}

bool http_kind::read(std::span<const word> words, reading& in, http_address& field) {
    auto& w = words[0];
    std::string_view text = w.text;
    auto scheme = lowered(text.substr(0, 8));
    http_address out;
    out.tls = scheme == "https://";
    if (out.tls || scheme.starts_with("http://")) text.remove_prefix(out.tls ? 8 : 7);
    if (text.starts_with("unix:") && !out.tls) {
        if (!read_unix(text.substr(5), w, in, out)) return false;
        field = out;
        return true;
    }
    auto end = std::min(text.find_first_of("/?#"), text.size());
    auto parts = cut_address(text.substr(0, end));
    if (!parts || (!parts->bracketed && !is_host_name(parts->host)))
        return in.refuse(
            w.where,
            in_quotes(w.text) + " is no http address",
            "write http://127.0.0.1:8080/auth, https://auth.example.org/ or "
            "unix:/run/auth.sock:/auth"
        );
    auto port = parts->has_port ? parse_port(parts->port, false)
                                : std::uint16_t{out.tls ? std::uint16_t{443} : std::uint16_t{80}};
    if (!port) return in.refuse(w.where, in_quotes(parts->port) + " is not a port", "1 to 65535");
    out.host = parts->host;
    out.port = *port;
    if (!read_target(text.substr(end), w, in, out)) return false;
    field = out;
    return true;
}

std::vector<std::string> http_kind::write(const http_address& field, const folder& base) {
    if (!field.unix_path.empty())
        return {"unix:" + base.relative(field.unix_path) + ":" + field.target};
    return {
        (field.tls ? "https://" : "http://") + join_address(field.host, field.port) + field.target};
}

bool http_services::read(std::span<const word> words, reading& in, value_type& field) {
    value_type all;
    bool good = true;
    for (auto& w : words) {
        auto& one = all.emplace_back();
        good = http_kind::read({&w, 1}, in, one) && good;
    }
    if (good) field = std::move(all);
    return good;
}

std::vector<std::string> http_services::write(const value_type& field, const folder& base) {
    std::vector<std::string> out;
    for (auto& one : field)
        out.push_back(http_kind::write(one, base).front());
    return out;
}

bool header_kind::read(std::span<const word> words, reading& in, value_type& field) {
    // These belong to the request itself; a second one would break it.
    constexpr std::array<std::string_view, 4> ours{
        "host", "connection", "content-length", "transfer-encoding"};
    auto& name = words[0];
    if (!is_token(name.text))
        return in.refuse(
            name.where,
            in_quotes(name.text) + " is no name of a header",
            "write \"Name value\" or [\"Name\", \"value\"]"
        );
    if (std::ranges::find(ours, lowered(name.text)) != ours.end())
        return in.refuse(name.where, in_quotes(name.text) + " is set by postern itself");
    if (words.size() < 2)
        return in.refuse(
            name.where,
            "the header " + in_quotes(name.text) + " has no value",
            "write [\"Name value\"] or [[\"Name\", \"value\"]]"
        );
    std::string value;
    for (auto& w : words.subspan(1))
        value += (value.empty() ? "" : " ") + w.text;
    if (!is_printable(value) || value.size() > longest_header)
        return in.refuse(
            words[1].where, "the value holds a control character or more than 4096 bytes"
        );
    field = {name.text, std::move(value)};
    return true;
}

std::vector<std::string> header_kind::write(const value_type& field, const folder&) {
    return {field.first, field.second};
}

}
