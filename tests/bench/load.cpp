#include "tests/bench/load.hpp"

#include <exception>
#include <iostream>
#include <span>
#include <string>
#include <string_view>

namespace postern::bench {
namespace {

constexpr std::string_view usage =
    R"(bench_load serve                        an IMAP server and an auth_http service
bench_load logins PORT COUNT AT_ONCE    [WORD...]
bench_load commands PORT COUNT SESSIONS [WORD...]
bench_load fetch PORT BYTES             [WORD...]
bench_load append PORT BYTES            [WORD...]
bench_load idle PORT COUNT              [WORD...]

Words: plain (no TLS), tls1.2 (no TLS 1.3), resume (all logins but the first).
)";

bool has(std::span<char*> words, std::string_view which) {
    for (auto* w : words)
        if (w == which) return true;
    return false;
}

int ask(std::string_view what, std::span<char*> words) {
    target to;
    to.port = static_cast<std::uint16_t>(std::stoul(words[0]));
    std::size_t count = std::stoul(words[1]);
    to.resume = has(words, "resume");
    if (!has(words, "plain")) to.tls = make_tls(has(words, "tls1.2"), to.resume);
    if (what == "fetch") return fetch(to, count), 0;
    if (what == "append") return append(to, count), 0;
    if (what == "idle") return idle(to, count), 0;
    if (words.size() < 3) return std::cerr << usage, 2;
    std::size_t more = std::stoul(words[2]);
    if (what == "logins") return logins(to, count, more), 0;
    if (what == "commands") return commands(to, count, more), 0;
    return std::cerr << usage, 2;
}

}
}

int main(int count, char** words) {
    try {
        if (count == 2 && std::string_view(words[1]) == "serve") return postern::bench::serve(), 0;
        if (count >= 4) return postern::bench::ask(words[1], std::span(words + 2, words + count));
        std::cerr << postern::bench::usage;
        return 2;
    } catch (const std::exception& e) {
        std::cerr << "bench_load: " << e.what() << "\n";
        return 1;
    }
}
