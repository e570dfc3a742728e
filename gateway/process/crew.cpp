#include "gateway/process/crew.hpp"

#include "gateway/process/limits.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <csignal>

namespace postern::gateway {
namespace asio = boost::asio;

using config::log_level;
using namespace std::chrono_literals;

crew::crew(
    asio::io_context& loop,
    belongings& own,
    const tls::backend& library,
    log& events,
    supplier supply
)
    : loop_(loop), own_(own), library_(library), events_(events), supply_(std::move(supply)),
      patience_(loop) {}

// Nobody is left behind, whatever ended the master.
crew::~crew() {
    for (auto& c : leaving_)
        c->kill(SIGKILL);
    for (auto& [n, s] : slots_)
        if (s.who) s.who->kill(SIGKILL);
}

void crew::live_on(const orders& next, std::function<void(std::size_t)> settled) {
    now_ = next;
    auto workers = next.workers;
    settled_ = std::move(settled);
    unanswered_ = std::max<std::size_t>(workers, 1);
    refused_ = 0;
    while (!slots_.empty() && slots_.rbegin()->first >= workers) {
        auto& last = *slots_.rbegin();
        if (last.second.who) dismiss(*last.second.who, word::drain);
        slots_.erase(last.first);
    }
    if (workers == 0) return supply_local();
    if (std::exchange(local_serves_, false)) local_->close_doors(door::waiting::come_in);
    for (std::size_t slot = 0; slot < workers; ++slot)
        if (auto& who = slots_[slot].who)
            supply(*who);
        else
            start(slot);
}

void crew::supply_local() {
    limit(::getpid());
    if (!local_) local_ = std::make_unique<worker>(loop_, own_, library_);
    local_serves_ = local_stays_ = true;
    auto b = supply_(0);
    auto complaints = b ? local_->apply(std::move(*b)) : b.error().message();
    asio::post(loop_, [this, complaints] { answered(complaints); });
}

void crew::start(std::size_t slot) {
    auto& s = slots_[slot];
    auto told = [this](child& c, const message& m) { hear(c, m); };
    auto who = std::make_shared<child>(loop_, slot, told);
    auto why = who->start(now_.become);
    if (!why.empty()) {
        events_.event(
            log_level::error,
            "cannot start a worker",
            {
                {"error", why}
        }
        );
        return start_later(slot, 1s);
    }
    s.who = who;
    events_.event(
        log_level::info,
        "worker started",
        {
            {"worker", std::to_string(slot)      },
            {"pid",    std::to_string(who->pid())}
    }
    );
    supply(*who);
}

void crew::start_later(std::size_t slot, std::chrono::milliseconds delay) {
    auto& timer = slots_[slot].start_again;
    timer = std::make_unique<asio::steady_timer>(loop_, delay);
    timer->async_wait([this, slot](boost::system::error_code stopped) {
        if (!stopped && slots_.contains(slot) && !slots_[slot].who) start(slot);
    });
}

// A worker that does not take its orders is of no use; its death makes room for another one.
void crew::supply(child& who) {
    limit(who.pid()); // before it counts how many sessions that makes
    auto b = supply_(who.slot());
    auto m = b ? pack(*b) : b.error();
    if (m && who.tell(*m)) return;
    auto why = m ? "it takes no message" : m.error().message();
    events_.event(
        log_level::error,
        "cannot hand a worker its configuration",
        {
            {"pid",   std::to_string(who.pid())},
            {"error", why                      }
    }
    );
    who.kill(SIGKILL);
}

void crew::limit(pid_t whom) {
    auto why = limit_descriptors(whom, now_.descriptors);
    if (why.empty()) return;
    events_.event(
        log_level::warn,
        "cannot set worker_rlimit_nofile",
        {
            {"pid",   std::to_string(whom)                                                        },
            {"error", why                                                                         },
            {"hint",  "whoever starts later has it; for running workers it takes CAP_SYS_RESOURCE"}
    }
    );
}

void crew::dismiss(child& who, word how) {
    message m;
    m.what = how;
    if (!who.tell(m)) who.kill(SIGKILL);
    if (!std::exchange(who.leaving, true)) leaving_.push_back(who.shared_from_this());
}

void crew::hear(child& who, const message& m) {
    if (m.number != now_.number || who.leaving || who.answered == now_.number) return;
    who.answered = now_.number;
    if (m.what == word::applied) answered({});
    if (m.what == word::refused) answered(m.text.empty() ? "no reason given" : m.text);
}

void crew::answered(const std::string& complaints) {
    if (!complaints.empty()) {
        ++refused_;
        events_.event(
            log_level::error,
            "a worker refuses the configuration and keeps its own",
            {
                {"why", complaints}
        }
        );
    }
    if (unanswered_ > 0 && --unanswered_ == 0 && settled_)
        std::exchange(settled_, nullptr)(refused_);
}

void crew::reopen_logs(const open_logs& fresh) {
    auto hand_to = [&](child& who) {
        auto m = pack(fresh);
        if (m && who.tell(*m)) return;
        events_.event(
            log_level::error,
            "cannot hand a worker its logs",
            {
                {"pid", std::to_string(who.pid())}
        }
        );
    };
    for (auto& [slot, s] : slots_)
        if (s.who) hand_to(*s.who);
    for (auto& c : leaving_)
        hand_to(*c);
    if (local_) local_->reopen_logs(duplicate(fresh));
}

void crew::introduce_signer(const std::function<result<descriptor>()>& door) {
    auto introduce = [&](child& who) {
        auto socket = door();
        if (!socket) return; // its handshakes end at their deadlines
        message m;
        m.what = word::signer;
        m.files.push_back(std::move(*socket));
        who.tell(m);
    };
    for (auto& [slot, s] : slots_)
        if (s.who) introduce(*s.who);
    for (auto& c : leaving_)
        introduce(*c);
}

void crew::reap() {
    for (auto& [slot, s] : slots_)
        if (auto how = s.who ? s.who->ended() : std::nullopt) replace(slot, s, *how);
    std::erase_if(leaving_, [](auto& c) { return c->ended() || c->pid() <= 0; });
    look_who_is_left();
}

// At once, unless it died young: then ever later, up to ten seconds.
void crew::replace(std::size_t slot, slot_state& s, const std::string& how) {
    auto young = s.who->age() < 1s;
    s.backoff = young ? std::clamp(s.backoff * 2, 100ms, 10000ms) : 0ms;
    events_.event(
        log_level::error,
        "worker died, replacing it",
        {
            {"worker", std::to_string(slot)             },
            {"how",    how                              },
            {"in_ms",  std::to_string(s.backoff.count())}
    }
    );
    s.who.reset();
    start_later(slot, s.backoff);
}

void crew::drain(std::function<void()> left) {
    left_ = std::move(left);
    for (auto& [slot, s] : slots_)
        if (s.who) dismiss(*s.who, word::drain);
    slots_.clear();
    if (local_)
        local_->drain([this] {
            local_stays_ = false;
            look_who_is_left();
        });
    look_who_is_left();
}

void crew::stop(std::function<void()> left) {
    left_ = std::move(left);
    for (auto& c : leaving_)
        dismiss(*c, word::stop);
    for (auto& [slot, s] : slots_)
        if (s.who) dismiss(*s.who, word::stop);
    slots_.clear();
    patience_.expires_after(5s);
    patience_.async_wait([this](boost::system::error_code stopped) {
        if (stopped) return;
        for (auto& c : leaving_)
            c->kill(SIGKILL);
    });
    if (local_)
        local_->stop([this] {
            local_stays_ = false;
            look_who_is_left();
        });
    look_who_is_left();
}

void crew::look_who_is_left() {
    if (!left_ || !leaving_.empty() || local_stays_) return;
    patience_.cancel();
    asio::post(loop_, std::exchange(left_, nullptr));
}

}
