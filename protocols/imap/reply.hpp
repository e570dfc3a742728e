#pragma once

#include <string>
#include <string_view>

namespace postern::imap {

// What the gateway says, in nginx's words. Each is whole lines.
constexpr std::string_view greeting = "* OK IMAP4 ready\r\n";
constexpr std::string_view internal_error = "* BAD internal server error\r\n";
constexpr std::string_view continuation = "+ OK\r\n";

std::string completed(std::string_view tag); // "<tag> OK completed"
std::string invalid(std::string_view tag);   // "<tag> BAD invalid command"
std::string not_theirs(std::string_view tag);
std::string cancelled(std::string_view tag); // "<tag> BAD authentication cancelled"

// "<tag> NO <words>" with words of the lookup, which become printable ASCII; without any, a
// sentence of ours (RFC 5530).
std::string failed(std::string_view tag, std::string_view words);

// The upstream's own refusal of the login if it is one clean line with this tag and NO or BAD;
// otherwise our sentence, which blames the credentials unless it is temporary. `reply` is a line
// with or without its end.
std::string denied(std::string_view tag, std::string_view reply, bool temporary = false);

}
