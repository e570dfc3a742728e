#pragma once

#include "config/nginx/files.hpp"
#include "config/report/findings.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace postern::config {

struct nginx_word {
    std::string text;
    place where;
};

// What is written around a statement for people. An empty line of `above` stands for empty lines.
struct remarks {
    std::vector<std::string> above = {};
    std::string beside = {};
};

// `name words;` or `name words { inner }`. Statements of included files stand where the include
// stood.
struct statement {
    std::string name;
    place where;
    std::vector<nginx_word> words = {};
    bool is_block = false;
    bool hides_files = false; // what it includes was not read
    std::vector<statement> inner = {};
    remarks said = {};
    std::vector<std::string> at_end = {}; // of a block: comments behind its last statement
};

using nginx_texts = std::map<std::string, std::string>; // of files, by path

// Reads the file and all that it includes: at most 1 MiB a file, 4 MiB and 10,000 files together.
// Nothing when something is no nginx.conf; the reason is then among the findings. What stands in
// blocks that are not for mail (http, stream) is cut into words, but neither kept nor followed.
// Answers a block without a name, and the text of each file that was read, for messages.
std::optional<statement>
read_nginx(const std::string& path, const nginx_files&, findings&, nginx_texts&);

}
