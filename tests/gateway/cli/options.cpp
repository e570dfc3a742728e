#include "gateway/cli/options.hpp"

#include "tests/support/catch.hpp"

#include <iostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

using namespace postern;

namespace {

class no_library : public tls::backend {
public:
    std::string_view name() const override { return "NoTLS"; }
    std::string version() const override { return "9.9"; }
    std::span<const tls::capability> capabilities() const override { return can_; }
    const tls::crypto& primitives() const override { throw std::logic_error("no library"); }
    tls::compiled
    compile(const config::tls_settings&, std::string_view, const tls::session_services&)
        const override {
        return {};
    }
    std::unique_ptr<tls::signing_key> load_key(const secret&, const std::vector<secret>&)
        const override {
        return nullptr;
    }
    std::shared_ptr<const tls::verifier> trusting(tls::trust) const override { return nullptr; }
    tls::compiled_client compile_client(const config::proxy_tls_settings&, std::string_view)
        const override {
        return {};
    }

private:
    std::vector<tls::capability> can_{
        {"ssl_protocols", "TLSv1.3", tls::support::full,   {}             },
        {"ssl_protocols", "SSLv3",   tls::support::absent, "it is too old"},
    };
};

struct outcome {
    int status;
    std::string out, err;
};

outcome run(std::vector<std::string> words) {
    words.insert(words.begin(), "postern");
    std::vector<char*> argv;
    for (auto& w : words)
        argv.push_back(w.data());
    std::ostringstream out, err;
    auto real_out = std::cout.rdbuf(out.rdbuf()), real_err = std::cerr.rdbuf(err.rdbuf());
    auto status = gateway::run_program(static_cast<int>(argv.size()), argv.data(), no_library());
    std::cout.rdbuf(real_out);
    std::cerr.rdbuf(real_err);
    return {status, out.str(), err.str()};
}

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

struct row {
    const char* about;
    std::vector<std::string> words;
    int status;
    const char *out, *err;
};
const row rows[] = {
    {"the version, short",           {"--version"},                         0, "NoTLS 9.9",                 ""                                                 },
    {"the version, long",            {"version"},                           0, "it is too old",             ""                                                 },
    {"help",                         {"--help"},                            0, "directives",                ""                                                 },
    {"help of a command",            {"run", "--help"},                     0, "--config",                  ""                                                 },
    {"nothing",                      {},                                    2, "",                          "--help"                                           },
    {"an unknown command",           {"chek"},                              2, "",                          "unknown command \"chek\"; did you mean \"check\"?"},
    {"nothing is near it",           {"frobnicate"},                        2, "",                          "unknown command \"frobnicate\"\n"                 },
    {"an unknown option",            {"run", "--confg", "x"},               2, "",                          "did you mean \"--config\"?"                       },
    {"an option without value",      {"run", "-c"},                         2, "",                          "--help"                                           },
    {"a value in the same word",
     {"check", "--config=/nowhere/x.toml"},
     1,                                                                        "",
     "/nowhere/x.toml: error: "                                                                                                                                },
    {"a letter and its value",       {"check", "-c/nowhere/x.toml"},        1, "",                          "/nowhere/x.toml: error: "                         },
    {"an option twice",              {"check", "-c", "a", "--config", "b"}, 2, "",                          "--config is given twice"                          },
    {"an unknown letter",            {"run", "-x"},                         2, "",                          "unknown option \"-x\""                            },
    {"an empty value",               {"check", "--config="},                2, "",                          "--config needs a FILE"                            },
    {"an option behind a word",
     {"directives", "ssl_protocols", "-h"},
     0,                                                                        "Usage: postern directives",
     ""                                                                                                                                                        },
    {"a flag with a value",          {"check", "--quick=yes"},              2, "",                          "--quick takes no value"                           },
    {"an option elsewhere",          {"--quick"},                           2, "",                          "unknown option \"--quick\""                       },
    {"one word too many",            {"version", "x"},                      2, "",                          "\"x\" is one word too many"                       },
    {"a child without its socket",   {"signer"},                            2, "",                          "SOCKET is missing"                                },
    {"one directive",                {"directives", "ssl_protocols"},       0, "TLSv1.3",                   ""                                                 },
    {"all directives",               {"directives"},                        0, "starttls",                  ""                                                 },
    {"an unknown directive",
     {"directives", "ssl_protocls"},
     1,                                                                        "",
     "did you mean \"ssl_protocols\"?"                                                                                                                         },
    {"no such file",                 {"check", "-c", "/nowhere/x.toml"},    1, "",                          "/nowhere/x.toml: error: "                         },
    {"no such file to dump",         {"dump", "-c", "/nowhere/x.toml"},     1, "",                          "/nowhere/x.toml: error: "                         },
    {"completions",                  {"completions", "bash"},               0, "ssl_session_cache",         ""                                                 },
    {"completions of another shell", {"completions", "elvish"},             2, "",                          "elvish"                                           },
    {"a worker without master",      {"worker", "999"},                     2, "",                          "postern run"                                      },
};

}

TEST_CASE("each command line has its status and its words") {
    auto row = GENERATE(from_range(std::begin(rows), std::end(rows)));
    DYNAMIC_SECTION(row.about) {
        auto done = run(row.words);
        CHECK(done.status == row.status);
        CHECK(has(done.out, row.out));
        CHECK(has(done.err, row.err));
        CHECK(done.out.empty() == std::string_view(row.out).empty());
        CHECK(done.err.empty() == std::string_view(row.err).empty());
    }
}

TEST_CASE("the hidden command stays hidden") { CHECK_FALSE(has(run({"--help"}).out, "worker ")); }
