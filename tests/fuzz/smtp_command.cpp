// SMTP lines from any bytes: whole and in pieces they give the same commands, and what a command
// holds is in its line and has no control byte. The lines are also read as replies.
#include "protocols/io/line_buffer.hpp"
#include "protocols/smtp/command.hpp"
#include "protocols/smtp/reply.hpp"
#include "protocols/smtp/xclient.hpp"

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

bool is_clean(std::string_view text) {
    return std::ranges::none_of(text, [](char c) {
        return static_cast<unsigned char>(c) < ' ' || c == '\x7f';
    });
}

std::string read_line(const std::string& line) {
    auto cmd = smtp::parse_command(line);
    if (!cmd) return "?\n";
    require(cmd->arguments.size() <= 11);
    std::string out = std::to_string(static_cast<int>(cmd->what));
    for (auto word : cmd->arguments) {
        require(!word.empty() && is_clean(word));
        require(
            word.data() >= line.data() && word.data() + word.size() <= line.data() + line.size()
        );
        out.append("|").append(word);
    }
    require(is_clean(cmd->text));
    return out + "\n";
}

// The same bytes as the words of an upstream: whatever is passed on is a whole refusal in clean
// lines.
void refuse_with(std::string_view bytes) {
    refusal no;
    no.why = refusal::kind::denied;
    no.text = bytes;
    auto said = smtp::refusal_reply(no, false);
    require(said.ends_with("\r\n") && (said[0] == '4' || said[0] == '5'));
    no.why = refusal::kind::bad_login;
    no.code = bytes.substr(0, bytes.find('|'));
    said = smtp::refusal_reply(no, false);
    require(said.ends_with("\r\n") && (said[0] == '4' || said[0] == '5'));
    require(is_clean(std::string_view(said).substr(0, said.size() - 2)));
}

// ... and as an EHLO reply, whose attributes are words.
void announce(std::string_view bytes) {
    for (auto& word : smtp::read_announced(bytes).xclient_attributes)
        require(!word.empty() && word.find(' ') == word.npos);
    smtp::attributes all;
    all.emplace_back("LOGIN", std::string(bytes));
    if (auto commands = smtp::xclient_commands(all))
        for (auto& command : *commands)
            require(
                command.size() <= 512 && command.ends_with("\r\n") &&
                is_clean(std::string_view(command).substr(0, command.size() - 2))
            );
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

}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view bytes(reinterpret_cast<const char*>(data), size);
    auto whole = read_all(bytes, bytes.size());
    require(whole == read_all(bytes, 1));
    require(whole == read_all(bytes, 7));
    refuse_with(bytes);
    announce(bytes);
    return 0;
}
