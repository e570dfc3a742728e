#include "tests/config/support.hpp"

#include "tests/support/catch.hpp"

#include <cerrno>

namespace postern::test {

std::string summary(const std::vector<config::diagnostic>& all) {
    std::string out;
    for (auto& d : all) {
        out += out.empty() ? "" : "\n";
        if (d.where.line > 0)
            out += std::to_string(d.where.line) + ":" + std::to_string(d.where.column) + " ";
        out += d.level == config::severity::error     ? "error: "
               : d.level == config::severity::warning ? "warning: "
                                                      : "note: ";
        out += d.text;
    }
    return out;
}

config::file_answer read_fake(const std::string& path) {
    auto name = std::string_view(path).substr(path.rfind('/') + 1);
    for (std::string_view known :
         {"cert.pem",
          "key.pem",
          "rsa.pem",
          "ecdsa.pem",
          "pass.txt",
          "ca-certificates.crt",
          "ocsp.der"})
        if (name == known) return {std::make_shared<const secret>("the bytes of " + path), 0};
    auto key = "the bytes of " + path;
    key.resize(48, '.');
    if (name == "ticket.key") return {std::make_shared<const secret>(key), 0};
    return {nullptr, name == "secret.pem" ? EACCES : ENOENT};
}

config::loaded load(std::string_view text) { return config::load(text, "postern.toml", read_fake); }

std::string server_with(std::string_view lines) {
    return "[[mail.server]]\nlisten = \"127.0.0.1:143\"\nupstream = \"localhost\"\n" +
           std::string(lines) + "\n";
}

void check(const char* about, const std::string& text, const char* found) {
    INFO(about << "\n" << text);
    auto got = load(text);
    CHECK(summary(got.diagnostics) == found);
    CHECK((got.made != nullptr) == !config::any_error(got.diagnostics));
}

}
