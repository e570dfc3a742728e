#include "gateway/process/master.hpp"

#include "gateway/certificates/keeper.hpp"
#include "gateway/process/announce.hpp"
#include "gateway/process/background.hpp"
#include "gateway/process/crew.hpp"
#include "gateway/process/examine.hpp"
#include "gateway/process/limits.hpp"
#include "gateway/process/notify.hpp"
#include "gateway/process/peer_names.hpp"
#include "gateway/process/pid_file.hpp"
#include "gateway/process/program_logs.hpp"
#include "gateway/process/sockets.hpp"
#include "gateway/process/zones.hpp"
#include "gateway/signing/key_house.hpp"
#include "gateway/signing/key_set.hpp"
#include "gateway/signing/withhold.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <malloc.h>

namespace postern::gateway {
namespace asio = boost::asio;
namespace {

using config::log_level;
using namespace std::chrono_literals;

constexpr std::size_t whole_program = config::origins::process;

std::vector<config::complaint> complaint_of(
    const char* what, std::string why, std::string hint = {}
) {
    return {
        {config::severity::error, what, std::move(why), std::move(hint)}
    };
}

void say(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stderr); }

class master {
public:
    master(const configuration_file& file, const tls::backend& library)
        : file_(file), library_(library),
          events_(STDERR_FILENO, -1, log_level::notice, config::log_settings::style::text),
          signals_(loop_, SIGTERM, SIGINT),
          keys_(
              loop_, events_, [this] { crew_.introduce_signer([this] { return keys_.door(); }); }
          ),
          crew_(loop_, own_, library, events_, [this](std::size_t slot) { return supply(slot); }),
          keeper_(
              loop_,
              library,
              events_,
              {[this] { return !settling_; },
               [this](bool settings) { renew(settings); },
               [this] { return read_again(); }}
          ) {
        for (auto s : {SIGQUIT, SIGHUP, SIGUSR1, SIGCHLD})
            signals_.add(s);
    }

    int run();

private:
    // What the next configuration needs from the system, opened before anything is changed.
    struct preparations {
        log_files logs;
        descriptor keys; // with ssl_key_process
        std::optional<identity> become;
    };
    std::optional<preparations> prepare(examined&);
    void open_sockets(examined&);
    descriptor withhold_keys(examined&);
    void put_in_force(examined, preparations);
    result<bundle> supply(std::size_t slot);
    crew::orders orders() const;

    static task<> listen_to_signals(master&);
    void obey(int signal);
    void reload();
    void refuse_reload(const examined&);
    void refuse_while_leaving();
    void reopen_logs();
    void leave(bool now);
    void settled(std::size_t refused);
    void renew(bool settings);
    void renewed(std::size_t refused);
    std::string read_again();

