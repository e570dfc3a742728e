#include "gateway/net/readiness.hpp"

#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/error.hpp>

#include <cerrno>
#include <new>
#include <sys/epoll.h>
#include <system_error>
#include <utility>

namespace postern::gateway {
namespace asio = boost::asio;
using boost::system::error_code;

asio::execution_context::id readiness::id;

template <class T> struct readiness::from_slot {
    using value_type = T;
    slot* s;

    explicit from_slot(slot& of) : s(&of) {}
    template <class U> from_slot(const from_slot<U>& other) : s(other.s) {}

    T* allocate(std::size_t count) {
        if (s->taken || count * sizeof(T) > s->room.size())
            return static_cast<T*>(::operator new(count * sizeof(T)));
        s->taken = true;
        return reinterpret_cast<T*>(s->room.data());
    }
    void deallocate(T* at, std::size_t) {
        if (reinterpret_cast<std::byte*>(at) != s->room.data()) return ::operator delete(at);
        s->taken = false;
    }
    template <class U> bool operator==(const from_slot<U>& other) const { return s == other.s; }
};

static int new_set() {
    int fd = ::epoll_create1(EPOLL_CLOEXEC);
    if (fd < 0) throw std::system_error(errno, std::system_category(), "epoll_create1");
    return fd;
}

readiness& readiness::of(asio::execution_context& context) {
    return asio::use_service<readiness>(context);
}

readiness::readiness(asio::execution_context& context)
    : service(context), loop_(static_cast<asio::io_context&>(context)), all_(loop_, new_set()) {}

readiness::~readiness() = default;

// The coroutines that wait go with their waiters, and with them sockets of this place.
void readiness::shutdown() {
    is_down_ = true;
    for (auto* some : {&waiting_, &ready_})
        while (!some->empty()) {
            auto& w = some->front();
            some->pop_front();
            if (auto* at = std::exchange(w.at_, nullptr))
                at->waiting[static_cast<std::size_t>(w.for_)] = nullptr;
            w.drop();
        }
    error_code ignored;
    all_.close(ignored);
}

// Room is asked for only when somebody waits for it, which is seldom.
error_code readiness::register_for(place& p, kind what) {
    auto wanted = p.registered | EPOLLIN | EPOLLRDHUP | EPOLLET;
    if (what == kind::write) wanted |= EPOLLOUT;
    if (wanted == p.registered) return {};
    epoll_event event{};
    event.events = wanted;
    event.data.ptr = &p;
    int how = p.registered == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
    if (::epoll_ctl(all_.native_handle(), how, p.fd.get(), &event) != 0)
        return error_code(errno, boost::system::system_category());
    p.registered = wanted;
    return {};
}

void readiness::wait(place& p, kind what, waiter& w) {
    w.for_ = what;
    auto why = register_for(p, what);
    bool now = what == kind::read    ? p.readable || p.hung_up || p.broken
               : what == kind::write ? p.writable || p.broken
                                     : p.broken;
    if (why || now) return refuse(w, why);
    w.at_ = &p;
    p.waiting[static_cast<std::size_t>(what)] = &w;
    waiting_.push_back(w);
    if (!in_turn_) arm();
}

void readiness::refuse(waiter& w, error_code why) {
    w.why_ = why;
    ready_.push_back(w);
    hurry();
}

void readiness::make_ready(waiter& w, error_code why) {
    waiting_.erase(waiting_.iterator_to(w));
    std::exchange(w.at_, nullptr)->waiting[static_cast<std::size_t>(w.for_)] = nullptr;
    w.why_ = why;
    ready_.push_back(w);
}

void readiness::call_off(waiter& w) {
    if (!w.at_) return;
    make_ready(w, asio::error::operation_aborted);
    hurry();
}

void readiness::call_off(place& p) {
    for (auto* w : p.waiting)
        if (w) call_off(*w);
}

// To close it would not take it out of the set while another process has it: every worker has a
// listening socket, and a child that was just forked has all.
void readiness::forget(place& p) {
    call_off(p);
    if (p.registered != 0 && !is_down_)
        (void)::epoll_ctl(all_.native_handle(), EPOLL_CTL_DEL, p.fd.get(), nullptr);
}

void readiness::wake(place& p, kind what) {
    if (auto* w = p.waiting[static_cast<std::size_t>(what)]) make_ready(*w, {});
}

void readiness::note(place& p, std::uint32_t events) {
    if (events & (EPOLLERR | EPOLLHUP)) p.broken = true;
    if (events & EPOLLRDHUP) p.hung_up = true;
    if (events & EPOLLIN) p.readable = true;
    if (events & EPOLLOUT) p.writable = true;
    if (p.readable || p.hung_up || p.broken) wake(p, kind::read);
    if (p.writable || p.broken) wake(p, kind::write);
    if (p.broken) wake(p, kind::error);
}

// All are asked before any goes on: what one does may close another.
void readiness::take_turn() {
    std::array<epoll_event, 128> found;
    int count = ::epoll_wait(all_.native_handle(), found.data(), int(found.size()), 0);
    for (int i = 0; i < count; ++i)
        note(*static_cast<place*>(found[std::size_t(i)].data.ptr), found[std::size_t(i)].events);
    run_ready();
}

// Those that become ready meanwhile wait until the loop has done what else there is to do.
void readiness::run_ready() {
    struct all_of_them {
        readiness& of;
        waiters now;
        ~all_of_them() { of.rest(now); } // also when one throws
    } those{*this, {}};
    in_turn_ = true;
    those.now.swap(ready_);
    while (!those.now.empty()) {
        auto& w = those.now.front();
        those.now.pop_front();
        w.go_on(w.why_);
    }
}

void readiness::rest(waiters& left) {
    in_turn_ = false;
    ready_.splice(ready_.begin(), left);
    if (ready_.empty())
        arm();
    else
        hurry();
}

void readiness::arm() {
    if (armed_ || is_down_ || (waiting_.empty() && ready_.empty())) return;
    armed_ = true;
    auto then = [this](error_code) { // when it was hurried, the others are asked all the same
        armed_ = false;
        if (!is_down_) take_turn();
    };
    all_.async_wait(all_.wait_read, asio::bind_allocator(from_slot<void*>(slot_), then));
}

// The wait that is under way ends at once. It is there already when somebody waited, so that
// calling off needs no memory.
void readiness::hurry() {
    if (in_turn_ || is_down_) return;
    arm();
    error_code ignored;
    all_.cancel(ignored);
}

}
