#include "config/directive/all.hpp"
#include "config/directive/bind.hpp"
#include "config/value/texts.hpp"
#include "config/value/words.hpp"

namespace postern::config {

namespace {

using S = server_settings;
using T = tls_settings;

constexpr unsigned anywhere = in_mail | in_server;

constexpr row<S> rows[] = {
    bind<flag, &S::tls, &T::tickets, &ticket_settings::on>(
        {.name = "ssl_session_tickets",
         .where = anywhere,
         .summary = "Whether clients may be handed their session, encrypted, to bring it back.",
         .more =
             "`on`: with `ssl_session_ticket_key`, tickets are sealed with the keys of those "
             "files. Without, they are names of places in the zone of `ssl_session_cache`; where "
             "there is no zone, or none that answers, they are sealed with keys that all workers "
             "share. Such keys are made and replaced by themselves: each seals for about one "
             "`ssl_session_timeout`, and is forgotten after about two.\n\n`off`: no ticket holds a "
             "session. Clients of TLS 1.2 and older get session ids, and those of TLS 1.3 tickets "
             "that only name a place in the zone or in the worker's `builtin` cache. With neither, "
             "TLS 1.3 sessions are not resumed.\n\nA ticket may be used more than once, since mail "
             "programs open several connections at a time. That is safe: early data is never "
             "accepted.",
         .when = matters::with_tls}
    ),
    bind<list_of<named_file, true>, &S::tls, &T::tickets, &ticket_settings::key_files>(
        {.name = "ssl_session_ticket_key",
         .where = anywhere,
         .summary = "Files with secrets that several machines share to resume each other's "
                    "sessions.",
         .more =
             "48 or 80 random bytes each, as nginx has them (`openssl rand 80 > ticket.key`); "
             "readable by nobody else. The first file seals, all of them open. Sessions then "
             "outlive a restart as well.\n\n"
             "postern never replaces these keys by itself, and whoever gets hold of one can read "
             "the sessions that it sealed. To replace one, put the new file behind the old one on "
             "every machine, then in front of it, and drop the old one an `ssl_session_timeout` "
             "later; each step is a reload, and loses no session.\n\n"
             "A machine resumes what another one began if both have the file, the same "
             "certificates in `ssl_certificate` in the same order, and the same TLS library in the "
             "same version. A ticket of anyone else is not an error: it leads to a full handshake.",
         .by_default = "none",
         .when = matters::with_tls}
    ),
};

}

std::span<const row<server_settings>> ticket_rows() { return rows; }

}
