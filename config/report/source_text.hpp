#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace postern::config {

// Line number `line` (from 1) without its end; empty when the text has fewer.
std::string_view line_of(std::string_view text, std::size_t line);

// How many lines there are; a last one without an end counts. At least 1.
std::size_t count_lines(std::string_view text);

// Bytes of the UTF-8 sequence that begins the text: 1 to 4. 0 when it begins with none.
std::size_t sequence_length(std::string_view text);

// Characters, counting each byte that is no UTF-8 as one.
std::size_t count_characters(std::string_view text);

// The text as it may be shown on a terminal: control characters, those that turn the direction of
// writing, and bytes that are no UTF-8 appear escaped ("\x1b", "\u202e").
std::string visible(std::string_view text);

// A word in quotes for a message, cut when it is longer than 60 characters.
std::string in_quotes(std::string_view word);

}
