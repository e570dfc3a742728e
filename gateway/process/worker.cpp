#include "gateway/process/worker.hpp"

#include "gateway/net/readiness.hpp"
#include "gateway/net/turnstile.hpp"
#include "gateway/process/memory_reserve.hpp"
#include "gateway/process/peer_names.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <sys/resource.h>
#include <utility>

namespace postern::gateway {
namespace asio = boost::asio;
namespace {

using config::log_level;

// Sessions for which the descriptors last: each needs one to the client, one to its upstream.
std::size_t most_by_descriptors(std::size_t others) {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    auto spare = others + 64; // lookups, zones
    return limit.rlim_cur > spare + 2 ? (limit.rlim_cur - spare) / 2 : 1;
}

std::string printed(const std::vector<config::diagnostic>& all, std::string_view text) {
    std::string out;
    for (auto& d : all)
        if (d.level == config::severity::error) out += config::print(d, text);
    return out;
}

}

worker::worker(asio::io_context& loop, belongings& own, const tls::backend& library)
    : loop_(loop), library_(library), own_(own), signer_(loop), patience_(loop),
      quiet_(loop.get_executor()) {
    readiness::of(loop_); // now, and not when descriptors may be used up
    own_.services.emplace(worker_services{loop_, own_.events, own_.live, quiet_, &signer_});
}

worker::~worker() {
    handshake_turns().set(0, nullptr);
    own_.live.when_empty(nullptr);
}

std::string worker::apply(bundle b) {
    if (leaving_) return "this worker is leaving\n";
    if (auto taken = own_.folders.take(b); !taken)
        return "certificates: " + taken.error().message() + "\n";
    if (now_ && b.settings == settings_) return {}; // that was all
    auto config = config::load(b.text.reveal(), b.name, b.reader());
    if (!config.made) return printed(config.diagnostics, b.text.reveal());
    config.made = with_peers(config.made, b.peers);
    if (auto taken = own_.rooms.take(b); !taken)
        return "shared memory: " + taken.error().message() + "\n";
    auto where = places();
    where.log_of = [this](auto& to) {
        return std::make_shared<log>(own_.targets.ways(to), own_.events);
    };
    if (b.secrets) where.secrets = &own_.secrets;
    where.proved = true; // by whoever made the bundle
    auto made = raise(config, library_, where, loop_);
    if (!made.made) return printed(made.diagnostics, b.text.reveal());
    if (b.signer) signer_.use(std::move(b.signer));
    now_ = std::move(made.made);
    settings_ = b.settings;
    own_.rooms.used_by(now_);
    use_logs(std::move(b.logs));
    own_.secrets.use(std::move(b.secrets));
    limit_handshakes();
    auto limit = now_->settings->process.worker_connections;
    most_ = limit ? limit : most_by_descriptors(b.listeners.size() + own_.log_files.size());
    hang_doors(std::move(b.listeners));
    return {};
}

// The log outlives the generations, as all belongings do.
session_places worker::places() {
    auto out = own_.rooms.places();
    out.folder = [this](const std::string& path) { return own_.folders.find(path); };
    out.report = [&events = own_.events](const config::complaint& c) {
        events.event(
            log_level::warn,
            "certificate cannot be used",
            {
                {"why", c.text}
        }
        );
    };
    return out;
}

void worker::hang_doors(std::vector<bundle::listener> wanted) {
    std::map<std::uint64_t, std::shared_ptr<door>> next;
    door::keeper& self = *this;
    for (auto& l : wanted) {
        auto& place = next[l.key];
        if (auto old = doors_.find(l.key); old != doors_.end()) place = old->second;
        auto is_new = !place;
        if (is_new) place = std::make_shared<door>(loop_, std::move(l.socket), self);
        place->belongs_to(l.server, l.index);
        if (is_new) place->open();
    }
    doors_.swap(next);
    for (auto& [key, old] : next)
        if (!doors_.contains(key)) old->close(door::waiting::come_in);
}

void worker::use_logs(open_logs files) {
    auto& to = now_->settings->log;
    auto access = to.has_access() ? own_.targets.find(to.access) : nullptr;
    own_.events.use(own_.targets.ways(to.error), std::move(access), to.format);
    own_.targets.use(files, own_.events);
    own_.log_files = std::move(files);
}

void worker::limit_handshakes() {
    auto rate = now_->settings->process.handshake_rate;
    handshake_turns().set(rate, [this, rate](std::size_t waiting) {
        own_.events.event(
            log_level::warn,
            "ssl_handshake_rate reached",
            {
                {"limit",   std::to_string(rate)   },
                {"waiting", std::to_string(waiting)}
        }
        );
    });
}

// Of a configuration that this worker refused, only what its own has too.
void worker::reopen_logs(open_logs fresh) {
    for (auto& mine : own_.log_files) {
        auto same = std::ranges::find(fresh, mine.name, &open_log::name);
        if (same != fresh.end() && same->file) std::swap(mine, *same);
    }
    own_.targets.use(own_.log_files, own_.events);
}

bool worker::has_room() { return own_.live.count() < most_ && memory_reserve_is_whole(); }

void worker::enter(door::client client, const door::address& from, const door& where) {
    arrive(std::move(client), from, now_, where.server(), where.listener(), *own_.services);
}

// Once in ten seconds: a flood of connections must not become a flood of lines.
void worker::is_full(int error) {
    if (!error && own_.live.count() < most_) error = ENOMEM;
    auto t = std::chrono::steady_clock::now();
    if (complained_.time_since_epoch().count() && t - complained_ < std::chrono::seconds(10))
        return;
    complained_ = t;
    try {
        if (error)
            own_.events.event(
                log_level::error,
                "cannot accept, trying again",
                {
                    {"error", std::strerror(error)}
            }
            );
        else
            own_.events.event(
                log_level::warn,
                "worker_connections reached",
                {
                    {"limit", std::to_string(most_)}
            }
            );
    } catch (const std::bad_alloc&) { // nor is there any for the line
    }
}

void worker::close_doors(door::waiting waiting) {
    for (auto& [key, door] : doors_)
        door->close(waiting);
    doors_.clear();
}

void worker::drain(std::function<void()> done) {
    leaving_ = true;
    close_doors(door::waiting::come_in);
    auto limit = now_ ? now_->settings->process.shutdown_timeout : std::chrono::milliseconds(0);
    if (limit.count() > 0) {
        patience_.expires_after(limit);
        patience_.async_wait([this, done](boost::system::error_code stopped) {
            if (stopped) return;
            auto left = std::to_string(own_.live.count());
            own_.events.event(
                log_level::notice,
                "shutdown timeout",
                {
                    {"sessions", left}
            }
            );
            stop(done);
        });
    }
    when_empty(std::move(done));
}

void worker::stop(std::function<void()> done) {
    leaving_ = true;
    close_doors(door::waiting::stay_out);
    own_.live.stop_all();
    // Sessions that came in just now have their first turn before this one.
    asio::post(loop_, [this] { own_.live.stop_all(); });
    patience_.expires_after(std::chrono::seconds(2));
    patience_.async_wait([done](boost::system::error_code stopped) {
        if (!stopped) done();
    });
    when_empty(std::move(done));
}

void worker::when_empty(std::function<void()> done) {
    own_.live.when_empty([this, done] {
        patience_.cancel();
        asio::post(loop_, done);
    });
}

}
