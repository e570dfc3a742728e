#pragma once

#include <string_view>

namespace postern::text {

// Whether a line begins a request of HTTP. What follows one is chosen by a web page, so that its
// reader can be made to send mail.
bool is_http_request(std::string_view line);

}
