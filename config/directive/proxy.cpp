#include "config/directive/all.hpp"
#include "config/directive/bind.hpp"
#include "config/value/numbers.hpp"
#include "config/value/words.hpp"

namespace postern::config {

namespace {

using S = server_settings;
using P = proxy_settings;

constexpr unsigned anywhere = in_mail | in_server;

constexpr row<S> rows[] = {
    bind<size<512, 1 << 20>, &S::proxy, &P::buffer>(
        {.name = "proxy_buffer",
         .where = anywhere,
         .summary = "The longest reply of an upstream during the login."}
    ),
    bind<time_of<std::chrono::milliseconds, 1>, &S::proxy, &P::timeout>(
        {.name = "proxy_timeout",
         .where = anywhere,
         .summary = "How long both sides may be silent after the login."}
    ),
    bind<time_of<std::chrono::milliseconds, 1>, &S::proxy, &P::connect_timeout>(
        {.name = "proxy_connect_timeout",
         .where = anywhere,
         .summary = "How long connecting to an upstream may take."}
    ),
    bind<flag, &S::proxy, &P::pass_error_message>(
        {.name = "proxy_pass_error_message",
         .where = anywhere,
         .summary = "Whether the client sees the upstream's own words when it refuses a login."}
    ),
    bind<flag, &S::proxy, &P::xclient>(
        {.name = "xclient",
         .where = anywhere,
         .summary = "Whether an SMTP upstream is told of the client by XCLIENT.",
         .more = "It is told those of ADDR, NAME, REVERSE_NAME, PORT, PROTO, HELO, DESTADDR and "
                 "DESTPORT that it announces in its answer to EHLO, and LOGIN where `proxy_smtp_"
                 "auth` is off. One that announces no XCLIENT (Postfix: `smtpd_authorized_xclient_"
                 "hosts`) is logged in to all the same, and the login's line in the log says "
                 "`xclient=\"not announced\"`; but where it would have to learn from LOGIN who "
                 "logged in, the login fails.",
         .when = matters::with_smtp}
    ),
    bind<flag, &S::proxy, &P::smtp_auth>(
        {.name = "proxy_smtp_auth",
         .where = anywhere,
         .summary = "Whether to log in at an SMTP upstream with the client's name and password.",
         .more = "By AUTH PLAIN, or AUTH LOGIN where the upstream announces only that. Where there "
                 "is no password, as with `external`, the lookup must give one: without it the "
                 "client hears of a temporary failure.",
         .when = matters::with_smtp}
    ),
};

}

std::span<const row<server_settings>> proxy_rows() { return rows; }

}
