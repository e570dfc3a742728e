// POP3 lines from any bytes: whole and in pieces they give the same commands, and what a command
// holds is in its line and cannot break one. The bytes are also a lookup's and an upstream's words.
#include "protocols/io/line_buffer.hpp"
#include "protocols/pop3/command.hpp"
#include "protocols/pop3/reply.hpp"
#include "protocols/text/ascii.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace postern;

namespace {

void require(bool good) {
    if (!good) std::abort();
}

std::string read_line(const std::string& line) {
    auto cmd = pop3::parse_command(line);
    if (!cmd) return "?\n";
    require(cmd->arguments.size() <= 3);
    std::string out = std::to_string(static_cast<int>(cmd->what));
    for (auto word : cmd->arguments) {
        require(!word.empty() && text::fits_line(word));
        require(
            word.data() >= line.data() && word.data() + word.size() <= line.data() + line.size()
        );
        out.append("|").append(word);
    }
    return out + "\n";
}

std::string read_all(std::string_view bytes, std::size_t piece) {
    line_buffer lines(128);
    std::string out;
    while (!bytes.empty() && !lines.too_long()) {
        auto now = bytes.substr(0, std::min(piece, lines.room()));
        lines.add(now);
        bytes.remove_prefix(now.size());
        while (auto line = lines.take_line())
            out += read_line(*line);
    }
    return out + (lines.too_long() ? "too long" : "");
}

// Whatever is passed on is one refusal.
void refuse_with(std::string_view words) {
    refusal no;
    no.text = words;
    using enum refusal::kind;
    for (auto why : {bad_login, denied, unavailable}) {
        no.why = why;
        auto said = pop3::refusal_line(no);
        require(said.starts_with("-ERR ") || said == "-ERR\r\n");
        require(said.size() <= 512 && said.ends_with("\r\n"));
        auto line = std::string_view(said).substr(0, said.size() - 2);
        require(std::ranges::all_of(line, text::is_printable));
    }
}

}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view bytes(reinterpret_cast<const char*>(data), size);
    auto whole = read_all(bytes, bytes.size());
    require(whole == read_all(bytes, 1));
    require(whole == read_all(bytes, 7));
    refuse_with(bytes);
    return 0;
}
