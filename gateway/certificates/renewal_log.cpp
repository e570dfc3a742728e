#include "gateway/certificates/renewal_log.hpp"

#include "backends/tls/key_files.hpp"
#include "backends/tls/server_names.hpp"
#include "gateway/observe/line.hpp"

#include <algorithm>

namespace postern::gateway {

using config::log_level;
using kind = folder_change::kind;

namespace {

bool same(const config::file& a, const config::file& b) {
    if (!a.bytes || !b.bytes) return a.bytes == b.bytes;
    return a.bytes->reveal() == b.bytes->reveal();
}

}

std::string some_of(const std::vector<std::string>& names) {
    constexpr std::size_t most = 5;
    std::string out;
    for (std::size_t n = 0; n < std::min(names.size(), most); ++n)
        out += (out.empty() ? "" : " ") + names[n];
    return names.size() > most ? out + " ..." : out;
}

std::string some_of(std::string_view lines) {
    std::vector<std::string> names;
    while (!lines.empty()) {
        auto one = lines.substr(0, lines.find('\n'));
        names.emplace_back(one);
        lines.remove_prefix(std::min(lines.size(), one.size() + 1));
    }
    return some_of(names);
}

void renewal_log::refused(const std::string& path, const std::string& why) {
    events_.event(
        log_level::error,
        "certificate not renewed, the old one stays",
        {
            {"file", path},
            {"why",  why }
    }
    );
}

void renewal_log::renewed(const renewable::pair& before, const renewable::pair& now) {
    auto same_pair = same(before.certificate, now.certificate) && same(before.key, now.key);
    auto same_staple = same(before.staple, now.staple);
    if (same_pair && same_staple) return;
    std::vector<config::complaint> ignored; // dates, which are told elsewhere
    auto pair = tls::read_key_pair(now.certificate, now.key, ignored);
    if (!pair) return;
    if (!same_pair)
        events_.event(
            log_level::notice,
            "certificate renewed",
            {
                {"file",    now.certificate.path           },
                {"names",   some_of(names_in(pair->leaf))  },
                {"expires", timestamp(pair->leaf.not_after)}
        }
        );
    if (!now.staple.path.empty()) staple_renewed(now.staple, pair->leaf);
}

void renewal_log::staple_renewed(const config::file& file, const tls::certificate& leaf) {
    std::vector<config::complaint> complaints;
    auto staple = tls::read_staple(file, leaf, complaints);
    if (!complaints.empty()) return staple_refused(file.path, complaints.front().text);
    events_.event(
        log_level::notice,
        "OCSP response in use",
        {
            {"file",    file.path              },
            {"expires", timestamp(staple.until)}
    }
    );
}

void renewal_log::staple_refused(const std::string& path, const std::string& why) {
    events_.event(
        log_level::warn,
        "OCSP response not in use",
        {
            {"file", path},
            {"why",  why }
    }
    );
}

void renewal_log::changed(const std::vector<folder_change>& changes, const tls::catalog& from) {
    constexpr std::size_t most = 20;
    for (std::size_t n = 0; n < std::min(changes.size(), most); ++n)
        changed(changes[n], from);
    if (changes.size() > most)
        events_.event(
            log_level::notice,
            "more certificates changed",
            {
                {"count", std::to_string(changes.size() - most)}
        }
        );
}

void renewal_log::changed(const folder_change& c, const tls::catalog& from) {
    if (c.what == kind::kept) return refused(c.certificate, c.why);
    if (c.entry && c.what != kind::left_out && c.what != kind::removed)
        return in_use(c, from.entry(*c.entry));
    auto gone = c.what == kind::removed;
    events_.event(
        gone ? log_level::notice : log_level::error,
        gone ? "certificate removed" : "certificate cannot be used",
        {
            {"file", c.certificate},
            {"why",  c.why        }
    }
    );
}

void renewal_log::in_use(const folder_change& c, const tls::catalog_entry& entry) {
    events_.event(
        log_level::notice,
        c.what == kind::added ? "certificate added" : "certificate renewed",
        {
            {"file",    c.certificate             },
            {"names",   some_of(entry.names)      },
            {"expires", timestamp(entry.not_after)}
    }
    );
    if (!c.why.empty()) staple_refused(tls::staple_beside(c.certificate), c.why);
}

}
