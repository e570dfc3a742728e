#include "config/value/address.hpp"
#include "config/value/cache.hpp"
#include "config/value/http.hpp"
#include "config/value/numbers.hpp"
#include "config/value/texts.hpp"
#include "config/value/words.hpp"
#include "tests/config/support.hpp"
#include "tests/support/catch.hpp"

using namespace postern::config;
using postern::test::read_back;

namespace {

struct row {
    const char *toml, *back; // what it is written back as, or the complaint
};

template <class Kind, std::size_t N> void run(const row (&rows)[N]) {
    for (auto& r : rows) {
        INFO(r.toml);
        CHECK(read_back<Kind>(r.toml) == r.back);
    }
}

constexpr named<int> colours[] = {
    {"red",    1, false},
    {"green",  2, false},
    {"violet", 3, true },
};

class colour_set {
public:
    bool contains(int c) const { return (bits_ >> c & 1u) != 0; }
    void insert(int c) { bits_ |= 1u << c; }

private:
    unsigned bits_ = 0;
};

}

TEST_CASE("flags are on and off, or TOML's booleans") {
    run<flag>({
        {"\"on\"",     "\"on\""                                                    },
        {"\"off\"",    "\"off\""                                                   },
        {"true",       "\"on\""                                                    },
        {"false",      "\"off\""                                                   },
        {"\"true\"",   "\"on\""                                                    },
        {"\"false\"",  "\"off\""                                                   },
        {"[true]",     "\"on\""                                                    },
        {"\"yes\"",    "1:6 error: x: unknown word \"yes\""                        },
        {"\"On\"",     "1:6 error: x: unknown word \"On\""                         },
        {"1",          "1:5 error: x: takes on | off, not the number 1"            },
        {"\"on off\"", "1:9 error: x: too many words: \"off\""                     },
        {"\"\"",       "1:5 error: x: needs on | off"                              },
        {"[]",         "1:5 error: x: takes one value: on | off, not an array"     },
        {"[[true]]",   "1:6 error: x: takes on | off, not an array"                },
        {"1.5",        "1:5 error: x: takes on | off, not a number with a fraction"},
        {"1979-05-27", "1:5 error: x: takes on | off, not a date or time"          },
    });
}

TEST_CASE("numbers are digits within their range") {
    run<number<1, 100>>({
        {"5",                        "5"                                                            },
        {"\"5\"",                    "5"                                                            },
        {"\"007\"",                  "7"                                                            },
        {"100",                      "100"                                                          },
        {"0",                        "1:5 error: x: 0 is out of range"                              },
        {"101",                      "1:5 error: x: 101 is out of range"                            },
        {"-1",                       "1:5 error: x: \"-1\" is not a number"                         },
        {"\"5k\"",                   "1:6 error: x: \"5k\" is not a number"                         },
        {"\"+5\"",                   "1:6 error: x: \"+5\" is not a number"                         },
        {"\"99999999999999999999\"", "1:6 error: x: \"99999999999999999999\" is not a number"       },
        {"true",                     "1:5 error: x: takes a number from 1 to 100, not true or false"},
    });
}

TEST_CASE("sizes have nginx's letters") {
    run<size<512, 1 << 30>>({
        {"\"4096\"",               "\"4k\""                                            },
        {"4096",                   "\"4k\""                                            },
        {"\"4k\"",                 "\"4k\""                                            },
        {"\"4K\"",                 "\"4k\""                                            },
        {"\"10m\"",                "\"10m\""                                           },
        {"\"1M\"",                 "\"1m\""                                            },
        {"\"1g\"",                 "\"1g\""                                            },
        {"1000",                   "1000"                                              },
        {"\"511\"",                "1:6 error: x: 511 is out of range"                 },
        {"\"2g\"",                 "1:6 error: x: 2g is out of range"                  },
        {"\"k\"",                  "1:6 error: x: \"k\" is not a size"                 },
        {"\"4kb\"",                "1:6 error: x: \"4kb\" is not a size"               },
        {"\"-4k\"",                "1:6 error: x: \"-4k\" is not a size"               },
        {"\"99999999999999999g\"", "1:6 error: x: \"99999999999999999g\" is not a size"},
    });
}

