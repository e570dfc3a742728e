#pragma once

#include "config/report/findings.hpp"
#include "config/source/tree.hpp"
#include "config/value/folder.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace postern::config {

// One word of a value, as nginx cuts them.
struct word {
    std::string text;
    place where;
};

// What reading a value may know besides the words, and where it complains. Complaints begin with
// the directive's name.
class reading {
public:
    reading(std::string_view directive, const folder& base, findings& out)
        : base_(base), directive_(directive), out_(out) {}

    const folder& base() const { return base_; }
    // Always false, so that a reader may end with `return in.refuse(…)`.
    bool refuse(const place&, const std::string& text, std::string hint = {});
    void warn(const place&, const std::string& text, std::string hint = {});

private:
    const folder& base_;
    std::string_view directive_;
    findings& out_;
};

enum accepts : unsigned { only_text = 0, booleans = 1, integers = 2 };

// What a kind of value looks like from outside, before anybody knows what it means.
struct shape {
    bool split = true;            // text is cut into words at blanks; else it is one word whole
    unsigned also = only_text;    // what TOML may give besides text
    std::size_t least = 1;        // words
    std::size_t most = 1;         // words
    std::string (*syntax)() = {}; // "on | off"
};

// The words of one value. In an array each element is a word, never cut. False after a complaint.
bool take_words(const value&, const shape&, reading&, std::vector<word>& out);

// The values of a directive that may have several: the elements of an array, or the one value.
std::span<const value> values_of(const value&);

// What was read, written back: the words of each value.
struct written {
    enum { single, words, list } form = single;   // words: one value, an array of its words
    bool split = true;                            // the kind cuts text into words
    std::vector<std::vector<std::string>> values; // single and nothing here: not set
    bool bare = false;                            // a TOML integer would do
};

// As the right side of a TOML line. Empty when not set.
std::string to_toml(const written&);

// The words of one value: a string when they can be told apart in it again, else an array of them.
std::string words_to_toml(const std::vector<std::string>& words, bool split);

// A TOML string with quotes.
std::string toml_string(std::string_view);

}
