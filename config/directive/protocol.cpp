#include "config/directive/all.hpp"
#include "config/directive/bind.hpp"
#include "config/value/numbers.hpp"
#include "config/value/texts.hpp"
#include "config/value/words.hpp"

namespace postern::config {

namespace {

using S = server_settings;

constexpr unsigned anywhere = in_mail | in_server;

constexpr named<auth_method> imap_words[] = {
    {"plain",    auth_method::plain   },
    {"login",    auth_method::login   },
    {"cram-md5", auth_method::cram_md5},
    {"external", auth_method::external},
};

constexpr named<auth_method> pop3_words[] = {
    {"plain",    auth_method::plain   },
    {"login",    auth_method::login   },
    {"apop",     auth_method::apop    },
    {"cram-md5", auth_method::cram_md5},
    {"external", auth_method::external},
};

constexpr named<auth_method> smtp_words[] = {
    {"plain",    auth_method::plain   },
    {"login",    auth_method::login   },
    {"none",     auth_method::none    },
    {"cram-md5", auth_method::cram_md5},
    {"external", auth_method::external},
};

constexpr row<S> rows[] = {
    bind<set_of<auth_methods, imap_words>, &S::imap, &imap_settings::auth>(
        {.name = "imap_auth",
         .where = anywhere,
         .summary = "How IMAP clients may authenticate.",
         .more = "`external` is for clients with a certificate that `ssl_verify_client` verified; "
                 "see `ssl_client_identity`. An auth_http service then gives the password for the "
                 "upstream, in Auth-Pass.\n\nWith `cram-md5` (RFC 2195) no password is sent, only "
                 "proof that the client knows it: the service is told the client's digest in "
                 "Auth-Pass and what it was made over in Auth-Salt, compares it with its own, and "
                 "gives the password for the upstream in Auth-Pass.",
         .when = matters::with_imap}
    ),
    bind<capabilities<false>, &S::imap, &imap_settings::capabilities>(
        {.name = "imap_capabilities",
         .where = anywhere,
         .summary = "What is announced to IMAP clients, besides AUTH, STARTTLS and LOGINDISABLED.",
         .more = "Announce what the upstream can do.",
         .when = matters::with_imap}
    ),
    bind<size<512, 1 << 20>, &S::imap, &imap_settings::client_buffer>(
        {.name = "imap_client_buffer",
         .where = anywhere,
         .summary = "The longest IMAP command before the login, with its literals.",
         .when = matters::with_imap}
    ),
    bind<set_of<auth_methods, pop3_words>, &S::pop3, &pop3_settings::auth>(
        {.name = "pop3_auth",
         .where = anywhere,
         .summary = "How POP3 clients may authenticate.",
         .more = "`plain` is also USER with PASS, and LOGIN. `apop` (RFC 1939) greets with a "
                 "challenge, over which the client makes its digest; the service deals with it as "
                 "with `cram-md5`, which is told of at `imap_auth` together with `external`.",
         .when = matters::with_pop3}
    ),
    bind<capabilities<true>, &S::pop3, &pop3_settings::capabilities>(
        {.name = "pop3_capabilities",
         .where = anywhere,
         .summary = "What is announced to POP3 clients, a line each, besides SASL and STLS.",
         .more = "Announce what the upstream can do. One with blanks is an element of an array.",
         .when = matters::with_pop3}
    ),
    bind<size<256, 1 << 20>, &S::pop3, &pop3_settings::client_buffer>(
        {.name = "pop3_client_buffer",
         .where = anywhere,
         .summary = "The longest line of a POP3 client before the login.",
         .when = matters::with_pop3}
    ),
    bind<set_of<auth_methods, smtp_words>, &S::smtp, &smtp_settings::auth>(
        {.name = "smtp_auth",
         .where = anywhere,
         .summary = "How SMTP clients may authenticate.",
         .more = "`none` lets mail through without a login; who may send it where is then for the "
                 "upstream to decide. `cram-md5` and `external` are told of at `imap_auth`; with "
                 "`xclient` and without `proxy_smtp_auth` no password for the upstream is needed.",
         .when = matters::with_smtp}
    ),
    bind<capabilities<true>, &S::smtp, &smtp_settings::capabilities>(
        {.name = "smtp_capabilities",
         .where = anywhere,
         .summary = "What is announced to SMTP clients, a line each, besides AUTH and STARTTLS.",
         .more = "Announce what the upstream can do. One with blanks is an element of an array: "
                 "`[\"SIZE 10240000\", \"8BITMIME\"]`.",
         .when = matters::with_smtp}
    ),
    bind<size<512, 1 << 20>, &S::smtp, &smtp_settings::client_buffer>(
        {.name = "smtp_client_buffer",
         .where = anywhere,
         .summary = "The longest line of an SMTP client before the login.",
         .when = matters::with_smtp}
    ),
    bind<time_of<std::chrono::milliseconds, 0>, &S::smtp, &smtp_settings::greeting_delay>(
        {.name = "smtp_greeting_delay",
         .where = anywhere,
         .summary = "How long the SMTP greeting is held back.",
         .more = "Who speaks before it, as junk senders do, is turned away.",
         .when = matters::with_smtp}
    ),
};

}

std::span<const row<server_settings>> protocol_rows() { return rows; }

}