TEST_CASE("times have nginx's units, and seconds without one") {
    run<time_of<std::chrono::milliseconds, 0>>({
        {"\"30s\"",                   "\"30s\""                                                    },
        {"30",                        "\"30s\""                                                    },
        {"\"90\"",                    "\"90s\""                                                    },
        {"60",                        "\"1m\""                                                     },
        {"\"500ms\"",                 "\"500ms\""                                                  },
        {"\"1500ms\"",                "\"1500ms\""                                                 },
        {"\"1h 30m\"",                "\"90m\""                                                    },
        {"\"1h30m\"",                 "\"90m\""                                                    },
        {"\"1h 5\"",                  "\"3605s\""                                                  },
        {"\"1d\"",                    "\"1d\""                                                     },
        {"\"2w\"",                    "\"14d\""                                                    },
        {"\"1M\"",                    "\"30d\""                                                    },
        {"\"1y\"",                    "\"365d\""                                                   },
        {"0",                         "\"0s\""                                                     },
        {"\"100y\"",                  "\"36500d\""                                                 },
        {"\"101y\"",                  "1:6 error: x: \"101y\" is no time: is longer than 100 years"},
        {"\"99999999999999999999s\"",
         "1:6 error: x: \"99999999999999999999s\" is no time: is longer than 100 years"            },
        {"\"5 weeks\"",
         "1:6 error: x: \"5 weeks\" is no time: no blank may stand between a number and its unit"  },
        {"\"5 30s\"",
         "1:6 error: x: \"5 30s\" is no time: a number without a unit must be the last"            },
        {"\"5x\"",                    "1:6 error: x: \"5x\" is no time: unknown unit \"x\""        },
        {"\"30m 1h\"",
         "1:6 error: x: \"30m 1h\" is no time: units must go from the largest to the smallest, "
         "each once"                                                                               },
        {"\"1s 1s\"",
         "1:6 error: x: \"1s 1s\" is no time: units must go from the largest to the smallest, each "
         "once"                                                                                    },
        {"\"\"",                      "1:6 error: x: \"\" is no time: is empty"                    },
        {"\"s\"",                     "1:6 error: x: \"s\" is no time: must begin with a digit"    },
        {"-5",                        "1:5 error: x: \"-5\" is no time: must begin with a digit"   },
    });
    run<time_of<std::chrono::seconds, 1000>>({
        {"\"5m\"",     "\"5m\""                                          },
        {"\"2000ms\"", "\"2s\""                                          },
        {"\"1500ms\"", "1:6 error: x: \"1500ms\" is not in whole seconds"},
        {"0",          "1:5 error: x: \"0\" is too short"                },
    });
}

TEST_CASE("a word is one of a table, and a set names each once") {
    run<one_of<colours>>({
        {"\"red\"",    "\"red\""                                                     },
        {"\"RED\"",    "1:6 error: x: unknown word \"RED\""                          },
        {"\"violet\"",
         "1:6 error: x: \"violet\" is a word of nginx that postern does not have yet"},
    });
    run<set_of<colour_set, colours>>({
        {"\"green red\"",        "\"red green\""                                       },
        {"[\"red\"]",            "\"red\""                                             },
        {"[\"red\", \"green\"]", "\"red green\""                                       },
        {"\"red  blue greeen\"",
         "1:11 error: x: unknown word \"blue\"\n1:16 error: x: unknown word \"greeen\""},
        {"[]",                   "1:5 error: x: needs any of red green"                },
    });
    CHECK(read_back<set_of<colour_set, colours>>("\"red red\"") == "\"red\"");
}

