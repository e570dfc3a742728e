#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace postern::text {

// Case and class of single bytes are ASCII's, whatever the locale says.
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
constexpr bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
constexpr bool is_letter(char c) { return is_upper(c) || is_lower(c); }
constexpr bool is_printable(char c) { return c >= ' ' && c <= '~'; } // space included

constexpr char upper(char c) { return is_lower(c) ? static_cast<char>(c - 'a' + 'A') : c; }
constexpr char lower(char c) { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; }

std::string upper(std::string_view);
std::string lower(std::string_view);

// Equal when ASCII letters are taken in either case.
bool equal(std::string_view, std::string_view);

// True when `text` begins with `head`, in either case.
bool starts_with(std::string_view text, std::string_view head);

// True when the text may stand in a line of any mail protocol without ending it: no CR, LF or NUL.
bool fits_line(std::string_view);

// True when the text is one argument of a command that is split at spaces: fits_line(), not empty,
// no space, no other control character.
bool is_word(std::string_view);

// Somebody else's words, for a line of ours: everything but printable ASCII becomes "?", and what
// is over `most` bytes is cut off.
std::string printable(std::string_view, std::size_t most = 400);

}
