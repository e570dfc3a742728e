#pragma once

#include <string>
#include <string_view>

namespace postern::text {

// RFC 3461 section 4: printable ASCII but "+" and "=" stands for itself, every other byte becomes
// "+HH". Space too, so the result is always one word.
std::string to_xtext(std::string_view bytes);

}
