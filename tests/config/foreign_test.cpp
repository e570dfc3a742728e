#include "config/report/dump.hpp"
#include "tests/config/support.hpp"
#include "tests/support/catch.hpp"

using namespace postern;

namespace {

// Everything that is said about a TLS server with more lines.
std::string told(const std::string& lines) {
    auto got =
        test::load("[[mail.server]]\nlisten = \"993 ssl\"\nupstream = \"localhost\"\n" + lines);
    std::string out;
    for (auto& d : got.diagnostics)
        out += (d.level == config::severity::error ? "error: " : "warning: ") + d.text + " (" +
               d.hint + ")\n";
    return out;
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

}

TEST_CASE("what nginx switches off is off here, and cannot be switched on") {
    for (std::string name :
         {"ssl_stapling", "ssl_stapling_verify", "ssl_early_data", "ssl_certificate_compression"}) {
        CHECK(told(name + " = \"off\"") == "");
        CHECK(told(name + " = false") == "");
        CHECK(has(told(name + " = true"), "error: " + name + ": "));
        CHECK(has(told(name + " = \"perhaps\""), "unknown word \"perhaps\""));
    }
    CHECK(has(told("ssl_stapling = \"on\""), "write ssl_stapling_file"));
}

TEST_CASE("ssl_conf_command says what to write instead") {
    struct row {
        const char* command;
        const char* instead;
    };
    for (auto& [command, instead] : {
             row{"Ciphersuites TLS_AES_128_GCM_SHA256",      "write ssl_ciphersuites"         },
             row{"ciphersuites x",                           "write ssl_ciphersuites"         },
             row{"Groups X25519",                            "write ssl_ecdh_curve"           },
             row{"Curves X25519",                            "write ssl_ecdh_curve"           },
             row{"MinProtocol TLSv1.3",                      "write ssl_protocols"            },
             row{"Options PrioritizeChaCha",                 "write ssl_prefer_server_ciphers"},
             row{"Options NoRenegotiation,ServerPreference", "write ssl_prefer_server_ciphers"},
             row{"Options Rubbish",                          "leave it out"                   },
             row{"CipherStrin HIGH",                         "did you mean \"CipherString\"?" },
    }) {
        auto said = told(std::string("ssl_conf_command = \"") + command + "\"");
        INFO(command << ": " << said);
        CHECK(has(said, "error: ssl_conf_command: "));
        CHECK(has(said, instead));
    }
    CHECK(told("ssl_conf_command = \"Options NoRenegotiation,-Compression\"") == "");
    CHECK(told("ssl_conf_command = [\"Options AntiReplay\", \"options noRenegotiation\"]") == "");
    CHECK(has(told("ssl_conf_command = \"Options\""), "error"));
}

TEST_CASE("ssl_dhparam has no effect and says so") {
    CHECK(has(told("ssl_dhparam = \"dh.pem\""), "warning: ssl_dhparam: has no effect"));
}

TEST_CASE("directives that are not here come with advice") {
    CHECK(has(told("ssl_alpn = \"imap\""), "(leave it out"));
    CHECK(has(told("ssl_handshake_timeout = 5"), "(write timeout"));
}

TEST_CASE("a stapling file belongs to a certificate") {
    CHECK(told("ssl_stapling_file = \"ocsp.der\"") == "");
    CHECK(
        has(told("ssl_stapling_file = [\"ocsp.der\", \"ocsp.der\"]"),
            "error: ssl_stapling_file: 2 files for 1 certificate")
    );
}