    configuration_file file_;
    const tls::backend& library_;
    belongings own_;
    asio::io_context loop_{1};
    log events_;
    program_logs logs_{events_};
    asio::signal_set signals_;
    examined now_; // the configuration in force
    std::uint64_t number_ = 0,
                  settings_ = 0; // of the bundle, and of the last one with new settings
    std::optional<identity> become_;
    sockets sockets_;
    zones zones_;
    pid_file pid_;
    key_house keys_;
    crew crew_;
    keeper keeper_;
    background background_;
    bool settling_ = false; // workers have been told something and have not all answered
    bool leaving_ = false;  // there is no way back
};

int master::run() {
    auto first = examine(file_, library_);
    std::optional<preparations> ready;
    if (first.good() && first.config.made->process.daemon) {
        auto why = background_.enter(loop_);
        if (!why.empty())
            first.complain(complaint_of("daemon", why, "set it to off"), whole_program);
    }
    if (first.good()) ready = prepare(first);
    say(first.printed());
    if (!ready) return EXIT_FAILURE;
    background_.leave_terminal(logs_to_stderr(*first.config.made));
    put_in_force(std::move(first), std::move(*ready));
    asio::co_spawn(loop_, listen_to_signals(*this), [](std::exception_ptr e) {
        if (e) std::rethrow_exception(e);
    });
    loop_.run();
    return EXIT_SUCCESS;
}

// Everything that can fail, so that a bad configuration changes nothing. Complaints go into `next`.
std::optional<master::preparations> master::prepare(examined& next) {
    preparations made;
    auto& settings = *next.config.made;
    std::vector<config::complaint> wrong;
    std::vector<log_files::trouble> closed;
    made.logs = open_log_files(settings, closed);
    for (auto& c : closed)
        next.complain({c.what}, c.server);
    made.become = identity_for(next.config, wrong);
    allow_descriptors(settings.process.worker_rlimit_nofile, wrong);
    if (auto zones = zones_.open(settings); !zones)
        wrong.push_back({config::severity::error, "ssl_session_cache", zones.error().message(), {}}
        );
    next.complain(wrong, whole_program);
    look_up_peers(next, 5s);
    open_sockets(next);
    if (next.good() && settings.process.key_process) made.keys = withhold_keys(next);
    if (next.good()) {
        auto why = pid_.move_to(next.config.made->process.pid_file);
        if (!why.empty()) next.complain(complaint_of("pid", why), whole_program);
    }
    if (next.good()) return made;
    sockets_.abandon();
    return {};
}

// From here on no key is in the configuration.
descriptor master::withhold_keys(examined& next) {
    auto packed = pack_keys(withhold(next));
    if (packed) return std::move(*packed);
    next.complain(complaint_of("ssl_key_process", packed.error().message()), whole_program);
    return {};
}

void master::open_sockets(examined& next) {
    for (auto& t : sockets_.open(*next.config.made, next.config.made->process.workers))
        next.complain({t.what}, t.server);
}

void master::put_in_force(examined next, preparations made) {
    auto user_changed = number_ > 0 && become_ && made.become && *become_ != *made.become;
    now_ = std::move(next);
    become_ = made.become;
    auto& settings = *now_.config.made;
    logs_.keep(std::move(made.logs), settings);
    if (user_changed)
        events_.event(log_level::warn, "running workers keep their user, new ones get the new one");
    tell_listening(events_, sockets_.of_worker(0), settings);
    sockets_.keep();
    zones_.keep();
    auto workers = settings.process.workers;
    if (workers == 0 && ::geteuid() == 0)
        events_.event(
            log_level::warn,
            "one process serves as root; start it as another user, or set worker_processes to 1"
        );
    settings_ = ++number_;
    settling_ = true;
    keeper_.attend(now_);
    if (made.keys)
        keys_.keep(std::move(made.keys), become_);
    else
        keys_.close();
    crew_.live_on(orders(), [this](std::size_t refused) { settled(refused); });
}

crew::orders master::orders() const {
    auto& process = now_.config.made->process;
    return {process.workers, number_, become_, process.worker_rlimit_nofile};
}

// Of the same configuration, fresh certificates.
void master::renew(bool settings) {
    ++number_;
    if (settings) settings_ = number_;
    settling_ = true;
    crew_.live_on(orders(), [this](std::size_t refused) { renewed(refused); });
}

void master::renewed(std::size_t refused) {
    settling_ = false;
    if (refused == 0) return events_.event(log_level::info, "every worker has the certificates");
    events_.event(
        log_level::error,
        "not every worker has the new certificates",
        {
            {"refused_by", std::to_string(refused)}
    }
    );
}

// The configuration in force with its files as they are now, for the keeper.
std::string master::read_again() {
    auto next = examine_text(now_.name, now_.text, library_, {&now_});
    auto keys = next.good() ? withhold_keys(next) : descriptor();
    if (!next.good()) return config::first_error(next.diagnostics);
    now_ = std::move(next);
    keys_.keep(std::move(keys), become_);
    return {};
}

// The bundle of one worker, of the configuration in force.
result<bundle> master::supply(std::size_t slot) {
    bundle b;
    b.number = number_;
    b.settings = settings_;
    b.name = now_.name;
    b.text = now_.text;
    b.peers = now_.peers;
    b.files = now_.files;
    auto good = logs_.lend(b.logs, b.secrets);
    if (keys_.is_open()) {
        auto door = keys_.door();
        if (!door) return door.error();
        b.signer = std::move(*door);
    }
    if (auto lent = zones_.lend(b); !lent) return lent.error();
    for (auto& [path, folder] : now_.folders) {
        b.folders.push_back({path, duplicate(folder->memory->fd())});
        good = good && b.folders.back().memory;
    }
    for (auto& place : sockets_.of_worker(slot)) {
        auto& l = b.listeners.emplace_back();
        l.key = place.key;
        l.server = place.server;
        l.index = place.listener;
        l.socket = duplicate(place.fd);
        good = good && l.socket;
    }
    if (good) return b;
    return boost::system::error_code(errno, boost::system::system_category());
}

void master::settled(std::size_t refused) {
    settling_ = false;
    if (refused > 0)
        events_.event(
            log_level::error,
            "not every worker has the new configuration",
            {
                {"refused_by", std::to_string(refused)}
        }
        );
    events_.event(
        log_level::notice,
        number_ == 1 ? "ready" : "reloaded",
        {
            {"file",        file_.path                                       },
            {"tls_library", std::string(library_.name())                     },
            {"workers",     std::to_string(now_.config.made->process.workers)},
            {"pid",         std::to_string(::getpid())                       }
    }
    );
    notify_manager("READY=1");
    background_.ready();
    ::malloc_trim(0); // reading a configuration leaves a free megabyte behind
}

task<> master::listen_to_signals(master& self) {
    boost::system::error_code bad;
    auto answer = asio::redirect_error(asio::use_awaitable, bad);
    for (;;) {
        auto which = co_await self.signals_.async_wait(answer);
        if (bad) co_return;
        self.obey(which);
    }
}

void master::obey(int signal) {
    switch (signal) {
    case SIGTERM:
    case SIGINT: return leave(true);
    case SIGQUIT: return leave(false);
    case SIGHUP: return leaving_ ? refuse_while_leaving() : reload();
    case SIGUSR1: return reopen_logs();
    case SIGCHLD: keys_.reap(); return crew_.reap();
    }
}

void master::reload() {
    notify_reloading();
    auto next = examine(file_, library_, {&now_});
    std::optional<preparations> ready;
    if (next.good()) ready = prepare(next);
    say(next.printed());
    if (ready)
        put_in_force(std::move(next), std::move(*ready));
    else
        refuse_reload(next);
}

// Standard error has had the complaints as `postern check` prints them; a log file gets them too.
void master::refuse_reload(const examined& next) {
    if (!tells_stderr_only(*now_.config.made)) tell_complaints(events_, next.diagnostics);
    events_.event(
        log_level::error,
        "reload refused, everything stays as it was",
        {
            {"file",       file_.path                             },
            {"complaints", std::to_string(next.diagnostics.size())}
    }
    );
    notify_manager("READY=1");
}

void master::reopen_logs() {
    if (!logs_.reopen(*now_.config.made)) return;
    crew_.reopen_logs(logs_.targets());
    events_.event(log_level::notice, "logs reopened");
}

// It would open the doors again, for workers whom nobody waits for.
void master::refuse_while_leaving() {
    events_.event(log_level::warn, "reload refused, this program is leaving");
}

void master::leave(bool now) {
    leaving_ = true;
    keeper_.stop();
    notify_manager("STOPPING=1");
    events_.event(log_level::notice, now ? "stopping" : "stopping when the sessions are done");
    sockets_.close_all();
    auto left = [this] {
        events_.event(log_level::notice, "stopped");
        loop_.stop();
    };
    if (now)
        crew_.stop(left);
    else
        crew_.drain(left);
}

}

int run_master(const configuration_file& file, const tls::backend& library) {
    return master(file, library).run();
}

}
