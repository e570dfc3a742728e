#include "config/nginx/import.hpp"
#include "config/nginx/words.hpp"
#include "tests/config/support.hpp"
#include "tests/support/catch.hpp"

#include <cerrno>
#include <map>

using namespace postern;

namespace {

// The tokens, each in brackets with its line and column; comments and empty lines as they are.
std::string cut(std::string_view text) {
    config::nginx_words words(text, "f");
    std::string out;
    for (;;) {
        auto token = words.next();
        if (token.what == config::nginx_token::end) return out;
        auto at = std::to_string(token.where.line) + ":" + std::to_string(token.where.column);
        if (token.what == config::nginx_token::broken) return out + at + " " + token.text;
        out += token.what == config::nginx_token::empty_line ? "~ "
               : token.what == config::nginx_token::comment  ? token.text + " "
                                                             : at + "[" + token.text + "] ";
    }
}

struct row {
    const char* about;
    std::string text, tokens;
};

using sources = std::map<std::string, std::string>;

// What import says of files, of which "n" is the main one.
std::string say(const sources& all) {
    config::nginx_files files{
        [&](const std::string& path) {
            auto at = all.find(path);
            if (at == all.end()) return config::file_answer{nullptr, ENOENT};
            return config::file_answer{std::make_shared<const secret>(at->second), 0};
        },
        [&](const std::string&) {
            std::vector<std::string> out;
            for (auto& [name, text] : all)
                if (name.starts_with("d/")) out.push_back(name);
            return out;
        }};
    return test::summary(config::import_nginx("n", "/p", files).diagnostics);
}

const std::string server = "auth_http 127.0.0.1:1; smtp_auth none; server { listen 127.0.0.1:25; }";

}

TEST_CASE("an nginx.conf is cut into words as nginx does") {
    const row rows[] = {
        {"words",                     "a b;\n c\td;",       "1:1[a] 1:3[b] 1:4[;] 2:2[c] 2:4[d] 2:5[;] "                     },
        {"no blanks are needed",      "a{b;}",              "1:1[a] 1:2[{] 1:3[b] 1:4[;] 1:5[}] "                            },
        {"quotes",                    "a \"b c\" 'd;e';",   "1:1[a] 1:3[b c] 1:9[d;e] 1:14[;] "                              },
        {"a quote inside a word",     "a b\"c;",            "1:1[a] 1:3[b\"c] 1:6[;] "                                       },
        {"escapes, in quotes",        R"(a "\"\'\\\t\d";)", "1:1[a] 1:3[\"'\\\t\\d] 1:15[;] "                                },
        {"and without",               R"(a \"b\;c\ d;)",    "1:1[a] 1:3[\"b\\;c\\ d] 1:12[;] "                               },
        {"an empty word",             "a '';",              "1:1[a] 1:3[] 1:5[;] "                                           },
        {"a line in quotes",          "a 'b\nc';",          "1:1[a] 1:3[b\nc] 2:3[;] "                                       },
        {"a comment",                 "a b#c # d\n;",       "1:1[a] 1:3[b#c] # d 2:1[;] "                                    },
        {"empty lines",               "a;\n \n\t\nb;",      "1:1[a] 1:2[;] ~ ~ 4:1[b] 4:2[;] "                               },
        {"a brace in a word",         "a b}c;",             "1:1[a] 1:3[b}c] 1:6[;] "                                        },
        {"a variable's brace",        "a ${b}c{",           "1:1[a] 1:3[${b}c] 1:8[{] "                                      },
        {"and its braces",            "a x${{y;",           "1:1[a] 1:3[x${{y] 1:8[;] "                                      },
        {"no variable",               "a $ {",              "1:1[a] 1:3[$] 1:5[{] "                                          },
        {"columns are of characters", "ä \"ö\" ü;",      "1:1[ä] 1:3[ö] 1:7[ü] 1:8[;] "                                },
        {"a parenthesis",             "a 'b')c;",           "1:1[a] 1:3[b] 1:6[)c] 1:8[;] "                                  },
        {"behind quotes",             "a 'b'c;",            "1:1[a] 1:3[b] 1:6 unexpected \"c\" behind a quoted word"        },
        {"a quote without end",
         "a 'b;\n",                                         "1:1[a] 1:3 unexpected end of file, expecting ' to end this word"},
        {"a word without end",
         "a b",                                             "1:1[a] 1:4 unexpected end of file, expecting \";\" or \"}\""    },
        {"an escape without end",
         "a \\",                                            "1:1[a] 1:4 unexpected end of file, expecting \";\" or \"}\""    },
    };
    for (auto& r : rows) {
        INFO(r.about);
        CHECK(cut(r.text) == r.tokens);
    }
}

