#include "gateway/cli/options.hpp"

#include "config/report/suggest.hpp"
#include "gateway/cli/commands.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <functional>
#include <iostream>
#include <string>
#include <sys/resource.h>
#include <vector>

namespace postern::gateway {
namespace {

constexpr const char* summary =
    "A mail gateway: IMAP, POP3 and SMTP up to the login, then on to the server where the mailbox "
    "is.";
constexpr const char* statuses =
    "Exit status: 0 all is well; 1 the configuration is wrong, or the start failed; 2 wrong usage.";

struct arguments {
    std::string file = "/etc/postern/postern.toml", name, shell = "bash";
    int socket = -1;
    long user = -1, group = -1;
    bool quick = false, as_json = false;
    std::function<int()> work; // of the command that was given
};

CLI::App* add_command(
    CLI::App& app, arguments& given, const char* name, const char* about, std::function<int()> work
) {
    auto command = app.add_subcommand(name, about);
    command->footer(statuses);
    command->callback([&given, work = std::move(work)] { given.work = work; });
    return command;
}

void takes_file(CLI::App* command, arguments& given) {
    command->add_option("-c,--config", given.file, "the configuration file")
        ->type_name("FILE")
        ->capture_default_str();
}

void add_commands(CLI::App& app, arguments& given, const tls::backend& library) {
    auto run = add_command(
        app,
        given,
        "run",
        "Checks the configuration and serves, in the foreground. Signals: TERM and INT stop, QUIT "
        "stops when the sessions are done, HUP reads the configuration again, USR1 reopens logs.",
        [&] { return run_command(given.file, library); }
    );
    takes_file(run, given);
    auto check =
        add_command(app, given, "check", "Says all that is wrong with a configuration.", [&] {
            return check_command(given.file, given.quick, library);
        });
    takes_file(check, given);
    check->add_flag(
        "--quick",
        given.quick,
        "does not try each key of ssl_certificate_dir, which takes milliseconds for one"
    );
    auto certs = add_command(
        app,
        given,
        "certs",
        "Lists all certificates: names, keys, expiry, fingerprints, and who uses them.",
        [&] { return certs_command(given.file, given.as_json, library); }
    );
    takes_file(certs, given);
    certs->add_flag("--json", given.as_json, "as a JSON array");
    auto dump = add_command(
        app,
        given,
        "dump",
        "Prints the effective settings, each with the line it came from.",
        [&] { return dump_command(given.file); }
    );
    takes_file(dump, given);
    auto directives = add_command(
        app,
        given,
        "directives",
        "Describes the directives: all, or the one that is named.",
        [&] { return directives_command(given.name); }
    );
    directives->add_option("NAME", given.name, "a directive's name");
    add_command(
        app,
        given,
        "version",
        "Prints versions, and what this program's TLS library can do.",
        [&] { return version_command(library); }
    );
    auto completions = add_command(
        app,
        given,
        "completions",
        "Prints what makes a shell complete postern's words.",
        [&] { return completions_command(given.shell); }
    );
    completions->add_option("SHELL", given.shell, "bash")->capture_default_str();
    auto worker = add_command(app, given, "worker", "", [&] {
        return worker_command(given.socket, given.user, given.group, library);
    });
    auto signer = add_command(app, given, "signer", "", [&] {
        return signer_command(given.socket, given.user, given.group, library);
    });
    for (auto* child : {worker, signer}) {
        child->group(""); // hidden
        child->add_option("socket", given.socket)->required();
        child->add_option("user", given.user);
        child->add_option("group", given.group);
    }
}

std::vector<std::string> names_of(const CLI::App& app) {
    std::vector<std::string> names{"--help"};
    for (auto o : app.get_options())
        for (auto& l : o->get_lnames())
            names.push_back("--" + l);
    for (auto c : app.get_subcommands([](const CLI::App* c) { return !c->get_group().empty(); }))
        names.push_back(c->get_name());
    return names;
}

// The first word that nothing in its place knows, with what may have been meant.
std::string unknown_word(const CLI::App& app, std::vector<std::string> words) {
    auto at = &app;
    for (auto& word : words) {
        auto names = names_of(*at);
        auto is_command = std::ranges::find(names, word) != names.end() && word[0] != '-';
        if (is_command) {
            at = at->get_subcommand(word);
            continue;
        }
        auto is_option = word.size() > 1 && word[0] == '-';
        if (is_option && (word[1] != '-' || std::ranges::find(names, word) != names.end()))
            continue;
        if (!is_option && at != &app) continue;
        std::vector<std::string_view> candidates(names.begin(), names.end());
        auto hint = config::did_you_mean(word, candidates);
        return std::string(is_option ? "unknown option" : "unknown command") + " \"" + word + "\"" +
               (hint.empty() ? "" : "; " + hint);
    }
    return {};
}

int complain(const CLI::App& app, const CLI::ParseError& e, int argc, char** argv) {
    auto why = unknown_word(app, {argv + 1, argv + argc});
    std::cerr << "postern: " << (why.empty() ? e.what() : why)
              << "\nRun with --help for more information.\n";
    return wrong_usage;
}

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
    raise_limits();
    CLI::App app(summary, "postern");
    arguments given;
    app.footer(statuses);
    app.require_subcommand(1);
    app.set_version_flag("--version", [&] { return version_line(library); });
    add_commands(app, given, library);
    try {
        app.parse(argc, argv);
        return given.work();
    } catch (const CLI::ParseError& e) {
        if (e.get_exit_code() == 0) return app.exit(e); // --help, --version
        return complain(app, e, argc, argv);
    } catch (const std::exception& e) {
        std::cerr << "postern: " << e.what() << "\n";
        return wrong_configuration;
    }
}

}
