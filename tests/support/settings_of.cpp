#include "tests/support/play.hpp"

#include <algorithm>
#include <stdexcept>
#include <vector>

namespace postern::test {

namespace {

using settings = config::server_settings;
using words = std::vector<std::string>;

// The strings of a TOML array, or the one value: "x", 5, true.
words read_value(std::string_view value) {
    words out;
    if (!value.starts_with('[') && !value.starts_with('"')) return {std::string(value)};
    for (auto open = value.find('"'); open != std::string_view::npos;) {
        auto close = value.find('"', open + 1);
        if (close == std::string_view::npos) throw std::invalid_argument("unclosed string");
        out.emplace_back(value.substr(open + 1, close - open - 1));
        open = value.find('"', close + 1);
    }
    return out;
}

config::auth_methods methods(const words& named) {
    config::auth_methods out;
    for (auto& word : named)
        out.insert(
            word == "plain"      ? config::auth_method::plain
            : word == "login"    ? config::auth_method::login
            : word == "none"     ? config::auth_method::none
            : word == "external" ? config::auth_method::external
            : word == "cram-md5" ? config::auth_method::cram_md5
            : word == "apop"     ? config::auth_method::apop
                                 : throw std::invalid_argument("unknown method " + word)
        );
    return out;
}

config::starttls_mode mode(const std::string& word) {
    return word == "on"     ? config::starttls_mode::on
           : word == "only" ? config::starttls_mode::only
                            : config::starttls_mode::off;
}

config::upstream_tls tls_mode(const std::string& word) {
    return word == "on"         ? config::upstream_tls::on
           : word == "starttls" ? config::upstream_tls::starttls
                                : config::upstream_tls::off;
}

config::verify_client asked(const std::string& word) {
    return word == "on"               ? config::verify_client::on
           : word == "optional"       ? config::verify_client::optional
           : word == "optional_no_ca" ? config::verify_client::optional_no_ca
                                      : config::verify_client::off;
}

bool flag(const std::string& word) { return word == "true" || word == "on"; }

struct row {
    std::string_view name;
    void (*set)(settings&, const words&);
};
const row rows[] = {
    {"starttls",                 [](settings& s, const words& w) { s.tls.starttls = mode(w.at(0)); }            },
    {"server_name",              [](settings& s, const words& w) { s.server_name = w.at(0); }                   },
    {"max_errors",               [](settings& s, const words& w) { s.budget.errors = std::stoul(w.at(0)); }     },
    {"max_commands",             [](settings& s, const words& w) { s.budget.commands = std::stoul(w.at(0)); }   },
    {"max_sasl_steps",
     [](settings& s,                             const words& w) { s.budget.sasl_steps = std::stoul(w.at(0)); } },
    {"imap_max_literals",
     [](settings& s,                             const words& w) { s.budget.literals = std::stoul(w.at(0)); }   },
    {"imap_auth",                [](settings& s, const words& w) { s.imap.auth = methods(w); }                  },
    {"pop3_auth",                [](settings& s, const words& w) { s.pop3.auth = methods(w); }                  },
    {"smtp_auth",                [](settings& s, const words& w) { s.smtp.auth = methods(w); }                  },
    {"imap_capabilities",        [](settings& s, const words& w) { s.imap.capabilities = w; }                   },
    {"pop3_capabilities",        [](settings& s, const words& w) { s.pop3.capabilities = w; }                   },
    {"smtp_capabilities",        [](settings& s, const words& w) { s.smtp.capabilities = w; }                   },
    {"imap_client_buffer",
     [](settings& s,                             const words& w) { s.imap.client_buffer = std::stoul(w.at(0)); }},
    {"pop3_client_buffer",
     [](settings& s,                             const words& w) { s.pop3.client_buffer = std::stoul(w.at(0)); }},
    {"smtp_client_buffer",
     [](settings& s,                             const words& w) { s.smtp.client_buffer = std::stoul(w.at(0)); }},
    {"smtp_greeting_delay",
     [](settings& s,                             const words& w) {
         s.smtp.greeting_delay = std::chrono::milliseconds(std::stoul(w.at(0)));
     }                                                                                      },
    {"proxy_buffer",             [](settings& s, const words& w) { s.proxy.buffer = std::stoul(w.at(0)); }      },
    {"proxy_pass_error_message",
     [](settings& s,                             const words& w) { s.proxy.pass_error_message = flag(w.at(0)); }},
    {"xclient",                  [](settings& s, const words& w) { s.proxy.xclient = flag(w.at(0)); }           },
    {"proxy_smtp_auth",          [](settings& s, const words& w) { s.proxy.smtp_auth = flag(w.at(0)); }         },
    {"ssl_verify_client",
     [](settings& s,                             const words& w) { s.tls.verify.client = asked(w.at(0)); }      },
    {"proxy_ssl",                [](settings& s, const words& w) { s.proxy.tls.mode = tls_mode(w.at(0)); }      },
};

}

config::server_settings settings_of(const transcript& script, config::mail_protocol protocol) {
    settings out;
    out.protocol = protocol;
    out.server_name = "mail.example.org";
    for (auto& line : script.config) {
        auto equals = line.find(" = ");
        auto known = std::ranges::find(rows, line.substr(0, equals), &row::name);
        if (equals == std::string::npos || known == std::end(rows))
            throw std::invalid_argument(script.name + ": config: " + line);
        known->set(out, read_value(std::string_view(line).substr(equals + 3)));
    }
    return out;
}

}
