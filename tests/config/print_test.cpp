#include "config/report/diagnostic.hpp"
#include "config/report/source_text.hpp"
#include "config/report/suggest.hpp"
#include "tests/support/catch.hpp"

#include <array>

using namespace postern::config;

TEST_CASE("a diagnostic shows its line with a caret") {
    CHECK(
        print(
            {
                severity::error, {"p.toml", 2, 5},
                 "no", "try"
    },
            "a\nb = \"c\"\r\nd"
        ) == "p.toml:2:5: error: no\n"
             "  2 | b = \"c\"\n"
             "    |     ^\n"
             "  hint: try\n"
    );
    CHECK(
        print(
            {
                severity::warning, {"p.toml", 0, 0},
                 "no", ""
    },
            "a"
        ) == "p.toml: warning: no\n"
    );
    CHECK(
        print(
            {
                severity::error, {"p.toml", 9, 1},
                 "no", ""
    },
            "a"
        ) == "p.toml:9:1: error: no\n"
    );
}

TEST_CASE("a caret stands under its character, whatever stands before it") {
    // Characters, not bytes; a tab is one blank; what is escaped counts as what it became.
    CHECK(
        print(
            {
                severity::error, {"p", 1, 4},
                 "x", ""
    },
            "é\t\"€"
        ) == "p:1:4: error: x\n  1 | é \"€\n    |    ^\n"
    );
    CHECK(
        print(
            {
                severity::error, {"p", 1, 3},
                 "x", ""
    },
            "a\x1b!"
        ) == "p:1:3: error: x\n  1 | a\\x1b!\n    |      ^\n"
    );
}

TEST_CASE("a long line is shown around its caret") {
    std::string text = std::string(1000, 'a') + "!" + std::string(1000, 'b');
    auto out = print(
        {
            severity::error, {"p", 1, 1001},
             "x", ""
    },
        text
    );
    CHECK(
        out == "p:1:1001: error: x\n  1 | …" + std::string(60, 'a') + "!" + std::string(59, 'b') +
                   "…\n    | " + std::string(61, ' ') + "^\n"
    );
}

TEST_CASE("nothing in a configuration reaches the terminal raw") {
    CHECK(visible("a\x1b[31m\n\x7f") == "a\\x1b[31m\\x0a\\x7f");
    CHECK(visible("\xff\xc3") == "\\xff\\xc3");
    CHECK(visible("\xc2\x9b") == "\\u009b");             // CSI in one character
    CHECK(visible("\xe2\x80\xae") == "\\u202e");         // turns the direction of writing
    CHECK(visible("\xed\xa0\x80") == "\\xed\\xa0\\x80"); // a surrogate
    CHECK(visible("\xc0\xaf") == "\\xc0\\xaf");          // overlong
    CHECK(visible("grün €😀") == "grün €😀");
    auto out = print(
        {
            severity::error, {"\x1b", 1, 1},
             "\x1b", "\x1b"
    },
        "\x1b"
    );
    CHECK(out.find('\x1b') == out.npos);
}

TEST_CASE("long words are cut in messages, between characters") {
    CHECK(in_quotes("a") == "\"a\"");
    std::string word;
    for (int i = 0; i < 61; ++i)
        word += "é";
    CHECK(in_quotes(word) == "\"" + word.substr(0, 120) + "…\"");
    CHECK(in_quotes(word.substr(0, 120)) == "\"" + word.substr(0, 120) + "\"");
}

TEST_CASE("the nearest word is found, if it is near") {
    constexpr std::array<std::string_view, 4> words{"ssl_ciphers", "starttls", "listen", "on"};
    CHECK(nearest("ssl_cipher", words) == "ssl_ciphers");
    CHECK(nearest("SSL_CIPHERS", words) == "ssl_ciphers");
    CHECK(nearest("strattls", words) == "starttls"); // two letters swapped are one mistake
    CHECK(nearest("lisen", words) == "listen");
    CHECK(nearest("no", words) == "on");
    CHECK(nearest("upstream", words) == "");
    CHECK(nearest("", words) == "");
    CHECK(nearest(std::string(10000, 'l'), words) == "");
    CHECK(did_you_mean("lissten", words) == "did you mean \"listen\"?");
}

TEST_CASE("diagnostics are sorted by place and said once") {
    diagnostic late{
        severity::error, {"p", 2, 1},
         "b", ""
    },
        early{severity::error, {"p", 1, 9}, "a", ""},
        other{severity::warning, {"p", 1, 9}, "a", ""};
    std::vector<diagnostic> all{late, early, other, late, early};
    tidy(all);
    REQUIRE(all.size() == 3);
    CHECK(all[0].text == "a");
    CHECK(all[0].level == severity::error);
    CHECK(all[1].level == severity::warning);
    CHECK(all[2].text == "b");
    CHECK(any_error(all));
    CHECK_FALSE(any_error({other}));
}

TEST_CASE("diagnostics at one place stay in the order in which they were found") {
    std::vector<diagnostic> all(6);
    for (std::size_t n = 0; n < all.size(); ++n) {
        all[n].where.line = 1;
        all[n].text = "zyzaya"[n];
    }
    all[5].hint = "another";
    tidy(all);
    std::string order;
    for (auto& d : all)
        order += d.text + d.hint + " ";
    CHECK(order == "z y a aanother ");
}