TEST_CASE("words and comments of nginx have at most 4095 bytes") {
    std::string longest(4095, 'x');
    CHECK(cut(longest + ";") == "1:1[" + longest + "] 1:4096[;] ");
    CHECK(cut(longest + "x;") == "1:1 too long parameter, it begins with \"xxxxxxxxxx\"");
    CHECK(cut("'" + longest.substr(1) + "';").ends_with("[;] "));
    CHECK(cut("'" + longest + "';").ends_with("probably missing terminating '"));
    CHECK(cut("#" + longest.substr(1)).starts_with("#x"));
    CHECK(cut("#" + longest + "\n").starts_with("1:1 too long parameter"));
    CHECK(cut(std::string(9000, ' ') + "a;") == "1:9001[a] 1:9002[;] ");
}

TEST_CASE("Lua code is passed over") {
    for (auto code :
         {" a = {} }",
          " -- }\n }",
          " --[[ } ]] }",
          " '}' .. \"\\\"}\" }",
          " [==[ ]] } ]==] }",
          "}"}) {
        INFO(code);
        auto text = std::string(code) + "b;";
        config::nginx_words words(text, "f");
        REQUIRE(words.skip_lua());
        CHECK(words.next().text == "b");
    }
    for (auto code : {" { }", " [[ }", " -- }", " '}\\"}) {
        INFO(code);
        config::nginx_words words(code, "f");
        CHECK(!words.skip_lua());
    }
}

TEST_CASE("files of nginx are bounded, and an include finds its files") {
    auto deep = [](std::size_t n) {
        std::string out = "http ";
        for (std::size_t i = 0; i < n; ++i)
            out += "{ a ";
        return out + ";";
    };
    sources chain;
    for (int i = 0; i < 30; ++i)
        chain[i == 0 ? "n" : "c" + std::to_string(i)] = "include c" + std::to_string(i + 1) + ";";
    std::string many;
    for (int i = 0; i < 100001; ++i)
        many += "a;\n";
    CHECK(
        say({
            {"n",   "mail { include d/*; }"                          },
            {"d/1", "auth_http 127.0.0.1:1;"                         },
            {"d/2", "smtp_auth none; server { listen 127.0.0.1:25; }"}
    }) == ""
    );
    CHECK(
        say({
            {"n", "include m;"            },
            {"m", "mail {" + server + "} "}
    }) == ""
    );
    CHECK(
        say({
            {"n", "include x;"}
    }) == "1:9 error: cannot read \"x\": No such file or directory"
    );
    CHECK(
        say({
            {"n", "include n;"}
    }) == "1:9 error: \"n\" includes itself"
    );
    CHECK(
        say({
            {"n", "include a b;"}
    }) ==
        "1:1 error: invalid number of arguments in \"include\" directive"
    );
    CHECK(say(chain) == "1:9 error: files include each other more than 20 deep");
    CHECK(
        say({
                {"n", deep(40)}
    }
        ).find("more than 32 deep") != std::string::npos
    );
    CHECK(
        say({
            {"n", many}
    }) == "100001:1 error: more than 200000 words"
    );
    CHECK(
        say({
            {"n", "http { include nothing; } mail {" + server + "}"}
    }) ==
        "1:1 note: \"http\" is left to nginx: postern takes mail"
    );
    CHECK(
        say({
            {"n", "events {"}
    }) == "1:9 error: unexpected end of file, expecting \"}\""
    );
    CHECK(
        say({
            {"n", "} "}
    }) == "1:1 error: unexpected \"}\""
    );
    CHECK(
        say({
            {"n", "user a"}
    }) == "1:7 error: unexpected end of file, expecting \";\" or \"}\""
    );
    CHECK(
        say({
            {"n", ""}
    }) == "error: there is no \"mail\" block"
    );
    CHECK(say({}) == "error: cannot read \"n\": No such file or directory");
}

TEST_CASE("a private key that stands in nginx.conf is in no message") {
    sources all{
        {"n",
         "mail { auth_http 127.0.0.1:1; server { listen 127.0.0.1:993 ssl;\n"
         "ssl_certificate_key \"data:-----BEGIN PRIVATE KEY-----\\nSECRET\"; } }"}
    };
    config::nginx_files files{
        [&](const std::string& path) {
            return config::file_answer{std::make_shared<const secret>(all[path]), 0};
        },
        [](auto&) { return std::vector<std::string>(); }};
    auto got = config::import_nginx("n", "", files);
    REQUIRE(!got.diagnostics.empty());
    for (auto& d : got.diagnostics)
        CHECK(config::print(d, got.texts[d.where.file]).find("SECRET") == std::string::npos);
    CHECK(got.toml.find("SECRET") == std::string::npos);
    CHECK(!got.whole);
}
