#include "config/directive/all.hpp"
#include "config/directive/bind.hpp"
#include "config/value/numbers.hpp"

namespace postern::config {

namespace {

using S = server_settings;
using B = budget_settings;

constexpr unsigned anywhere = in_mail | in_server;

constexpr row<S> rows[] = {
    bind<number<1, 1000000>, &S::budget, &B::errors>(
        {.name = "max_errors",
         .where = anywhere,
         .summary = "After how many commands that cannot be understood a session ends.",
         .more = "A request of HTTP ends it at once."}
    ),
    bind<number<1, 1000000>, &S::budget, &B::commands>(
        {.name = "max_commands",
         .where = anywhere,
         .summary = "After how many valid commands before the login a session ends."}
    ),
    bind<number<1, 1000000>, &S::budget, &B::login_failures>(
        {.name = "max_login_failures",
         .where = anywhere,
         .summary = "After how many failed logins a session ends."}
    ),
    bind<number<1, 1000000>, &S::budget, &B::sasl_steps>(
        {.name = "max_sasl_steps",
         .where = anywhere,
         .summary = "How many challenges a client may be given before its login, in all attempts "
                    "together.",
         .more = "PLAIN and EXTERNAL need one at most, LOGIN two."}
    ),
    bind<number<1, 1000000>, &S::budget, &B::literals>(
        {.name = "imap_max_literals",
         .where = anywhere,
         .summary = "How many literals an IMAP client may send before its login.",
         .more = "Their bytes count for `imap_client_buffer` and `max_login_bytes`.",
         .when = matters::with_imap}
    ),
    bind<time_of<std::chrono::milliseconds, 1>, &S::budget, &B::time>(
        {.name = "login_timeout",
         .where = anywhere,
         .summary = "From the connection to the login, whatever happens in between.",
         .more = "`timeout` begins anew with each attempt to log in; this does not. Handshake, "
                 "lookups and logins at the upstream count as well.",
         .by_default = "3m, or `timeout` when that is longer"}
    ),
    bind<size<4096, 1 << 30>, &S::budget, &B::bytes>(
        {.name = "max_login_bytes",
         .where = anywhere,
         .summary = "How many bytes a client may send before its login.",
         .more = "All that arrive are counted, also those of TLS and of its handshake. A usual "
                 "login takes a few thousand.",
         .by_default = "512k, or four times the client buffer when that is more"}
    ),
    bind<size<4096, 1 << 30>, &S::budget, &B::memory>(
        {.name = "max_login_memory",
         .where = anywhere,
         .summary = "How much of a client's words may be kept in memory at one time before its "
                    "login.",
         .more = "That is the ClientHello, or the command that is being read with what is behind "
                 "it. What the TLS library takes for a handshake comes on top; the README has "
                 "figures.",
         .by_default = "256k, or four times the client buffer when that is more"}
    ),
};

}

std::span<const row<server_settings>> budget_rows() { return rows; }

}