TEST_CASE("an address to listen on is a literal or a name, with a port or a range of them") {
    run<listen_kind>({
        {"\"0.0.0.0:993 ssl\"",          "\"0.0.0.0:993 ssl\""                                     },
        {"993",                          "\"0.0.0.0:993\""                                         },
        {"\"993\"",                      "\"0.0.0.0:993\""                                         },
        {"\"*:143\"",                    "\"0.0.0.0:143\""                                         },
        {"\"[::]:993\"",                 "\"[::]:993\""                                            },
        {"\"[0:0::1]:993 ssl\"",         "\"[::1]:993 ssl\""                                       },
        {"\"127.0.0.1:0\"",              "\"127.0.0.1:0\""                                         },
        {"\"127.0.0.1:25 backlog=10\"",  "\"127.0.0.1:25 backlog=10\""                             },
        {"\"unix:/run/p.sock ssl\"",     "\"unix:/run/p.sock ssl\""                                },
        {"[\"127.0.0.1:25\", \"ssl\"]",  "\"127.0.0.1:25 ssl\""                                    },
        {"\"127.0.0.1\"",                "1:6 error: x: \"127.0.0.1\" has no port"                 },
        {"\"*\"",                        "1:6 error: x: \"*\" has no port"                         },
        {"\"[::1]\"",                    "1:6 error: x: \"[::1]\" has no port"                     },
        {"\"::1\"",                      "1:6 error: x: an IPv6 address needs brackets and a port" },
        {"\"[::g]:1\"",                  "1:6 error: x: \"[::g]:1\" is no address"                 },
        {"\"[::1\"",                     "1:6 error: x: \"[::1\" is no address"                    },
        {"\"[::1]x\"",                   "1:6 error: x: \"[::1]x\" is no address"                  },
        {"\"localhost:143\"",            "\"localhost:143\""                                       },
        {"\"mail.example.org:110-112\"", "\"mail.example.org:110-112\""                            },
        {"\"a_b!:143\"",                 "1:6 error: x: \"a_b!\" is neither an address nor a name" },
        {"\"127.1:143\"",                "1:6 error: x: \"127.1\" is neither an address nor a name"},
        {"\"127.0.0.1:65536\"",          "1:6 error: x: \"65536\" is not a port"                   },
        {"\"127.0.0.1:\"",               "1:6 error: x: \"\" is not a port"                        },
        {"\"70000\"",                    "1:6 error: x: \"70000\" is not a port"                   },
        {"\"127.0.0.1:25-30\"",          "\"127.0.0.1:25-30\""                                     },
        {"\"[::1]:25-25 ssl\"",          "\"[::1]:25 ssl\""                                        },
        {"\"*:1-1000\"",                 "\"0.0.0.0:1-1000\""                                      },
        {"\"*:1-1001\"",                 "1:6 error: x: \"1-1001\" are more than 1000 ports"       },
        {"\"*:30-25\"",                  "1:6 error: x: \"30-25\" is not a range of ports"         },
        {"\"*:0-25\"",                   "1:6 error: x: \"0-25\" is not a range of ports"          },
        {"\"*:25-\"",                    "1:6 error: x: \"25-\" is not a range of ports"           },
        {"\"*:25-70000\"",               "1:6 error: x: \"25-70000\" is not a range of ports"      },
        {"\"*:25-26-27\"",               "1:6 error: x: \"25-26-27\" is not a range of ports"      },
        {"\"25 sssl\"",                  "1:9 error: x: unknown parameter \"sssl\""                },
        {"\"25 proxy_protocol ssl\"",    "\"0.0.0.0:25 ssl proxy_protocol\""                       },
        {"\"25 backlog=0\"",             "1:9 error: x: invalid \"backlog=0\""                     },
        {"\"25 backlog=x\"",             "1:9 error: x: invalid \"backlog=x\""                     },
        {"\"unix:\"",                    "1:6 error: x: the file name is empty"                    },
    });
    auto long_path = "\"unix:/" + std::string(120, 'a') + "\"";
    CHECK(
        read_back<listen_kind>(long_path) ==
        "1:6 error: x: a socket's path has at most 107 bytes, this has 121"
    );
}

