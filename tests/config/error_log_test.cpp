#include "config/report/dump.hpp"
#include "config/value/log_target.hpp"
#include "tests/config/support.hpp"
#include "tests/support/catch.hpp"

using namespace postern;
using config::log_level;

namespace {

std::string names(const config::error_targets& all) {
    std::string out;
    for (auto& t : all)
        out += config::name_of(t.where) + " " + std::to_string(static_cast<int>(t.least)) + "; ";
    return out;
}

struct row {
    const char *written, *back;
};

const row error_logs[] = {
    {R"("stderr")",                                                                  R"(["stderr error"])"                                         },
    {R"("mail.log debug")",                                                          R"(["mail.log debug"])"                                       },
    {R"("off")",                                                                     R"(["off error"])"                                            },
    {R"(["a crit", "b emerg", "c alert"])",                                          R"(["a error", "b error", "c error"])"                        },
    {R"(["stderr warn", "/var/log/all info"])",                                      R"(["stderr warn", "/var/log/all info"])"                     },
    {R"([["my log", "debug"]])",                                                     R"([["my log", "debug"]])"                                    },
    {R"("syslog:server=192.0.2.1 notice")",                                          R"(["syslog:server=192.0.2.1 notice"])"                       },
    {R"("syslog:server=192.0.2.1:514")",                                             R"(["syslog:server=192.0.2.1 error"])"                        },
    {R"("syslog:server=[2001:DB8::1]:5514,facility=mail,tag=gw_1,nohostname info")",
     R"(["syslog:server=[2001:db8::1]:5514,facility=mail,tag=gw_1,nohostname info"])"                                                              },
    {R"("syslog:server=logs.example.org,facility=local7,tag=postern")",
     R"(["syslog:server=logs.example.org error"])"                                                                                                 },
    {R"("syslog:tag=x,server=unix:/dev/log")",                                       R"(["syslog:server=unix:/dev/log,tag=x error"])"              },
    {R"("syslog:facility=mail")",                                                    "1:6 error: x: no collector is named"                         },
    {R"("syslog:")",                                                                 "1:6 error: x: unknown parameter \"\""                        },
    {R"("syslog:server=")",                                                          "1:6 error: x: \"\" is no address"                            },
    {R"("syslog:server=unix:")",                                                     "1:6 error: x: the file name is empty"                        },
    {R"("syslog:server=h,server=i")",                                                "1:6 error: x: \"server\" is there twice"                     },
    {R"("syslog:server=2001:db8::1")",                                               "1:6 error: x: an IPv6 address needs brackets"                },
    {R"("syslog:server=h:0")",                                                       "1:6 error: x: \"0\" is not a port"                           },
    {R"("syslog:server=h,tag=a-b")",                                                 "1:6 error: x: \"a-b\" is no tag"                             },
    {R"("syslog:server=h,tag=")",                                                    "1:6 error: x: \"\" is no tag"                                },
    {R"("syslog:server=h,tag=a23456789012345678901234567890123")",
     "1:6 error: x: \"a23456789012345678901234567890123\" is no tag"                                                                               },
    {R"("syslog:server=h,facility=local8")",                                         "1:6 error: x: unknown facility \"local8\""                   },
    {R"("syslog:server=h,nohostname=on")",                                           "1:6 error: x: unknown parameter \"nohostname=on\""           },
    {R"("debug")",                                                                   "1:6 error: x: \"debug\" is a level without a file before it" },
    {R"(["mail.log", "debug"])",                                                     "1:19 error: x: \"debug\" is a level without a file before it"},
    {R"("a loud")",                                                                  "1:8 error: x: unknown word \"loud\""                         },
    {R"("memory:32m debug")",
     "1:6 error: x: \"memory:32m\": \"memory:\" is something of nginx that postern does not have "
     "yet"                                                                                                                                         },
    {R"([])",                                                                        "1:5 error: x: needs stderr"                                  },
};

const row access_logs[] = {
    {R"("off")",                                          R"("off")"                               },
    {R"("a b")",                                          R"("a b")"                               },
    {R"("syslog:server=192.0.2.1,severity=debug,tag=a")",
     R"("syslog:server=192.0.2.1,severity=debug,tag=a")"                                           },
    {R"("syslog:server=192.0.2.1,severity=info")",        R"("syslog:server=192.0.2.1")"           },
    {R"("syslog:server=h,severity=loud")",                "1:6 error: x: unknown severity \"loud\""},
};

}

