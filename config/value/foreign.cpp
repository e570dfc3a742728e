#include "config/value/foreign.hpp"

#include "config/report/source_text.hpp"
#include "config/report/suggest.hpp"

#include <algorithm>

namespace postern::config::detail {

namespace {

struct command {
    std::string_view name;
    std::string_view instead;
};

// OpenSSL's names in configuration files (SSL_CONF_cmd(3)) and what says the same here.
constexpr command commands[] = {
    {"CipherString",              "write ssl_ciphers"                                                },
    {"Ciphersuites",              "write ssl_ciphersuites"                                           },
    {"Groups",                    "write ssl_ecdh_curve"                                             },
    {"Curves",                    "write ssl_ecdh_curve"                                             },
    {"ECDHParameters",            "write ssl_ecdh_curve"                                             },
    {"Protocol",                  "write ssl_protocols, with every version that shall be spoken"     },
    {"MinProtocol",               "write ssl_protocols, with every version that shall be spoken"     },
    {"MaxProtocol",               "write ssl_protocols, with every version that shall be spoken"     },
    {"Certificate",               "write ssl_certificate"                                            },
    {"PrivateKey",                "write ssl_certificate_key"                                        },
    {"DHParameters",              "leave it out: clients use ECDHE, or a group of RFC 7919"          },
    {"SignatureAlgorithms",       "leave it out: the certificate's key decides"                      },
    {"ClientSignatureAlgorithms", "leave it out"                                                     },
    {"ServerInfoFile",            "leave it out"                                                     },
    {"RecordPadding",             "leave it out"                                                     },
    {"NumTickets",                "leave it out: with a shared ssl_session_cache it is one, else two"},
    {"ChainCAFile",               "put the chain into the file of ssl_certificate"                   },
    {"ChainCAPath",               "put the chain into the file of ssl_certificate"                   },
    {"VerifyCAFile",              "leave it out"                                                     },
    {"VerifyCAPath",              "leave it out"                                                     },
    {"RequestCAFile",             "leave it out"                                                     },
    {"ClientCAFile",              "leave it out"                                                     },
    {"RequestCAPath",             "leave it out"                                                     },
    {"ClientCAPath",              "leave it out"                                                     },
    {"VerifyMode",                "leave it out"                                                     },
    {"Options",                   {}                                                                 },
};

// Words of Options. Empty: it is always so.
constexpr command options[] = {
    {"NoRenegotiation",            {}                                                          },
    {"-ClientRenegotiation",       {}                                                          },
    {"-Compression",               {}                                                          },
    {"-UnsafeRenegotiation",       {}                                                          },
    {"-UnsafeLegacyRenegotiation", {}                                                          },
    {"AntiReplay",                 {}                                                          },
    {"ECDHSingle",                 {}                                                          },
    {"ServerPreference",           "write ssl_prefer_server_ciphers = \"on\""                  },
    {"-ServerPreference",          "write ssl_prefer_server_ciphers = \"off\""                 },
    {"SessionTicket",              "leave it out: tickets are on"                              },
    {"-SessionTicket",             "write ssl_session_cache = \"off\""                         },
    {"PrioritizeChaCha",
     "write ssl_prefer_server_ciphers = \"off\": then the client's order counts"               },
    {"Compression",                "leave it out: nobody compresses TLS (RFC 9325 section 3.3)"},
    {"ClientRenegotiation",        "leave it out: renegotiation is never allowed"              },
    {"UnsafeRenegotiation",        "leave it out: renegotiation is never allowed"              },
    {"UnsafeLegacyRenegotiation",  "leave it out: renegotiation is never allowed"              },
    {"-AntiReplay",                "leave it out: early data is never taken"                   },
    {"-MiddleboxCompat",           "leave it out"                                              },
    {"-EncryptThenMac",            "write ssl_ciphers without CBC suites"                      },
    {"KTLS",                       "leave it out"                                              },
};

bool same(std::string_view a, std::string_view b) {
    auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return std::ranges::equal(a, b, [&](char x, char y) { return lower(x) == lower(y); });
}

template <std::size_t N> const command* find(const command (&all)[N], std::string_view name) {
    for (auto& one : all)
        if (same(one.name, name)) return &one;
    return nullptr;
}

bool read_options(const word& all, reading& in) {
    for (std::size_t begin = 0; begin <= all.text.size();) {
        auto end = std::min(all.text.find(',', begin), all.text.size());
        auto one = all.text.substr(begin, end - begin);
        begin = end + 1;
        auto* known = find(options, one);
        if (known && known->instead.empty()) continue;
        return in.refuse(
            all.where,
            "Options " + in_quotes(one) + " is not taken: there is no OpenSSL here",
            known ? std::string(known->instead) : "leave it out"
        );
    }
    return true;
}

}

bool read_openssl_command(std::span<const word> words, reading& in) {
    auto* known = find(commands, words[0].text);
    if (known && known->instead.empty()) return read_options(words[1], in);
    if (known)
        return in.refuse(
            words[0].where,
            in_quotes(words[0].text) + " is not taken: there is no OpenSSL here",
            std::string(known->instead)
        );
    std::vector<std::string_view> names;
    for (auto& one : commands)
        names.push_back(one.name);
    auto hint = did_you_mean(words[0].text, names);
    return in.refuse(words[0].where, "unknown command " + in_quotes(words[0].text), hint);
}

bool warn_about_dhparam(const word& w, reading& in) {
    in.warn(
        w.where,
        "has no effect: BoringSSL has no DHE suites, and wolfSSL uses the groups of RFC 7919",
        "leave it out; which groups are used says ssl_ecdh_curve"
    );
    return true;
}

}