TEST_CASE("an address to listen on has parameters of nginx, and more") {
    run<listen_kind>({
        {"\"25 bind reuseport\"",            "\"0.0.0.0:25\""                                               },
        {"\"25 rcvbuf=64k sndbuf=1m\"",      "\"0.0.0.0:25 rcvbuf=64k sndbuf=1m\""                          },
        {"\"25 rcvbuf=1\"",                  "1:9 error: x: invalid \"rcvbuf=1\""                           },
        {"\"25 sndbuf=2g\"",                 "1:9 error: x: invalid \"sndbuf=2g\""                          },
        {"\"25 sndbuf\"",                    "1:9 error: x: unknown parameter \"sndbuf\""                   },
        {"\"25 ssl=on\"",                    "1:9 error: x: unknown parameter \"ssl=on\""                   },
        {"\"[::]:25 ipv6only=off\"",         "\"[::]:25 ipv6only=off\""                                     },
        {"\"[::]:25 ipv6only=on\"",          "\"[::]:25\""                                                  },
        {"\"[::]:25 ipv6only=yes\"",         "1:14 error: x: invalid \"ipv6only=yes\""                      },
        {"\"25 so_keepalive=on\"",           "\"0.0.0.0:25\""                                               },
        {"\"25 so_keepalive=off\"",          "\"0.0.0.0:25 so_keepalive=off\""                              },
        {"\"25 so_keepalive=30m::10\"",      "\"0.0.0.0:25 so_keepalive=30m::10\""                          },
        {"\"25 so_keepalive=:75:\"",         "\"0.0.0.0:25 so_keepalive=:75s:\""                            },
        {"\"25 so_keepalive=::\"",           "1:9 error: x: invalid \"so_keepalive=::\""                    },
        {"\"25 so_keepalive=1\"",            "1:9 error: x: invalid \"so_keepalive=1\""                     },
        {"\"25 so_keepalive=500ms::\"",      "1:9 error: x: invalid \"so_keepalive=500ms::\""               },
        {"\"25 so_keepalive=1d::\"",         "1:9 error: x: invalid \"so_keepalive=1d::\""                  },
        {"\"25 so_keepalive=::128\"",        "1:9 error: x: invalid \"so_keepalive=::128\""                 },
        {"\"25 so_keepalive=1:2:3:4\"",      "1:9 error: x: invalid \"so_keepalive=1:2:3:4\""               },
        {"\"25 fastopen=256 ssl deferred\"", "\"0.0.0.0:25 ssl fastopen=256 deferred\""                     },
        {"\"25 fastopen=0\"",                "1:9 error: x: invalid \"fastopen=0\""                         },
        {"\"25 multipath\"",                 "\"0.0.0.0:25 multipath\""                                     },
        {"\"25 setfib=1\"",                  "1:9 error: x: unknown parameter \"setfib=1\""                 },
        {"\"unix:/p rcvbuf=64k bind\"",      "\"unix:/p rcvbuf=64k\""                                       },
        {"\"unix:/p deferred\"",             "1:14 error: x: \"deferred\" is for TCP, not for a Unix socket"},
        {"\"unix:/p so_keepalive=on\"",
         "1:14 error: x: \"so_keepalive=on\" is for TCP, not for a Unix socket"                             },
    });
}

TEST_CASE("an upstream is a host and perhaps a port") {
    run<upstream_kind>({
        {"\"imap.example.org\"",      "\"imap.example.org\""                                                  },
        {"\"imap.example.org:1143\"", "\"imap.example.org:1143\""                                             },
        {"\"192.0.2.1:143\"",         "\"192.0.2.1:143\""                                                     },
        {"\"[2001:DB8::1]:143\"",     "\"[2001:db8::1]:143\""                                                 },
        {"\"[::1]\"",                 "\"[::1]\""                                                             },
        {"\"::1\"",                   "1:6 error: x: an IPv6 address needs brackets"                          },
        {"\"imaps://h\"",             "1:6 error: x: \"imaps://h\": only plain host[:port] so far, no schemes"},
        {"\"unix:/x\"",               "1:6 error: x: an upstream at a Unix socket is not supported yet"       },
        {"\"a b\"",                   "1:6 error: x: \"a b\" is no address"                                   },
        {"\"h:0\"",                   "1:6 error: x: \"0\" is not a port"                                     },
        {"\"h:\"",                    "1:6 error: x: \"\" is not a port"                                      },
        {"\"\"",                      "1:6 error: x: \"\" is no address"                                      },
        {"\"a..b\"",                  "1:6 error: x: \"a..b\" is no address"                                  },
    });
}

