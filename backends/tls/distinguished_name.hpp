#pragma once

#include <string>
#include <string_view>

namespace postern::tls {

// A Name (DER) as RFC 2253 writes it, byte for byte as nginx and `openssl x509 -nameopt RFC2253`
// do: "CN=Joe \C3\BC,O=Example". The most special part comes first, and nothing in it is outside
// printable ASCII. Empty when it is no Name.
std::string written_name(std::string_view der);

}
