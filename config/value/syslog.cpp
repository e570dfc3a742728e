#include "config/value/syslog.hpp"

#include "config/report/source_text.hpp"
#include "config/report/suggest.hpp"
#include "config/value/address.hpp"
#include "config/value/texts.hpp"

#include <algorithm>
#include <set>
#include <span>
#include <vector>

namespace postern::config {

namespace {

constexpr std::string_view beginning = "syslog:";
constexpr std::size_t longest_tag = 32;   // RFC 3164 section 4.1.3
constexpr std::size_t longest_path = 107; // sun_path, with its zero

// By number (RFC 3164 section 4.1.1).
constexpr std::string_view facilities[] = {
    "kern",   "user",   "mail",     "daemon", "auth",   "intern", "lpr",    "news",
    "uucp",   "clock",  "authpriv", "ftp",    "ntp",    "audit",  "alert",  "cron",
    "local0", "local1", "local2",   "local3", "local4", "local5", "local6", "local7",
};
constexpr std::string_view severities[] = {
    "emerg", "alert", "crit", "error", "warn", "notice", "info", "debug"};

class parameters {
public:
    parameters(const word& w, syslog_use use, reading& in, syslog_collector& to)
        : w_(w), use_(use), in_(in), to_(to) {}

    bool read() {
        std::string_view left = std::string_view(w_.text).substr(beginning.size());
        for (bool more = true; more;) {
            auto end = left.find(',');
            more = end != left.npos;
            if (!take(left.substr(0, end))) return false;
            if (more) left.remove_prefix(end + 1);
        }
        if (seen_.contains("server")) return true;
        return refuse("no collector is named", "write syslog:server=192.0.2.1, or unix:/dev/log");
    }

private:
    bool refuse(const std::string& text, std::string hint) {
        return in_.refuse(w_.where, text, std::move(hint));
    }

    bool take(std::string_view one) {
        auto equals = one.find('=');
        auto name = one.substr(0, equals);
        auto given = equals == one.npos ? std::string_view() : one.substr(equals + 1);
        bool is_known =
            one == "nohostname" || (equals != one.npos && (name == "server" || name == "facility" ||
                                                           name == "severity" || name == "tag"));
        if (!is_known)
            return refuse(
                "unknown parameter " + in_quotes(one),
                "server=, facility=, " +
                    std::string(use_ == syslog_use::without_levels ? "severity=, " : "") +
                    "tag=, nohostname"
            );
        if (!seen_.insert(std::string(name)).second)
            return refuse(in_quotes(name) + " is there twice", {});
        if (name == "server") return take_server(given);
        if (name == "facility") return choose(facilities, given, "facility", to_.facility);
        if (name == "severity") return take_severity(given);
        if (name == "tag") return take_tag(given);
        to_.says_host_name = false;
        return true;
    }

    bool take_server(std::string_view given) {
        if (given.starts_with("unix:")) {
            if (!detail::read_path({std::string(given.substr(5)), w_.where}, in_, to_.path))
                return false;
            if (to_.path.size() <= longest_path) return true;
            return refuse("the socket's path is longer than 107 bytes", "write a shorter one");
        }
        if (!canonical_ipv6(given).empty())
            return refuse("an IPv6 address needs brackets", "write [" + std::string(given) + "]");
        auto parts = cut_address(given);
        if (!parts || (!parts->bracketed && !is_host_name(parts->host)))
            return refuse(
                in_quotes(given) + " is no address",
                "write server=192.0.2.1:514, server=logs.example.org or server=unix:/dev/log"
            );
        auto port = parts->has_port ? parse_port(parts->port, false) : to_.port;
        if (!port) return refuse(in_quotes(parts->port) + " is not a port", "1 to 65535");
        to_.host = parts->host;
        to_.port = *port;
        return true;
    }

    bool take_severity(std::string_view given) {
        unsigned severity = 0;
        if (!choose(severities, given, "severity", severity)) return false;
        if (use_ == syslog_use::without_levels)
            to_.severity = severity;
        else
            in_.warn(
                w_.where,
                "severity has no effect: each line has that of its level",
                "leave it out; it is for access_log"
            );
        return true;
    }

    bool take_tag(std::string_view given) {
        auto is_fit = [](char c) {
            return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                   c == '_';
        };
        if (!given.empty() && given.size() <= longest_tag && std::ranges::all_of(given, is_fit)) {
            to_.tag = given;
            return true;
        }
        return refuse(
            in_quotes(given) + " is no tag", "1 to 32 letters, digits and '_' (RFC 3164)"
        );
    }

    bool choose(
        std::span<const std::string_view> names,
        std::string_view given,
        const std::string& what,
        unsigned& to
    ) {
        auto at = std::ranges::find(names, given);
        if (at == names.end())
            return refuse(
                "unknown " + what + " " + in_quotes(given),
                did_you_mean(given, std::vector(names.begin(), names.end()))
            );
        to = static_cast<unsigned>(at - names.begin());
        return true;
    }

    const word& w_;
    syslog_use use_;
    reading& in_;
    syslog_collector& to_;
    std::set<std::string> seen_;
};

}

bool is_syslog(std::string_view text) { return text.starts_with(beginning); }

std::string syslog_syntax(syslog_use use) {
    return "syslog:server=address[:port]|unix:path[,facility=name]" +
           std::string(use == syslog_use::without_levels ? "[,severity=name]" : "") +
           "[,tag=word][,nohostname]";
}

bool read_syslog(const word& w, syslog_use use, reading& in, syslog_collector& field) {
    return parameters(w, use, in, field).read();
}

std::string write_syslog(const syslog_collector& c, const folder& base) {
    const syslog_collector usual;
    auto out = std::string(beginning) + "server=";
    if (c.host.empty())
        out += "unix:" + base.relative(c.path);
    else
        out += join_address(c.host, c.port == usual.port ? std::uint16_t{0} : c.port);
    if (c.facility != usual.facility) out += ",facility=" + std::string(facilities[c.facility]);
    if (c.severity != usual.severity) out += ",severity=" + std::string(severities[c.severity]);
    if (c.tag != usual.tag) out += ",tag=" + c.tag;
    if (!c.says_host_name) out += ",nohostname";
    return out;
}

}
