#include "tests/bench/load.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <iostream>
#include <stdexcept>

namespace postern::bench {
namespace {

using clock = std::chrono::steady_clock;

// Runs so many coroutines at the same time, until all are done; throws what any of them threw.
template <class Work> void all(asio::io_context& loop, std::size_t count, Work work) {
    std::exception_ptr first;
    auto left = count;
    auto done = [&](std::exception_ptr why) {
        if (why && !first) first = why;
        if (--left == 0 || why) loop.stop(); // deadlines that nobody needs may be armed still
    };
    for (std::size_t i = 0; i < count; ++i)
        asio::co_spawn(loop, work(i), done);
    loop.restart();
    loop.run();
    if (first) std::rethrow_exception(first);
}

bool wait_for_word() {
    std::string ignored;
    return static_cast<bool>(std::getline(std::cin, ignored));
}

void say_ready() {
    std::cout << "ready" << std::endl;
    if (!wait_for_word()) throw std::runtime_error("nobody said go");
}

double since(clock::time_point begin) {
    return std::chrono::duration<double>(clock::now() - begin).count();
}

double part(const std::vector<double>& sorted, double p) {
    return sorted[std::min(sorted.size() - 1, static_cast<std::size_t>(p * double(sorted.size())))];
}

task<> log_in_again(
    asio::io_context& loop,
    const target& to,
    std::size_t lane,
    std::size_t count,
    std::vector<double>& times,
    std::size_t& resumed
) {
    for (std::size_t i = 0; i < count; ++i) {
        client one;
        auto begin = clock::now();
        co_await one.log_in(loop, to, lane + i, lane);
        times.push_back(since(begin));
        resumed += one.resumed();
        one.close();
    }
}

task<> say_noops(client& one, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        co_await one.say("n NOOP\r\n");
        co_await one.expect("n OK");
    }
}

task<> fetch_by(client& one, std::size_t bytes) {
    auto command = "f FETCH " + std::to_string(bytes) + "\r\n";
    co_await one.say(command);
    for (auto left = bytes; left > 0;)
        left -= co_await one.take(left);
    co_await one.expect("f OK");
}

task<> append_by(client& one, std::size_t bytes) {
    const std::string block(64 * 1024, 'x');
    auto command = "p APPEND box {" + std::to_string(bytes) + "+}\r\n";
    co_await one.say(command);
    for (auto left = bytes; left > 0;) {
        auto some = std::min(left, block.size());
        co_await one.say(std::string_view(block).substr(0, some));
        left -= some;
    }
    co_await one.say("\r\n");
    co_await one.expect("p OK");
}

// So many sessions, logged in.
std::vector<client> sessions(asio::io_context& loop, const target& to, std::size_t count) {
    constexpr std::size_t lanes = 32;
    std::vector<client> out(count);
    auto open = [&](std::size_t lane) -> task<> {
        for (auto i = lane; i < count; i += lanes) {
            co_await out[i].log_in(loop, to, i, lane);
        }
    };
    all(loop, std::min(lanes, count), open);
    return out;
}

// One session that moves so many bytes.
void carry(const target& to, std::size_t bytes, task<> (*way)(client&, std::size_t)) {
    asio::io_context loop(1);
    auto held = sessions(loop, to, 1);
    say_ready();
    auto begin = clock::now();
    all(loop, 1, [&](std::size_t) { return way(held[0], bytes); });
    std::cout << "{\"count\": " << bytes << ", \"seconds\": " << since(begin) << "}" << std::endl;
}

}

void logins(const target& to, std::size_t count, std::size_t at_once) {
    asio::io_context loop(1);
    std::vector<double> times;
    std::size_t resumed = 0;
    auto each = count / at_once;
    if (to.resume) { // each lane's first one is no question
        all(loop, at_once, [&](std::size_t lane) {
            return log_in_again(loop, to, lane, 1, times, resumed);
        });
        times.clear();
        resumed = 0;
    }
    say_ready();
    auto begin = clock::now();
    all(loop, at_once, [&](std::size_t lane) {
        return log_in_again(loop, to, lane, each, times, resumed);
    });
    auto took = since(begin);
    std::ranges::sort(times);
    std::cout << "{\"count\": " << times.size() << ", \"resumed\": " << resumed
              << ", \"seconds\": " << took << ", \"median_us\": " << part(times, 0.5) * 1e6
              << ", \"p99_us\": " << part(times, 0.99) * 1e6 << "}" << std::endl;
}

void commands(const target& to, std::size_t count, std::size_t at_once) {
    asio::io_context loop(1);
    auto held = sessions(loop, to, at_once);
    say_ready();
    auto begin = clock::now();
    all(loop, at_once, [&](std::size_t i) { return say_noops(held[i], count / at_once); });
    std::cout << "{\"count\": " << count / at_once * at_once << ", \"seconds\": " << since(begin)
              << "}" << std::endl;
}

void fetch(const target& to, std::size_t bytes) { carry(to, bytes, fetch_by); }

void append(const target& to, std::size_t bytes) { carry(to, bytes, append_by); }

void idle(const target& to, std::size_t count) {
    asio::io_context loop(1);
    auto held = sessions(loop, to, count);
    std::cout << "held " << held.size() << std::endl;
    while (wait_for_word()) { // each line asks whether all are still there
        all(loop, held.size(), [&](std::size_t i) { return say_noops(held[i], 1); });
        std::cout << "answered " << held.size() << std::endl;
    }
}

}
