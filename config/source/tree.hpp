#pragma once

#include "config/report/diagnostic.hpp"

#include <string>
#include <vector>

namespace postern::config {

// What every later stage knows of a configuration's syntax: names, values and blocks, each with its
// place. A source (TOML now) makes it.
struct value {
    enum kind { text, boolean, integer, array, other };
    kind what = text;
    std::string written;      // text, digits, "on" or "off"; for `other` a name: "a date"
    place where = {};         // of the first byte, which for text is the quote
    bool exact = false;       // text that stands in the source as it is, one byte after `where`
    std::vector<value> items; // of an array
};

struct entry {
    std::string name;
    place where; // of the name
    value given;
};

struct block {
    std::string name; // "mail", "server"; empty for the whole file
    place where;
    bool repeated = false; // [[name]] rather than [name]
    std::vector<entry> entries;
    std::vector<block> blocks;
};

}
