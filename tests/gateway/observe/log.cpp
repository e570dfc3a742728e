#include "gateway/observe/log.hpp"

#include "gateway/observe/access_line.hpp"
#include "gateway/observe/line.hpp"
#include "protocols/io/errc.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/certificates.hpp"

#include <algorithm>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <sys/resource.h>
#include <unistd.h>

using namespace postern;
using gateway::line;
using style = config::log_settings::style;

namespace {

constexpr std::chrono::system_clock::time_point moment{std::chrono::milliseconds(1763839396123)};

// One value on a line of its own, without what is the same everywhere.
std::string written(style s, std::string_view value) {
    line l(s, moment);
    l.add("k", value);
    auto text = l.finish();
    auto from = text.find(s == style::json ? "\"k\":" : " k=");
    auto behind = text.substr(from + (s == style::json ? 4 : 3));
    return behind.substr(0, behind.size() - (s == style::json ? 2 : 1));
}

struct row {
    const char* about;
    std::string_view value, text, json;
};
using namespace std::string_view_literals;
const row rows[] = {
    {"a word",                 "alice"sv,             "alice",                 R"("alice")"             },
    {"an address",             "[2001:db8::1]:993"sv, "[2001:db8::1]:993",     R"("[2001:db8::1]:993")" },
    {"nothing",                ""sv,                  R"("")",                 R"("")"                  },
    {"a space",                "a b"sv,               R"("a b")",              R"("a b")"               },
    {"a forged field",         "a user=root"sv,       R"("a user=root")",      R"("a user=root")"       },
    {"an equals sign",         "a=b"sv,               R"("a=b")",              R"("a=b")"               },
    {"quotes",                 "a\"b\\"sv,            R"("a\"b\\")",           R"("a\"b\\")"            },
    {"a forged line",
     "a\r\nevent=login"sv,                            R"("a\r\nevent=login")",
     R"("a\u000d\u000aevent=login")"                                                                    },
    {"a NUL",                  "a\0b"sv,              R"("a\x00b")",           R"("a\u0000b")"          },
    {"an escape sequence",     "\x1b[2J"sv,           R"("\x1b[2J")",          R"("\u001b[2J")"         },
    {"DEL",                    "\x7f"sv,              R"("\x7f")",             R"("\u007f")"            },
    {"UTF-8",                  "j\xc3\xbcrg"sv,       R"("j\xc3\xbcrg")",      "\"j\xc3\xbcrg\""        },
    {"broken UTF-8",           "\xc3(\xff"sv,         R"("\xc3(\xff")",        R"("\ufffd(\ufffd")"     },
    {"an overlong slash",      "\xc0\xaf"sv,          R"("\xc0\xaf")",         R"("\ufffd\ufffd")"      },
    {"a surrogate",            "\xed\xa0\x80"sv,      R"("\xed\xa0\x80")",     R"("\ufffd\ufffd\ufffd")"},
    {"a line separator",       "\xe2\x80\xa8"sv,      R"("\xe2\x80\xa8")",     R"("\u2028")"            },
    {"a direction override",   "\xe2\x80\xae"sv,      R"("\xe2\x80\xae")",     R"("\u202e")"            },
    {"a C1 next line",         "\xc2\x85"sv,          R"("\xc2\x85")",         R"("\u0085")"            },
    {"beyond the first plane",
     "\xf0\x9f\x93\xac"sv,                            R"("\xf0\x9f\x93\xac")",
     "\"\xf0\x9f\x93\xac\""                                                                             },
    {"beyond Unicode",
     "\xf4\x90\x80\x80"sv,                            R"("\xf4\x90\x80\x80")",
     R"("\ufffd\ufffd\ufffd\ufffd")"                                                                    },
};

struct pipe_pair {
    int in, out;
    pipe_pair() {
        int fds[2];
        if (::pipe2(fds, O_NONBLOCK) != 0) throw std::runtime_error("no pipe");
        in = fds[0];
        out = fds[1];
    }
    ~pipe_pair() {
        ::close(in);
        ::close(out);
    }
    std::string read() {
        std::string room(65536, '\0');
        auto got = ::read(in, room.data(), room.size());
        return got < 0 ? "" : room.substr(0, static_cast<std::size_t>(got));
    }
};

}

TEST_CASE("a log value cannot break its line, whatever it holds") {
    auto row = GENERATE(from_range(std::begin(rows), std::end(rows)));
    INFO(row.about);
    CHECK(written(style::text, row.value) == row.text);
    CHECK(written(style::json, row.value) == row.json);
}

TEST_CASE("every byte leaves a log line printable and of one line") {
    for (int c = 0; c < 256; ++c) {
        std::string value = "a" + std::string(1, static_cast<char>(c)) + "b";
        for (auto s : {style::text, style::json}) {
            auto out = written(s, value);
            for (char o : out)
                CHECK((o >= ' ' && o < 0x7f));
        }
    }
}

TEST_CASE("a long value is cut, never inside an escape, and a line never exceeds its limit") {
    for (auto s : {style::text, style::json}) {
        auto out = written(s, std::string(5000, '\n'));
        CHECK(out.size() <= line::value_limit + 2);
        auto unit = s == style::text ? std::string("\\n") : std::string("\\u000a");
        REQUIRE(out.ends_with("...\""));
        auto inner = out.substr(1, out.size() - 5);
        CHECK(inner.size() % unit.size() == 0);
        line l(s, moment);
        for (int i = 0; i < 40; ++i)
            l.add("k" + std::to_string(i), std::string(400, '\x01'));
        auto text = l.finish();
        CHECK(text.size() <= line::limit);
        CHECK(text.find(s == style::text ? " cut=yes\n" : ",\"cut\":\"yes\"}\n") != text.npos);
    }
}

TEST_CASE("times are UTC with milliseconds") {
    CHECK(gateway::timestamp(moment) == "2025-11-22T19:23:16.123Z");
    CHECK(gateway::timestamp({}) == "1970-01-01T00:00:00.000Z");
}

TEST_CASE("a log writes what is grave enough, each event as one line") {
    pipe_pair errors, visits;
    gateway::log l(errors.out, visits.out, config::log_level::warn, style::text);
    l.event(config::log_level::notice, "not this one");
    CHECK(errors.read().empty());
    l.event(
        config::log_level::error,
        "upstream failed",
        {
            {"user", "a\nb"}
    }
    );
    auto text = errors.read();
    CHECK(text.find(" level=error event=\"upstream failed\" user=\"a\\nb\"\n") == 29);
    l.access(
        "login",
        {
            {"session", "1"}
    }
    );
    CHECK(visits.read().find(" event=login session=1\n") != std::string::npos);

    l.reopen(errors.out, -1, config::log_level::debug, style::json);
    l.access("login", {});
    CHECK(visits.read().empty());
    l.event(config::log_level::debug, "now it is");
    CHECK(
        errors.read().find("\"level\":\"debug\",\"event\":\"now it is\"}\n") != std::string::npos
    );
}

TEST_CASE("a record becomes the fields of its two lines") {
    gateway::record r;
    r.session = "0011";
    r.client = "192.0.2.7:4711";
    r.listener = "0.0.0.0:993 ssl";
    r.user = "alice";
    r.mechanism = "PLAIN";
    r.upstream = "127.0.0.1:143";
    r.end = {gateway::party::client, make_error_code(errc::closed)};
    r.detail = "more";
    tls::facts tls{"TLSv1.3", "TLS_AES_128_GCM_SHA256", "imap.example.org", "imap", true};
    std::string all;
    for (auto& f : gateway::end_fields(r, &tls, 12, 34))
        all += std::string(f.key) + "=" + f.value + "|";
    CHECK(
        all.starts_with("session=0011|client=192.0.2.7:4711|listener=0.0.0.0:993 ssl|protocol=imap|"
                        "tls=TLSv1.3|cipher=TLS_AES_128_GCM_SHA256|resumed=yes|"
                        "sni=imap.example.org|user=alice|mechanism=PLAIN|upstream=127.0.0.1:143|"
                        "bytes_in=12|bytes_out=34|duration=")
    );
    CHECK(all.ends_with("|ended_by=client|reason=" + gateway::reason_of(r) + "|"));
    CHECK(gateway::reason_of(r).ends_with(": more"));

    gateway::record nobody;
    for (auto& f : gateway::end_fields(nobody, nullptr, 0, 0))
        CHECK((f.key != "user" && f.key != "upstream" && f.key != "cipher"));
}

TEST_CASE("session ids do not repeat") {
    auto a = gateway::new_session_id(), b = gateway::new_session_id();
    CHECK(a.size() == 16);
    CHECK(a != b);
}

TEST_CASE("a log that takes no more is told of in the other one, and how much was lost when it does"
) {
    pipe_pair error, access;
    gateway::log out(error.out, access.out, config::log_level::notice, style::text);
    auto full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
    REQUIRE(full >= 0);
    out.reopen(error.out, full, config::log_level::notice, style::text);
    for (int i = 0; i < 3; ++i)
        out.access("login", {});
    auto said = error.read();
    CHECK(
        said.find(
            "level=error event=\"a log cannot be written, its lines are lost\" log=access_log "
            "error=\"No space left on device\""
        ) != said.npos
    );
    CHECK(std::count(said.begin(), said.end(), '\n') == 1);
    out.reopen(error.out, access.out, config::log_level::notice, style::text);
    out.access("login", {});
    out.access("login", {});
    said = error.read();
    CHECK(
        said.find("event=\"a log can be written again\" log=access_log lines_lost=3\n") != said.npos
    );
    CHECK(std::count(said.begin(), said.end(), '\n') == 1);
    said = access.read();
    CHECK(std::count(said.begin(), said.end(), '\n') == 2);
    ::close(full);
}

TEST_CASE("a line that was torn by a full disk does not swallow the next one") {
    test::temp_dir folder;
    auto path = folder.path() / "log";
    auto file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    REQUIRE(file >= 0);
    gateway::log out(file, -1, config::log_level::notice, style::text);
    auto before = std::signal(SIGXFSZ, SIG_IGN);
    rlimit usual{};
    ::getrlimit(RLIMIT_FSIZE, &usual);
    auto room = [&usual](rlim_t bytes) {
        rlimit now{bytes, usual.rlim_max};
        return ::setrlimit(RLIMIT_FSIZE, &now) == 0;
    };
    REQUIRE(room(20));
    for (int i = 0; i < 3; ++i)
        out.event(config::log_level::notice, "lost");
    REQUIRE(room(usual.rlim_cur));
    out.event(config::log_level::notice, "next");
    std::signal(SIGXFSZ, before);
    ::close(file);
    std::ifstream written(path);
    std::string first, second, third;
    std::getline(written, first);
    std::getline(written, second);
    std::getline(written, third);
    CHECK(first.size() == 20);
    CHECK(second.ends_with(" level=notice event=next"));
    CHECK(third.find("log=error_log lines_lost=3") != third.npos);
}
