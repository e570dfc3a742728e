#include "config/directive/all.hpp"
#include "config/directive/bind.hpp"
#include "config/directive/tls_words.hpp"
#include "config/value/cache.hpp"
#include "config/value/numbers.hpp"
#include "config/value/texts.hpp"

namespace postern::config {

namespace {

using S = server_settings;
using T = tls_settings;

constexpr unsigned anywhere = in_mail | in_server;

constexpr named<starttls_mode> starttls_words[] = {
    {"on",   starttls_mode::on  },
    {"off",  starttls_mode::off },
    {"only", starttls_mode::only},
};

constexpr row<S> rows[] = {
    bind<flag, &S::tls, &T::ssl>(
        {.name = "ssl",
         .where = anywhere,
         .summary = "Whether every address of the server speaks TLS from the first byte.",
         .more = "The word `ssl` in a `listen` does so for that address alone. Not together with "
                 "`starttls`."}
    ),
    bind<one_of<starttls_words>, &S::tls, &T::starttls>(
        {.name = "starttls",
         .where = anywhere,
         .summary = "Whether plain connections may, or must, switch to TLS.",
         .more = "`on` offers STARTTLS (POP3: STLS). `only` also refuses every login before it."}
    ),
    bind<list_of<named_file>, &S::tls, &T::certificates>(
        {.name = "ssl_certificate",
         .where = anywhere,
         .summary =
             "PEM file with the server's certificate, then its chain; it may hold the key too.",
         .more = "Several files are certificates with keys of several types (RSA and ECDSA).",
         .when = matters::with_tls}
    ),
    bind<list_of<named_file, true>, &S::tls, &T::certificate_keys>(
        {.name = "ssl_certificate_key",
         .where = anywhere,
         .summary = "PEM file with the certificate's private key.",
         .more = "With several certificates, one file for each, in the same order. A certificate "
                 "without one is taken to hold its key itself.",
         .by_default = "the certificate's own file",
         .when = matters::with_tls}
    ),
    bind<named_file, &S::tls, &T::password_file>(
        {.name = "ssl_password_file",
         .where = anywhere,
         .summary = "File with pass phrases for encrypted keys, one a line; each is tried.",
         .by_default = "none",
         .when = matters::with_tls}
    ),
    bind<plain_text, &S::tls, &T::ciphers>(
        {.name = "ssl_ciphers",
         .where = anywhere,
         .summary = "Cipher suites for TLS 1.2 and older, in OpenSSL's notation.",
         .when = matters::with_tls}
    ),
    bind<flag, &S::tls, &T::prefer_server_ciphers>(
        {.name = "ssl_prefer_server_ciphers",
         .where = anywhere,
         .summary = "Whether the server's order of cipher suites wins over the client's.",
         .when = matters::with_tls}
    ),
    bind<set_of<tls_versions, version_words>, &S::tls, &T::versions>(
        {.name = "ssl_protocols",
         .where = anywhere,
         .summary = "The versions of TLS that are spoken.",
         .more = "A version that the linked library cannot speak is named when the file is read.",
         .when = matters::with_tls}
    ),
    bind<cache_kind, &S::tls, &T::cache>(
        {.name = "ssl_session_cache",
         .where = anywhere,
         .summary = "Where sessions are kept so that clients can resume them.",
         .more =
             "`off` tells clients that sessions cannot be resumed; `none` lets them think so but "
             "keeps nothing. `builtin` is one worker's own cache, counted in sessions (20480). "
             "`shared` is kept by all workers in a zone of that name and size; servers that name "
             "the same zone share it. A megabyte holds about 4,000 sessions. Both may be used "
             "together.\n\nThe two halves are inherited separately: `builtin` in a server keeps "
             "the "
             "zone that [mail] names, while a zone alone means that nothing but the zone is used, "
             "and `off` and `none` win over a zone.",
         .when = matters::with_tls,
         .layered = true}
    ),
    bind<time_of<std::chrono::seconds, 1000>, &S::tls, &T::session_timeout>(
        {.name = "ssl_session_timeout",
         .where = anywhere,
         .summary = "How long a session may be resumed, from a cache or by a ticket.",
         .more = "Counted from the full handshake: resuming a session does not prolong it.",
         .when = matters::with_tls}
    ),
};

}

std::span<const row<server_settings>> tls_rows() { return rows; }

}
