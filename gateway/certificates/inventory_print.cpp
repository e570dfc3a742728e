#include "config/report/source_text.hpp"
#include "gateway/certificates/inventory.hpp"
#include "gateway/observe/line.hpp"

namespace postern::gateway {
namespace {

using days = std::chrono::duration<std::int64_t, std::ratio<86400>>;

std::int64_t days_left(const certificate_facts& c) {
    return std::chrono::floor<days>(c.not_after - std::chrono::system_clock::now()).count();
}

// Without the milliseconds, which no certificate has.
std::string date_of(std::chrono::system_clock::time_point when) {
    return timestamp(when).substr(0, 19) + "Z";
}

std::string joined(const std::vector<std::string>& all, std::string_view between) {
    std::string out;
    for (auto& one : all)
        out += (out.empty() ? "" : std::string(between)) + config::visible(one);
    return out;
}

// RFC 8259 section 7. Bytes that are no UTF-8 are shown as visible() does.
std::string quoted(const std::string& text) {
    std::string out = "\"";
    for (char c : config::visible(text)) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + "\"";
}

std::string array_of(const std::vector<std::string>& all) {
    std::string out;
    for (auto& one : all)
        out += (out.empty() ? "" : ", ") + quoted(one);
    return "[" + out + "]";
}

}

std::string certificates_as_text(const std::vector<certificate_facts>& all) {
    std::string out;
    for (auto& c : all) {
        auto left = days_left(c);
        out += config::visible(c.file) + "\n";
        out += "  names:   " + joined(c.names, " ") + "\n";
        out += "  key:     " + c.key;
        if (c.key_file != c.file) out += ", in " + config::visible(c.key_file);
        out += "\n  expires: " + date_of(c.not_after) +
               (left < 0 ? ", which is over\n" : ", in " + std::to_string(left) + " days\n");
        out += "  sha256:  " + c.sha256 + "\n";
        out += "  used by: " + joined(c.servers, ", ") + "\n";
    }
    return out;
}

std::string certificates_as_json(const std::vector<certificate_facts>& all) {
    std::string out;
    for (auto& c : all) {
        out += out.empty() ? "\n  " : ",\n  ";
        out += "{\"file\": " + quoted(c.file) + ", \"key_file\": " + quoted(c.key_file);
        out += ", \"names\": " + array_of(c.names) + ", \"key\": " + quoted(c.key);
        out += ", \"not_before\": \"" + date_of(c.not_before) + "\"";
        out += ", \"not_after\": \"" + date_of(c.not_after) + "\"";
        out += ", \"days_left\": " + std::to_string(days_left(c));
        out += ", \"sha256\": \"" + c.sha256 + "\", \"servers\": " + array_of(c.servers) + "}";
    }
    return "[" + out + (out.empty() ? "]\n" : "\n]\n");
}

}
