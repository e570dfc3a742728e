#include "gateway/cli/options.hpp"

#include "gateway/cli/command_line.hpp"
#include "gateway/cli/commands.hpp"
#include "gateway/nginx/nginx.hpp"

#include <algorithm>
#include <csignal>
#include <iostream>
#include <optional>
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
constexpr parameter nginx{
    .name = "--nginx",
    .value = "FILE",
    .about = "an nginx.conf instead, which is imported in memory"};
constexpr parameter prefix{
    .name = "--prefix",
    .value = "DIR",
    .about = "where nginx looks for relative names of pid and error_log (nginx -V)"};
constexpr parameter nginx_file{
    .name = "FILE",
    .about = "the main nginx.conf; - for standard input",
    .by_default = "/etc/nginx/nginx.conf"};
constexpr parameter quick{
    .name = "--quick",
    .about = "does not try each key of ssl_certificate_dir, which takes milliseconds for one"};
constexpr parameter as_json{.name = "--json", .about = "as a JSON array"};
constexpr parameter directive{.name = "NAME", .about = "a directive's name"};
constexpr parameter shell{.name = "SHELL", .about = "whose words it speaks", .by_default = "bash"};

constexpr parameter of_file[] = {file, nginx, prefix};
constexpr parameter of_check[] = {file, nginx, prefix, quick};
constexpr parameter of_certs[] = {file, nginx, prefix, as_json};
constexpr parameter of_import[] = {nginx_file, prefix};
constexpr parameter of_directives[] = {directive};
constexpr parameter of_completions[] = {shell};
constexpr parameter of_children[] = {
    {.name = "SOCKET", .needed = true},
    {.name = "USER"               },
    {.name = "GROUP"}
};

// Nothing, after a complaint, when the options contradict each other.
std::optional<configuration_file> chosen(const arguments& a) {
    const char* wrong = nullptr;
    if (a.has(nginx.name) && a.has(file.name)) wrong = "--config and --nginx exclude each other";
    if (a.has(prefix.name) && !a.has(nginx.name))
        wrong = "--prefix is nginx's: there is no --nginx";
    bool of_nginx = a.has(nginx.name);
    if (!wrong)
        return configuration_file{a.text(of_nginx ? nginx : file), of_nginx, a.text(prefix)};
    std::cerr << "postern: " << wrong << "\nRun with --help for more information.\n";
    return std::nullopt;
}

int run(const arguments& a, const tls::backend& b) {
    auto which = chosen(a);
    return which ? run_command(*which, b) : wrong_usage;
}
int check(const arguments& a, const tls::backend& b) {
    auto which = chosen(a);
    return which ? check_command(*which, a.has(quick.name), b) : wrong_usage;
}
int certs(const arguments& a, const tls::backend& b) {
    auto which = chosen(a);
    return which ? certs_command(*which, a.has(as_json.name), b) : wrong_usage;
}
int dump(const arguments& a, const tls::backend&) {
    auto which = chosen(a);
    return which ? dump_command(*which) : wrong_usage;
}
int import(const arguments& a, const tls::backend&) {
    return print_imported({a.text(nginx_file), true, a.text(prefix)});
}
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
    {"import",
     "Prints an nginx.conf in postern's words, and says what cannot be carried over (exit status 3).",
     of_import, import},
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
