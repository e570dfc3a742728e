#include "config/report/reference.hpp"

#include "config/directive/all.hpp"
#include "config/directive/details.hpp"
#include "config/report/source_text.hpp"

#include <algorithm>
#include <memory>
#include <type_traits>

namespace postern::config {

namespace {

// What the field's initialiser says, as it would be written.
template <class Root> std::string default_of(const directive& d, std::span<const row<Root>> rows) {
    for (auto& r : rows)
        if (&r.about == &d) {
            auto fresh = std::make_unique<const Root>();
            return to_toml(r.write(*fresh, folder("")));
        }
    return {};
}

std::string default_text(const directive& d) {
    if (!d.by_default.empty()) return std::string(d.by_default);
    auto text = default_of(d, process_rows());
    if (text.empty()) text = default_of(d, server_rows());
    if (text.empty()) text = default_of(d, certificate_rows());
    if (text.empty()) text = default_of(d, route_rows());
    return text.empty() ? "none" : text;
}

bool is_code(const directive& d) { return d.by_default.empty(); }

std::string takes_text(const directive& d) {
    return d.syntax() + (d.repeatable ? "; several as an array" : "");
}

std::string_view matters_text(matters when) {
    switch (when) {
    case matters::always: return {};
    case matters::with_tls: return "Matters to servers that speak TLS.";
    case matters::with_imap: return "Matters to IMAP servers.";
    case matters::with_pop3: return "Matters to POP3 servers.";
    case matters::with_smtp: return "Matters to SMTP servers.";
    case matters::with_static: return "Matters to servers without `auth_http`.";
    case matters::with_auth_http: return "Matters to servers with `auth_http`.";
    case matters::with_https: return "Matters to servers with an `auth_http` over https.";
    case matters::with_certificate_dir: return "Matters to servers with `ssl_certificate_dir`.";
    case matters::with_proxy_ssl: return "Matters where `proxy_ssl` is not `off`.";
    case matters::with_proxy_protocol: return "Matters where a `listen` says `proxy_protocol`.";
    case matters::with_resolver: return "Matters to SMTP servers with `resolver`.";
    }
    return {};
}

std::string in_markdown(const directive& d) {
    auto value = default_text(d);
    std::string out = "### " + std::string(d.name) + "\n\n" + std::string(d.summary) + "\n\n";
    out += "- takes: `" + d.syntax() + "`" + (d.repeatable ? "; several as an array" : "") + "\n";
    out += "- default: " + (is_code(d) ? "`" + value + "`" : value) + "\n";
    out += "- in: " + contexts_text(d.where) + "\n";
    if (!d.more.empty()) out += "\n" + std::string(d.more) + "\n";
    if (d.when != matters::always) out += "\n" + std::string(matters_text(d.when)) + "\n";
    return out + "\n";
}

// What the top of the file has, too, stands there.
template <class Root> std::string section(std::string_view title, std::span<const row<Root>> rows) {
    std::string out = "## " + std::string(title) + "\n\n";
    for (auto& r : rows)
        if (!std::is_same_v<Root, server_settings> || (r.about.where & in_main) == 0)
            out += in_markdown(r.about);
    return out;
}

// Breaks lines at blanks; paragraphs stay apart.
std::string wrap(std::string_view text) {
    constexpr std::size_t width = 80;
    std::string out;
    std::size_t column = 0;
    while (!text.empty()) {
        auto end = std::min(text.find_first_of(" \n"), text.size());
        auto word = text.substr(0, end);
        auto length = count_characters(word);
        bool breaks = column > 0 && column + 1 + length > width;
        out += breaks ? "\n" : column > 0 ? " " : "";
        out += word;
        column = breaks ? length : column + (column > 0 ? 1 : 0) + length;
        bool ends = end < text.size() && text[end] == '\n';
        if (ends) {
            out += "\n";
            column = 0;
        }
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out + "\n";
}

std::string in_plain_text(const directive& d) {
    std::string out = std::string(d.name) + "\n" + wrap(d.summary) + "\n";
    out += "  takes:   " + takes_text(d) + "\n";
    out += "  default: " + default_text(d) + "\n";
    out += "  in:      " + contexts_text(d.where) + "\n";
    if (!d.more.empty()) out += "\n" + wrap(d.more);
    if (d.when != matters::always) out += "\n" + wrap(matters_text(d.when));
    std::erase(out, '`');
    return out;
}

constexpr std::string_view preface = R"(# Directives

Made by `postern directives`; do not edit.

A configuration is a TOML file. Directives of the program stand at its top, defaults for all servers
in `[mail]`, and each server is a `[[mail.server]]` that inherits from there what it does not write
itself. A value may be text as nginx writes it, cut into words at blanks, or what TOML has: `true` and
`false` for `on` and `off`, numbers (of seconds, where a time is taken), and arrays for several words
or several values.

Times have units (`500ms`, `30s`, `5m`, `1h 30m`, `1d`, `2w`, `1M`, `1y`; seconds without one), sizes
too (`4096`, `4k`, `10m`, `1g`). Relative file names count from the folder of the configuration file.

)";

}

std::string reference() {
    auto out = std::string(preface) + section("The program", process_rows()) +
               section("Servers", server_rows()) + section("Certificates", certificate_rows()) +
               section("Routes", lookup_route_rows());
    out.pop_back(); // the last blank line
    return out;
}

bool reference_is_whole() { return has_details; }

std::string describe(std::string_view name) {
    std::string out;
    for (auto d : find_directives(name, ~0u))
        out += (out.empty() ? "" : "\n") + in_plain_text(*d);
    return out;
}

std::vector<std::string_view> directive_names() { return names_in(~0u); }

std::vector<completion> completions() {
    std::vector<completion> out;
    for (auto d : all_directives())
        out.push_back(
            {d->name, contexts_text(d->where), d->syntax(), d->words(), d->summary, d->repeatable}
        );
    return out;
}

}
