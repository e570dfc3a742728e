#include "protocols/auth_http/request.hpp"

#include "tests/support/catch.hpp"

using namespace postern;
using headers = std::vector<std::pair<std::string, std::string>>;

namespace {

const headers no_extra;

sasl::credentials alice() {
    sasl::credentials who;
    who.user = "alice@example.org";
    who.password = secret("secret");
    return who;
}

headers shown(const auth_http::question& q) {
    headers out;
    for (auto& line : auth_http::request_headers(q))
        out.emplace_back(line.name, std::string(line.value.reveal()));
    return out;
}

}

TEST_CASE("auth_http is asked with nginx's headers in nginx's order") {
    auto who = alice();
    auth_http::question q = {
        "auth.example.org",
        who,
        config::mail_protocol::imap,
        2,
        "192.0.2.7",
        "unused",
        nullptr,
        no_extra};
    CHECK(
        shown(q) ==
        headers{
            {"Host",               "auth.example.org" },
            {"Auth-Method",        "plain"            },
            {"Auth-User",          "alice@example.org"},
            {"Auth-Pass",          "secret"           },
            {"Auth-Protocol",      "imap"             },
            {"Auth-Login-Attempt", "2"                },
            {"Client-IP",          "192.0.2.7"        },
    }
    );
}

TEST_CASE("auth_http is told of an envelope, of TLS, and what the operator adds") {
    sasl::credentials who;
    who.how = sasl::credentials::method::none;
    who.mail_from = "MAIL FROM:<a@b> SIZE=1";
    who.rcpt_to = "RCPT TO:<c@d>";
    tls::facts facts;
    facts.protocol = "TLSv1.3";
    facts.cipher = "TLS_AES_256_GCM_SHA384";
    headers extra = {
        {"X-Key",   "a b%c"},
        {"X-Empty", ""     }
    };
    auth_http::question q = {
        "localhost",
        who,
        config::mail_protocol::smtp,
        1,
        "2001:db8::1",
        "[UNAVAILABLE]",
        &facts,
        extra};
    CHECK(
        shown(q) ==
        headers{
            {"Host",               "localhost"             },
            {"Auth-Method",        "none"                  },
            {"Auth-User",          ""                      },
            {"Auth-Pass",          ""                      },
            {"Auth-Protocol",      "smtp"                  },
            {"Auth-Login-Attempt", "1"                     },
            {"Client-IP",          "2001:db8::1"           },
            {"Client-Host",        "[UNAVAILABLE]"         },
            {"Auth-SMTP-Helo",     ""                      },
            {"Auth-SMTP-From",     "MAIL FROM:<a@b> SIZE=1"},
            {"Auth-SMTP-To",       "RCPT TO:<c@d>"         },
            {"Auth-SSL",           "on"                    },
            {"Auth-SSL-Protocol",  "TLSv1.3"               },
            {"Auth-SSL-Cipher",    "TLS_AES_256_GCM_SHA384"},
            {"X-Key",              "a b%c"                 },
            {"X-Empty",            ""                      },
    }
    );
}

TEST_CASE("auth_http is told of digests, what they are over, and a load balancer's words") {
    auto who = alice();
    who.how = sasl::credentials::method::apop;
    who.challenge = "<1.2@gw.example.org>";
    proxy_protocol::addresses proxied{
        {"2001:db8::7", 4711},
        {"2001:db8::9", 110 }
    };
    auth_http::question q = {
        "localhost",
        who,
        config::mail_protocol::pop3,
        1,
        "192.0.2.7",
        "",
        nullptr,
        no_extra,
        false,
        &proxied};
    CHECK(
        shown(q) ==
        headers{
            {"Host",                       "localhost"           },
            {"Auth-Method",                "apop"                },
            {"Auth-User",                  "alice@example.org"   },
            {"Auth-Pass",                  "secret"              },
            {"Auth-Salt",                  "<1.2@gw.example.org>"},
            {"Auth-Protocol",              "pop3"                },
            {"Auth-Login-Attempt",         "1"                   },
            {"Client-IP",                  "192.0.2.7"           },
            {"Proxy-Protocol-Addr",        "2001:db8::7"         },
            {"Proxy-Protocol-Port",        "4711"                },
            {"Proxy-Protocol-Server-Addr", "2001:db8::9"         },
            {"Proxy-Protocol-Server-Port", "110"                 },
    }
    );
    who.how = sasl::credentials::method::cram_md5;
    CHECK(shown(q)[1].second == "cram-md5");
}

TEST_CASE("Names and passwords are escaped as nginx escapes them") {
    using namespace std::string_view_literals;
    auto escaped = [](std::string_view text) {
        return std::string(auth_http::escape(text).reveal());
    };
    CHECK(escaped("a b%c") == "a%20b%25c");
    CHECK(escaped("\r\nX: y") == "%0D%0AX:%20y");
    CHECK(escaped("\0\x1f"sv) == "%00%1F");
    CHECK(escaped("+\"'\x7f\xff") == "+\"'\x7f\xff");
    CHECK(escaped("") == "");
}

TEST_CASE("Nothing a client says can break a header of auth_http") {
    sasl::credentials who;
    who.how = sasl::credentials::method::none;
    who.user = "a\r\nb";
    who.password = secret("c\nd");
    who.helo = "h\r\nX: y";
    who.mail_from = "MAIL FROM:<\xc3\xb6@b> 50% off";
    who.rcpt_to = std::string("RCPT \0", 6);
    tls::facts facts;
    facts.cipher = "x\r\ny";
    auth_http::question q = {
        "a\r\nb", who, config::mail_protocol::smtp, 1, "c\nd", "e\rf", &facts, no_extra};
    for (auto& [name, value] : shown(q)) {
        INFO(name);
        CHECK(value.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos);
    }
    CHECK(shown(q)[9].second == "MAIL FROM:<%C3%B6@b> 50% off");
}
