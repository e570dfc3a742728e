#pragma once

namespace postern::config {

// What an upstream is told of a connection before anything else, by HAProxy's PROXY protocol.
enum class proxy_header { off, v1, v2 };

}
