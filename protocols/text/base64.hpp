#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace postern::text {

// RFC 4648 section 4, with padding.
std::string to_base64(std::string_view bytes);

// The bytes, or nothing when the text is not base64. Padding may be missing, as some clients leave
// it out; everything else is strict (no spaces, no bytes behind the padding, no stray bits in the
// last letter), so two parties cannot read two things in one text. The result is three quarters of
// the text, so the caller's limit on the text is the limit here. Wipe it when it was a secret.
std::optional<std::string> from_base64(std::string_view text);

}
