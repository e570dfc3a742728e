// Whatever was said: a tag that may be repeated, arguments that hold no NUL, and a start that may
// go on is the start of something that can be read.
#include "protocols/imap/command.hpp"
#include "protocols/imap/reply.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

using namespace postern;

namespace {

void check_tag(const std::string& tag) {
    bool safe = !tag.empty() && tag.size() <= 32 &&
                std::ranges::all_of(tag, [](char c) { return c > ' ' && c < '\x7f'; });
    if (!safe || (tag.find_first_of("*+\"\\{%()") != tag.npos && tag != "*")) std::abort();
}

bool is_one_line(std::string_view text) {
    auto is_control = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; };
    return text.ends_with("\r\n") && std::ranges::count_if(text, is_control) == 2;
}

}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view text(reinterpret_cast<const char*>(data), size);
    auto parsed = imap::parse(text);
    if (auto bad = std::get_if<imap::not_a_command>(&parsed)) {
        check_tag(bad->tag);
    } else {
        auto& said = std::get<imap::command>(parsed);
        check_tag(said.tag);
        if (said.args.size() > 3) std::abort();
        for (auto& arg : said.args)
            if (arg.reveal().find('\0') != std::string_view::npos) std::abort();
    }
    check_tag(imap::tag_of(text));
    imap::parse_start(text);
    if (!is_one_line(imap::failed("a", text)) || !is_one_line(imap::denied("a", text)))
        std::abort();
    return 0;
}
