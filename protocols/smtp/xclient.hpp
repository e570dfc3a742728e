#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace postern::smtp {

// What an upstream said in its answer to EHLO, as far as it matters to us.
struct announced {
    bool xclient = false;
    std::vector<std::string> xclient_attributes; // upper case
    bool auth_plain = false, auth_login = false;
    bool starttls = false;

    bool has_attribute(std::string_view upper) const;
};

// Reads the lines of an EHLO reply, each with its end.
announced read_announced(std::string_view ehlo_reply);

// Attributes to tell, in the order in which they are told; values as they are, of any bytes.
using attributes = std::vector<std::pair<std::string_view, std::string>>;

// The XCLIENT commands, each with its end, that tell the attributes: values in xtext, at most 512
// octets a command (Postfix, XCLIENT_README), so there may be several, the last of them with LOGIN
// and ADDR; none for no attributes. Nothing when one attribute alone is too long for a command.
std::optional<std::vector<std::string>> xclient_commands(const attributes&);

}
