#include "config/build/ticket_key_file.hpp"

#include "config/report/source_text.hpp"

#include <algorithm>

namespace postern::config {

namespace {

constexpr auto how_to_make = "make one with: openssl rand 80 > FILE && chmod 600 FILE";

}

void check_ticket_key_file(
    const std::string& path, const file_answer& read, const place& where, findings& out
) {
    if (!read.bytes) return;
    auto bytes = read.bytes->reveal();
    auto name = "ssl_session_ticket_key: " + in_quotes(path);
    if (!ticket_settings::is_key_size(bytes.size()))
        out.error(
            where,
            name + " must be 48 or 80 bytes, not " + std::to_string(bytes.size()),
            how_to_make
        );
    else if (std::ranges::all_of(bytes, [&](char c) { return c == bytes.front(); }))
        out.error(where, name + " is no secret: all its bytes are the same", how_to_make);
    else if (read.open_to_all)
        out.warning(
            where,
            name + " can be read by every user of this machine",
            "whoever reads it can read sessions: chmod o= " + in_quotes(path)
        );
}

}
