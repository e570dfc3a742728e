#include "config/value/log_target.hpp"

#include "config/value/syslog.hpp"
#include "config/value/texts.hpp"
#include "config/value/words.hpp"

#include <algorithm>

namespace postern::config {

namespace {

constexpr named<log_level> levels[] = {
    {"debug",  log_level::debug },
    {"info",   log_level::info  },
    {"notice", log_level::notice},
    {"warn",   log_level::warn  },
    {"error",  log_level::error },
    {"crit",   log_level::error },
    {"alert",  log_level::error },
    {"emerg",  log_level::error },
};

bool is_level(std::string_view word) {
    return std::ranges::any_of(levels, [&](auto& l) { return l.word == word; });
}

bool read_target(const word& w, syslog_use use, reading& in, log_target& field) {
    log_target fresh;
    if (is_syslog(w.text)) {
        fresh.file.clear();
        if (!read_syslog(w, use, in, fresh.collector)) return false;
    } else if (w.text != "stderr" && !detail::read_path(w, in, fresh.file)) {
        return false;
    }
    field = std::move(fresh);
    return true;
}

std::string write_target(const log_target& target, const folder& base) {
    if (target.is_syslog()) return write_syslog(target.collector, base);
    auto name = base.relative(target.file);
    bool means_more = name == "stderr" || name == "off" || name.find(':') != name.npos;
    return means_more ? target.file : name;
}

}

std::string name_of(const log_target& target) { return write_target(target, folder("")); }

std::string error_log_kind::syntax() {
    return "stderr | file | " + syslog_syntax(syslog_use::with_levels) + ", then [" +
           one_of<levels>::syntax() + "]";
}

// An array of a file and a level was one value once: it must not become two files.
bool error_log_kind::read(std::span<const word> words, reading& in, error_target& field) {
    if (words.size() == 1 && is_level(words[0].text))
        return in.refuse(
            words[0].where,
            "\"" + words[0].text + "\" is a level without a file before it",
            "write it behind the file, \"error.log " + words[0].text + "\", or \"./" +
                words[0].text + "\" if that is the file"
        );
    field.least = log_level::error;
    bool good = read_target(words[0], syslog_use::with_levels, in, field.where);
    return (words.size() == 1 || one_of<levels>::read(words.subspan(1), in, field.least)) && good;
}

std::vector<std::string> error_log_kind::write(const error_target& field, const folder& base) {
    auto level = one_of<levels>::write(field.least, base);
    return {write_target(field.where, base), level[0]};
}

std::string access_log_kind::syntax() {
    return "stderr | off | file | " + syslog_syntax(syslog_use::without_levels);
}

bool access_log_kind::read(std::span<const word> words, reading& in, log_target& field) {
    if (words[0].text != "off") return read_target(words[0], syslog_use::without_levels, in, field);
    field = {"off"};
    return true;
}

std::vector<std::string> access_log_kind::write(const log_target& field, const folder& base) {
    return {field.file == "off" ? field.file : write_target(field, base)};
}

}