TEST_CASE("auth_http is an http address") {
    run<http_kind>({
        {"\"http://127.0.0.1:8080/auth?a=b\"", "\"http://127.0.0.1:8080/auth?a=b\""                        },
        {"\"localhost\"",                      "\"http://localhost:80/\""                                  },
        {"\"HTTP://h/x\"",                     "\"http://h:80/x\""                                         },
        {"\"h?x\"",                            "\"http://h:80/?x\""                                        },
        {"\"[::1]:81/x\"",                     "\"http://[::1]:81/x\""                                     },
        {"\"unix:/run/a.sock\"",               "\"unix:/run/a.sock:/\""                                    },
        {"\"http://unix:/run/a:/auth\"",       "\"unix:/run/a:/auth\""                                     },
        {"\"https://h\"",                      "\"https://h:443/\""                                        },
        {"\"HTTPS://[::1]:8443/x\"",           "\"https://[::1]:8443/x\""                                  },
        {"\"https://unix:/x\"",                "1:6 error: x: \"\" is not a port"                          },
        {"\"http://\"",                        "1:6 error: x: \"http://\" is no http address"              },
        {"\"u@h/\"",                           "1:6 error: x: \"u@h/\" is no http address"                 },
        {"\"h:0/\"",                           "1:6 error: x: \"0\" is not a port"                         },
        {"\"h/a b\"",                          "1:6 error: x: \"/a b\" is no path of an http address"      },
        {"\"h/a\\r\\nX: y\"",                  "1:5 error: x: \"/a\r\nX: y\" is no path of an http address"},
        {"\"h/#x\"",                           "1:6 error: x: \"/#x\" is no path of an http address"       },
        {"\"unix:/a:b\"",                      "1:6 error: x: \"b\" must begin with '/'"                   },
    });
}

TEST_CASE("headers are names and values") {
    run<list_of<header_kind, true>>({
        {"\"X-Key secret\"",                     "[\"X-Key secret\"]"                             },
        {"[\"X-Key a b\", [\"X-B\", \"c  d\"]]", "[[\"X-Key\", \"a b\"], [\"X-B\", \"c  d\"]]"    },
        {"[]",                                   "[]"                                             },
        {"[\"X-Key\", \"secret\"]",
         "1:7 error: x: the header \"X-Key\" has no value\n1:16 error: x: the header \"secret\" "
         "has no value"                                                                           },
        {"\"X:Key v\"",                          "1:6 error: x: \"X:Key\" is no name of a header" },
        {"\"Host evil\"",                        "1:6 error: x: \"Host\" is set by postern itself"},
        {"[[\"X\", \"a\\r\\nY: z\"]]",
         "1:12 error: x: the value holds a control character or more than 4096 bytes"             },
    });
}

TEST_CASE("a session cache has a mode, a zone or both") {
    run<cache_kind>({
        {"\"off\"",                          "\"off\""                                                      },
        {"false",                            "\"off\""                                                      },
        {"\"none\"",                         "\"none\""                                                     },
        {"\"builtin\"",                      "\"builtin:20480\""                                            },
        {"\"builtin:1000\"",                 "\"builtin:1000\""                                             },
        {"\"shared:SSL:10m\"",               "\"shared:SSL:10m\""                                           },
        {"\"builtin:1000 shared:SSL:10m\"",  "\"builtin:1000 shared:SSL:10m\""                              },
        {"\"shared:SSL:32k builtin\"",       "\"builtin:20480 shared:SSL:32k\""                             },
        {"[\"builtin:5\", \"shared:A:1m\"]", "\"builtin:5 shared:A:1m\""                                    },
        {"\"none shared:A:1m\"",             "\"none shared:A:1m\""                                         },
        {"\"shared:A:16k\"",                 "1:6 error: x: session cache \"shared:A:16k\" is too small"    },
        {"\"shared:\"",                      "1:6 error: x: invalid session cache \"shared:\""              },
        {"\"shared\"",                       "1:6 error: x: invalid session cache \"shared\""               },
        {"\"shared:A\"",                     "1:6 error: x: invalid session cache \"shared:A\""             },
        {"\"shared::1m\"",                   "1:6 error: x: invalid session cache \"shared::1m\""           },
        {"\"shared:A:x\"",                   "1:6 error: x: invalid session cache \"shared:A:x\""           },
        {"\"shared:A:5g\"",                  "1:6 error: x: session cache \"shared:A:5g\" is larger than 4g"},
        {"\"builtin:x\"",                    "1:6 error: x: invalid session cache \"builtin:x\""            },
        {"\"builtin:0\"",                    "1:6 error: x: \"builtin:0\": from 1 to 10000000 sessions"     },
        {"\"bultin\"",                       "1:6 error: x: invalid session cache \"bultin\""               },
        {"true",                             "1:5 error: x: invalid session cache \"on\""                   },
        {"\"off none\"",                     "1:10 error: x: \"none\" contradicts \"off\""                  },
        {"\"shared:A:1m shared:B:1m\"",
         "1:18 error: x: \"shared:B:1m\" contradicts \"shared:A:1m\""                                       },
        {"\"off none builtin\"",             "1:15 error: x: too many words: \"builtin\""                   },
    });
}

