#include "config/directive/all.hpp"
#include "config/directive/bind.hpp"
#include "config/value/log_target.hpp"
#include "config/value/texts.hpp"
#include "config/value/words.hpp"

namespace postern::config {

namespace {

using L = log_settings;

constexpr named<L::style> styles[] = {
    {"text", L::style::text},
    {"json", L::style::json},
};

constexpr directive error_log{
    .name = "error_log",
    .where = in_main | in_mail | in_server,
    .summary = "Where messages go, and which.",
    .more =
        "The level is the least important one that is written, `error` when there is none behind "
        "the target; `crit`, `alert` and `emerg` are `error`, since nothing here is called worse. "
        "Each target of several (`[\"stderr error\", \"all.log debug\"]`) gets what its own level "
        "lets through. What concerns a session goes where its server says, or `[mail]`, or the top "
        "of the file, and only there; what concerns the program always goes where the top says. A "
        "session keeps its server's targets through a reload, as long as the new file names them "
        "somewhere; then it goes by the top's.\n\n"
        "`syslog:` sends each line in a datagram (RFC 3164) to an address, port 514 unless it says "
        "another, or to a Unix socket. A name is looked up at start and reload. The facility is "
        "`local7` and the tag `postern` unless they are given; `nohostname` leaves the machine's "
        "name out. Nothing waits for a collector: what it cannot take is lost, another target is "
        "told so, and the next line tries again."};

constexpr row<settings> rows[] = {
    bind<list_of<error_log_kind>, &settings::log, &L::error>(error_log),
    bind<access_log_kind, &settings::log, &L::access>(
        {.name = "access_log",
         .where = in_main,
         .summary = "Where a line for each login and one for each end of a session go.",
         .more = "For `syslog:` see `error_log`; the severity is `info` unless it is given."}
    ),
    bind<one_of<styles>, &settings::log, &L::format>(
        {.name = "log_format",
         .where = in_main,
         .summary = "How log lines are written: `key=value` or JSON."}
    ),
    bind<file_path, &settings::log, &L::keylog_file>(
        {.name = "ssl_keylog_file",
         .where = in_main,
         .summary = "For debugging: the secrets of all TLS connections, in NSS key log format.",
         .more = "Whoever has the file and a recording of the traffic reads everything, passwords "
                 "too. It is made with mode 0600. Remove the directive, and the file, when the "
                 "trouble is found.",
         .by_default = "none"}
    ),
};

// The program's row is the one that the reference shows.
constexpr row<server_settings> of_servers[] = {
    bind<list_of<error_log_kind>, &server_settings::error_log>(error_log),
};

}

std::span<const row<settings>> log_rows() { return rows; }
std::span<const row<server_settings>> error_log_rows() { return of_servers; }

}