TEST_CASE("targets of logs are read as nginx reads them, and written back") {
    for (auto& r : error_logs) {
        INFO(r.written);
        auto back = test::read_back<config::list_of<config::error_log_kind>>(r.written);
        CHECK(back.substr(0, std::string_view(r.back).size()) == r.back);
        if (back.starts_with('['))
            CHECK(test::read_back<config::list_of<config::error_log_kind>>(back) == back);
    }
    for (auto& r : access_logs) {
        INFO(r.written);
        CHECK(test::read_back<config::access_log_kind>(r.written) == r.back);
    }
}

TEST_CASE("an inner error_log replaces all of an outer one") {
    auto text = R"(
error_log = ["top", "stderr debug"]
[mail]
upstream = "127.0.0.1:1143"
error_log = ["mail warn", "both info"]
[[mail.server]]
listen = 143
[[mail.server]]
listen = 144
protocol = "imap"
error_log = "own debug"
)";
    auto got = test::load(text);
    INFO(test::summary(got.diagnostics));
    REQUIRE(got.made);
    CHECK(names(got.made->log.error) == "top 4; stderr 0; ");
    CHECK(names(got.made->servers[0].error_log) == "mail 3; both 1; ");
    CHECK(names(got.made->servers[1].error_log) == "own 0; ");
    auto all = config::dump(got);
    CHECK(all.find("\nerror_log = [\"mail warn\", \"both info\"]  # postern.toml:5\n") != all.npos);
    CHECK(all.find("\nerror_log = [\"own debug\"]  # postern.toml:11\n") != all.npos);
}

TEST_CASE("a file with the name of something else is written back whole") {
    for (auto name : {"stderr", "off", "syslog:server=h", "memory:1"}) {
        auto text = "error_log = \"/etc/" + std::string(name) + "\"\n" + test::server_with("");
        auto got = config::load(text, "/etc/p.toml", test::read_fake);
        REQUIRE(got.made);
        auto again = config::load(config::dump(got), "/etc/p.toml", test::read_fake);
        REQUIRE(again.made);
        CHECK(again.made->log.error == got.made->log.error);
        CHECK(again.made->log.error[0].where.file == "/etc/" + std::string(name));
    }
}

TEST_CASE("without an error_log of its own a server has the program's") {
    auto got = test::load(test::server_with(""));
    REQUIRE(got.made);
    CHECK(got.made->servers[0].error_log.empty());
    CHECK(names(got.made->log.error) == "stderr 2; ");
    auto all = config::dump(got);
    CHECK(all.find("error_log") == all.rfind("error_log"));
}

TEST_CASE("what is odd about targets is said") {
    test::check(
        "twice",
        "error_log = [\"a\", \"b\", \"a debug\"]\n" + test::server_with(""),
        "1:1 warning: error_log: \"a\" is named twice; each line goes there once, if either level "
        "lets it through"
    );
    test::check(
        "severity of an error log",
        "error_log = \"syslog:server=192.0.2.1,severity=info\"\n" + test::server_with(""),
        "1:14 warning: error_log: severity has no effect: each line has that of its level"
    );
    std::string many = "error_log = [";
    for (int i = 0; i < 256; ++i)
        many += "\"log" + std::to_string(i) + "\", ";
    test::check(
        "too many",
        many + "]\n" + test::server_with(""),
        "1:1 error: error_log: more than 256 targets in all, and every process holds each of them "
        "open"
    );
}