TEST_CASE("texts and paths hold no control characters") {
    run<plain_text>({
        {"\"HIGH:!aNULL\"",   "\"HIGH:!aNULL\""                                  },
        {"\"a b \\\\ \\\"\"", "\"a b \\\\ \\\"\""                                },
        {"\"\"",              "1:6 error: x: is empty"                           },
        {"\"a\\u0000\"",      "1:5 error: x: holds a control character"          },
        {"true",              "1:5 error: x: takes text, not true or false"      },
        {"5",                 "1:5 error: x: takes text, not the number 5"       },
        {"[\"a\", \"b\"]",    "1:5 error: x: takes one value: text, not an array"},
    });
    run<file_path>({
        {"\"my cert.pem\"", "\"my cert.pem\""                                      },
        {"\"\"",            "1:6 error: x: the file name is empty"                 },
        {"\"a\\n\"",        "1:5 error: x: the file name holds a control character"},
        {"\"data:x\"",
         "1:6 error: x: \"data:\" is something of nginx that postern does not have "
         "yet"                                                                     },
        {"\"engine:e:x\"",
         "1:6 error: x: \"engine:e:x\": \"engine:\" is something of nginx that postern does not "
         "have yet"                                                                },
    });
    run<host_name>({
        {"\"mx-1.example.org\"", "\"mx-1.example.org\""                     },
        {"\"mäx\"",             "1:6 error: x: \"mäx\" is not a host name"},
        {"\"a b\"",              "1:6 error: x: \"a b\" is not a host name" },
        {"\"-a\"",               "1:6 error: x: \"-a\" is not a host name"  },
    });
    run<user_template>({
        {"\"{local}+{domain}\"", "\"{local}+{domain}\""                },
        {"\"{usr}\"",            "1:6 error: x: unknown part \"{usr}\""},
        {"\"a{\"",               "1:6 error: x: unknown part \"{\""    },
        {"\"a}b\"",              "1:6 error: x: unknown part \"}\""    },
    });
}

TEST_CASE("capabilities are words, with blanks only where a line is announced") {
    run<capabilities<false>>({
        {"\"IMAP4rev1 UIDPLUS\"",    "[\"IMAP4rev1\", \"UIDPLUS\"]"             },
        {"[\"IMAP4rev1\", \"X=Y\"]", "[\"IMAP4rev1\", \"X=Y\"]"                 },
        {"[]",                       "[]"                                       },
        {"\"\"",                     "[]"                                       },
        {"[\"a b\"]",                "1:7 error: x: \"a b\" cannot be announced"},
        {"[\"a\", \"é\"]",          "1:12 error: x: \"é\" cannot be announced"},
    });
    run<capabilities<true>>({
        {"[\"SIZE 10240000\", \"8BITMIME\"]", "[\"SIZE 10240000\", \"8BITMIME\"]"                  },
        {"'\"SIZE 10240000\" 8BITMIME'",      "[\"SIZE 10240000\", \"8BITMIME\"]"                  },
        {"\"SIZE 10240000\"",                 "[\"SIZE\", \"10240000\"]"                           },
        {"[\"SIZE\\r\\n250 X\"]",             "1:6 error: x: \"SIZE\r\n250 X\" cannot be announced"},
        {"[\"\"]",                            "1:7 error: x: \"\" cannot be announced"             },
        {"'\"SIZE 1'",                        "1:6 error: x: a quote without its end"              },
    });
}
