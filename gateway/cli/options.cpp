#include "gateway/cli/options.hpp"

#include "gateway/cli/command_line.hpp"
#include "gateway/cli/commands.hpp"

#include <algorithm>
#include <csignal>
#include <iostream>
#include <span>
#include <string>
#include <string_view>
#include <sys/resource.h>

namespace postern::gateway {
namespace {

constexpr parameter file{
    .name = "--config",
    .letter = 'c',
    .value = "FILE",
    .about = "the configuration file",
    .by_default = "/etc/postern/postern.toml"};
constexpr parameter quick{
    .name = "--quick",
    .about = "does not try each key of ssl_certificate_dir, which takes milliseconds for one"};
constexpr parameter as_json{.name = "--json", .about = "as a JSON array"};
constexpr parameter directive{.name = "NAME", .about = "a directive's name"};
constexpr parameter shell{.name = "SHELL", .about = "whose words it speaks", .by_default = "bash"};

constexpr parameter of_file[] = {file};
constexpr parameter of_check[] = {file, quick};
constexpr parameter of_certs[] = {file, as_json};
constexpr parameter of_directives[] = {directive};
constexpr parameter of_completions[] = {shell};
constexpr parameter of_children[] = {
    {.name = "SOCKET", .needed = true},
    {.name = "USER"               },
    {.name = "GROUP"}
};

int run(const arguments& a, const tls::backend& b) { return run_command(a.text(file), b); }
int check(const arguments& a, const tls::backend& b) {
    return check_command(a.text(file), a.has(quick.name), b);
}
int certs(const arguments& a, const tls::backend& b) {
    return certs_command(a.text(file), a.has(as_json.name), b);
}
int dump(const arguments& a, const tls::backend&) { return dump_command(a.text(file)); }
int directives(const arguments& a, const tls::backend&) {
    return directives_command(a.text(directive));
}
int version(const arguments&, const tls::backend& b) { return version_command(b); }
int completions(const arguments& a, const tls::backend&) {
    return completions_command(a.text(shell));
}

using child_command = int(int socket, long user, long group, const tls::backend&);

template <child_command* Work> int start_child(const arguments& a, const tls::backend& b) {
    auto socket = a.number("SOCKET").value_or(-1);
    return Work(
        static_cast<int>(socket), a.number("USER").value_or(-1), a.number("GROUP").value_or(-1), b
    );
}

// clang-format off
constexpr command commands[] = {
    {"run",
     "Checks the configuration and serves, in the foreground. Signals: TERM and INT stop, QUIT stops "
     "when the sessions are done, HUP reads the configuration again, USR1 reopens logs.",
     of_file, run},
    {"check", "Says all that is wrong with a configuration.", of_check, check},
    {"certs", "Lists all certificates: names, keys, expiry, fingerprints, and who uses them.",
     of_certs, certs},
    {"dump", "Prints the effective settings, each with the line it came from.", of_file, dump},
    {"directives", "Describes the directives: all, or the one that is named.", of_directives, directives},
    {"version", "Prints versions, and what this program's TLS library can do.", {}, version},
    {"completions", "Prints what makes a shell complete postern's words.", of_completions, completions},
    {"worker", "", of_children, start_child<worker_command>},
    {"signer", "", of_children, start_child<signer_command>},
};
// clang-format on

// As many descriptors as one may have: a session takes two.
void raise_limits() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

}

int run_program(int argc, char** argv, const tls::backend& library) {
    std::signal(SIGPIPE, SIG_IGN); // a peer that is gone is an error of one write
    std::signal(SIGXFSZ, SIG_IGN); // and so is a log that may not grow
    raise_limits();
    std::string nobody = "postern";
    auto* alone = nobody.data();
    std::span words(argc > 0 ? argv : &alone, static_cast<std::size_t>(std::max(argc, 1)));
    auto line = read_command_line(words, commands);
    if (line.help) {
        std::cout << help(commands, line.to_do);
        return fine;
    }
    if (line.version) {
        std::cout << version_line(library) << "\n";
        return fine;
    }
    if (!line.to_do) {
        std::cerr << "postern: " << line.complaint << "\nRun with --help for more information.\n";
        return wrong_usage;
    }
    try {
        return line.to_do->work(line.given, library);
    } catch (const std::exception& e) {
        std::cerr << "postern: " << e.what() << "\n";
        return wrong_configuration;
    }
}

}
