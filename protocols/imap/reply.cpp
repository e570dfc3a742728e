#include "protocols/imap/reply.hpp"

#include "protocols/text/ascii.hpp"

#include <algorithm>

namespace postern::imap {

namespace {

constexpr std::string_view own_words = "[AUTHENTICATIONFAILED] Authentication failed";
constexpr std::string_view own_words_for_now = "[UNAVAILABLE] Try again later";
constexpr std::size_t longest_reply = 1000;

bool is_control(char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }

std::string line(std::string_view tag, std::string_view words) {
    return std::string(tag) + " " + std::string(words) + "\r\n";
}

}

std::string completed(std::string_view tag) { return line(tag, "OK completed"); }
std::string invalid(std::string_view tag) { return line(tag, "BAD invalid command"); }
std::string cancelled(std::string_view tag) { return line(tag, "BAD authentication cancelled"); }

// RFC 5530 section 3.
std::string not_theirs(std::string_view tag) {
    return line(tag, "NO [AUTHORIZATIONFAILED] not a name of this certificate");
}

std::string failed(std::string_view tag, std::string_view words) {
    auto clean = text::printable(words);
    return line(tag, "NO " + (clean.empty() ? std::string(own_words) : clean));
}

std::string denied(std::string_view tag, std::string_view reply, bool temporary) {
    while (reply.ends_with('\n') || reply.ends_with('\r'))
        reply.remove_suffix(1);
    auto start = std::string(tag) + " ";
    bool ours = reply.starts_with(start) && reply.size() < longest_reply &&
                std::ranges::none_of(reply, is_control);
    auto words = reply.substr(ours ? start.size() : reply.size());
    if (!text::starts_with(words, "NO ") && !text::starts_with(words, "BAD "))
        return failed(tag, temporary ? own_words_for_now : "");
    return line(tag, words);
}

}
