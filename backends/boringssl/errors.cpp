#include "backends/boringssl/library.hpp"

#include <fstream>

namespace postern::tls::boringssl {

std::string last_words() {
    std::string words;
    if (auto first = ERR_get_error()) {
        auto* text = ERR_reason_error_string(first);
        words = text ? text : "error " + std::to_string(first);
    }
    ERR_clear_error();
    return words;
}

std::string foreign_library() {
    bool shared = false, openssl = false;
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);) {
        shared = shared || line.find("/libssl.so.0") != line.npos;
        openssl = openssl || line.find("/libssl.so.3") != line.npos ||
                  line.find("/libssl.so.1") != line.npos;
    }
    if (!shared || !openssl) return {};
    return "OpenSSL's libssl is loaded into the same process as the shared BoringSSL; they answer "
           "each other's calls";
}

}
