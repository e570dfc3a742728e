#include "config/directive/all.hpp"
#include "config/directive/bind.hpp"
#include "config/report/source_text.hpp"
#include "config/value/numbers.hpp"
#include "config/value/texts.hpp"
#include "config/value/words.hpp"

#include <algorithm>
#include <thread>

namespace postern::config {

namespace {

using P = process_settings;

struct worker_count : number<0, 1024> {
    static std::string syntax() { return "auto | " + number<0, 1024>::syntax(); }
    static constexpr shape form{.also = integers, .syntax = syntax};
    static bool read(std::span<const word> words, reading& in, std::size_t& field) {
        if (words[0].text != "auto") {
            if (parse_number(words[0].text)) return number<0, 1024>::read(words, in, field);
            return in.refuse(
                words[0].where,
                "unknown word " + in_quotes(words[0].text),
                "write auto, or a number from 0 to 1024"
            );
        }
        field = std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, 1024);
        return true;
    }
    static std::vector<std::string_view> words() { return {"auto"}; }
};

// A user and perhaps a group; whether they exist is found out by the process that becomes them.
struct user_and_group {
    using value_type = P;
    static std::string syntax() { return "user [group]"; }
    static constexpr shape form{.most = 2, .syntax = syntax};
    static bool read(std::span<const word> words, reading& in, P& field) {
        for (auto& w : words)
            if (!is_host_name(w.text)) return in.refuse(w.where, "is not the name of an account");
        field.user = words[0].text;
        field.group = words.size() > 1 ? words[1].text : "";
        return true;
    }
    static std::vector<std::string> write(const P& field, const folder&) {
        if (field.group.empty()) return {field.user};
        return {field.user, field.group};
    }
};

constexpr row<settings> rows[] = {
    bind<worker_count, &settings::process, &P::workers>(
        {.name = "worker_processes",
         .where = in_main,
         .summary = "How many worker processes serve sessions.",
         .more =
             "`auto` is the number of processor cores. With 0 there are no workers: one process "
             "does everything, for small appliances."}
    ),
    bind<number<0, 1000000>, &settings::process, &P::worker_connections>(
        {.name = "worker_connections",
         .where = in_main,
         .summary = "How many sessions one worker serves at once.",
         .more = "With 0, as many as file descriptors allow."}
    ),
    bind<number<0, 1 << 30>, &settings::process, &P::worker_rlimit_nofile>(
        {.name = "worker_rlimit_nofile",
         .where = in_main,
         .summary = "How many file descriptors a worker may have open.",
         .more = "A session takes two. With 0 as many as the system allows; more than that needs "
                 "root. A reload changes it for running workers too, where the master has "
                 "CAP_SYS_RESOURCE."}
    ),
    bind<flag, &settings::process, &P::daemon>(
        {.name = "daemon",
         .where = in_main,
         .summary = "Whether `postern run` goes on in the background.",
         .more = "It returns when everything is ready, or has failed. Service managers want it "
                 "off. A reload does not change it."}
    ),
    bind<time_of<std::chrono::milliseconds, 0>, &settings::process, &P::shutdown_timeout>(
        {.name = "worker_shutdown_timeout",
         .where = in_main,
         .summary = "How long sessions may go on after QUIT.",
         .more = "When it is over, they are ended. With 0 there is no such limit. A reload ends no "
                 "session, whatever this says: other than nginx's, old processes are the new ones."}
    ),
    bind<time_of<std::chrono::milliseconds, 0>, &settings::process, &P::certificate_watch>(
        {.name = "ssl_certificate_watch",
         .where = in_main,
         .summary = "How often the files of certificates, keys and OCSP responses are looked at "
                    "for changes.",
         .more =
             "A changed pair that works serves the next handshakes of every worker, without a "
             "reload; one that does not is named in the log, and the old one goes on. With many "
             "files a look takes longer and comes less often, so that it costs at most one part in "
             "fifty of a processor core. With 0 files are read at start and reload only."}
    ),
    bind<user_and_group, &settings::process>(
        {.name = "user",
         .where = in_main,
         .summary = "The account that workers become when postern is started as root.",
         .more = "Without a group it is the account's own."}
    ),
    bind<flag, &settings::process, &P::key_process>(
        {.name = "ssl_key_process",
         .where = in_main,
         .summary = "Whether private keys live in a process of their own, which does nothing but "
                    "sign for the workers.",
         .more = "A worker that is taken over then has no key to give away, and a slow signature "
                 "holds up nobody else in it. Cipher suites without ECDHE are not offered, since "
                 "they need the key for more than a signature. Not with `worker_processes` 0, nor "
                 "with `ssl_certificate_dir`."}
    ),
    bind<file_path, &settings::process, &P::pid_file>(
        {.name = "pid",
         .where = in_main,
         .summary = "A file that holds the number of the master process.",
         .by_default = "none"}
    ),
    bind<number<0, 1000000>, &settings::process, &P::handshake_rate>(
        {.name = "ssl_handshake_rate",
         .where = in_main,
         .summary = "How many TLS handshakes a worker begins in a second; 0 for any number.",
         .more = "A handshake costs a thousand times what relaying a message does. Clients above "
                 "the rate wait in line, in the order in which they came, as long as `timeout` "
                 "allows; sessions that are there already are not held up."}
    ),
};

}

std::span<const row<settings>> process_part_rows() { return rows; }

}
