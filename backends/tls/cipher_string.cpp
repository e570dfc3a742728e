#include "backends/tls/cipher_string.hpp"

#include "backends/tls/cipher_words.hpp"

#include <algorithm>
#include <optional>

namespace postern::tls {

namespace {

constexpr std::string_view separators = ":,; \t\r\n";

bool is_one_of(char c, std::string_view some) { return some.find(c) != some.npos; }

// Something wrong goes into a log: as much of a word as is useful, without control characters.
std::string in_quotes(std::string_view word) {
    std::string out = "\"";
    for (char c : word.substr(0, 80))
        out += (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) ? '?' : c;
    return out + (word.size() > 80 ? "...\"" : "\"");
}

class evaluation {
public:
    evaluation(std::span<const suite* const> have, bool groups) : groups_(groups) {
        for (auto* s : have)
            if (s->since != config::tls_version::tls1_3) list_.push_back({s});
    }

    cipher_list run(std::string_view text);

private:
    struct entry {
        const suite* what;
        bool active = false;
        unsigned group = 0; // 0: in none
    };
    using test = std::vector<cipher_word>;

    void item(std::string_view);
    void command(std::string_view);
    void select(char operation, std::string_view item);
    void add(std::string_view item, const test&);
    void group(std::string_view names);
    void sort_by_strength();
    std::optional<test> words(std::string_view item);
    cipher_list result();
    void complain(config::severity, std::string text, std::string hint = {});

    // Moves the entries that a test picks to the front or the end; both sides keep their order.
    template <typename Test> void gather(bool in_front, Test picks) {
        std::stable_partition(list_.begin(), list_.end(), [&](const entry& e) {
            return picks(e) == in_front;
        });
    }

    // As OpenSSL does it: what is inactive keeps an order too, since "-" puts suites where a later
    // word finds them first.
    std::vector<entry> list_;
    bool groups_;
    unsigned last_group_ = 0;
    int level_ = 1; // OpenSSL's own default: no anonymous suites, none without encryption
    std::vector<config::complaint> complaints_;
};

void evaluation::complain(config::severity level, std::string text, std::string hint) {
    if (complaints_.size() < 32)
        complaints_.push_back({level, "ssl_ciphers", std::move(text), std::move(hint)});
}

cipher_list evaluation::run(std::string_view text) {
    bool first = true;
    while (!text.empty()) {
        if (is_one_of(text[0], separators)) {
            text.remove_prefix(1);
            continue;
        }
        auto closing = text[0] == '[' ? text.find(']') : 0;
        auto end = text.find_first_of(separators, closing == text.npos ? 0 : closing);
        auto one = text.substr(0, end);
        if (first && one == "DEFAULT") {
            item("ALL");
            item("!COMPLEMENTOFDEFAULT");
            item("!eNULL");
        } else {
            item(one);
        }
        first = false;
        text.remove_prefix(one.size());
    }
    return result();
}

void evaluation::item(std::string_view text) {
    switch (text[0]) {
    case '@': return command(text);
    case '[': return group(text);
    case '-':
    case '!':
    case '+': return select(text[0], text.substr(1));
    default: return select(' ', text);
    }
}

void evaluation::command(std::string_view text) {
    if (text == "@STRENGTH") return sort_by_strength();
    constexpr std::string_view level = "@SECLEVEL=";
    if (text.size() == level.size() + 1 && text.starts_with(level)) {
        auto digit = text.back();
        if (digit >= '0' && digit <= '5') {
            level_ = digit - '0';
            return;
        }
    }
    complain(
        config::severity::error,
        "no such command " + in_quotes(text),
        "there are @STRENGTH and @SECLEVEL=0 to @SECLEVEL=5"
    );
}

// The words of "A+B+C", all of which must hold. Nothing, after a complaint, when one is not known.
std::optional<evaluation::test> evaluation::words(std::string_view item) {
    test all;
    for (;;) {
        auto plus = item.find('+');
        auto name = item.substr(0, plus);
        cipher_word word(name);
        if (name == "DEFAULT") {
            complain(config::severity::error, "DEFAULT counts only at the beginning of the list");
            return std::nullopt;
        }
        if (!word.known()) {
            // looking for a neighbour takes a millisecond: not for every word of a poem
            auto near = complaints_.size() < 4 ? nearest_cipher_word(name) : std::string();
            complain(
                config::severity::error,
                "no cipher suite or keyword " + in_quotes(name),
                near.empty() ? "" : "did you mean \"" + near + "\"?"
            );
            return std::nullopt;
        }
        all.push_back(word);
        if (plus == item.npos || all.size() == 16) return all;
        item.remove_prefix(plus + 1);
    }
}

bool matches(const std::vector<cipher_word>& all, const suite& s) {
    return std::ranges::all_of(all, [&](const cipher_word& w) { return w.matches(s); });
}

void evaluation::select(char operation, std::string_view item) {
    auto all = words(item);
    if (!all) return;
    if (operation == ' ') return add(item, *all);
    if (operation == '!') {
        std::erase_if(list_, [&](const entry& e) { return matches(*all, *e.what); });
        return;
    }
    auto picks = [&](const entry& e) { return e.active && matches(*all, *e.what); };
    if (operation == '+') return gather(false, picks);
    gather(true, picks);
    for (auto& e : list_)
        if (picks(e)) {
            e.active = false;
            e.group = 0;
        }
}

void evaluation::add(std::string_view item, const test& all) {
    if (std::ranges::any_of(all, &cipher_word::is_tls13))
        return complain(
            config::severity::warning,
            in_quotes(item) + " is a suite of TLS 1.3, which this directive does not govern",
            "leave it out: the suites of TLS 1.3 are always on"
        );
    auto any = std::ranges::any_of(list_, [&](const entry& e) { return matches(all, *e.what); });
    if (!any)
        complain(
            config::severity::warning,
            "no suite of this TLS library is selected by " + in_quotes(item)
        );
    auto picks = [&](const entry& e) { return !e.active && matches(all, *e.what); };
    gather(false, picks);
    for (auto& e : list_)
        if (picks(e)) e.active = true;
}

// BoringSSL's [A|B|C]: names that count as equals, for the client to choose among.
void evaluation::group(std::string_view text) {
    if (!groups_ || !text.ends_with(']'))
        return complain(
            config::severity::error,
            groups_ ? "no \"]\" ends the group " + in_quotes(text)
                    : "suites of equal preference are not available with this TLS library: " +
                          in_quotes(text),
            groups_ ? "" : "write the suites one after the other, with \":\" between them"
        );
    auto rest = text.substr(1, text.size() - 2);
    ++last_group_;
    for (;;) {
        auto bar = rest.find('|');
        auto name = rest.substr(0, bar);
        if (auto all = words(name)) {
            add(name, *all);
            for (auto& e : list_)
                if (e.active && e.group == 0 && matches(*all, *e.what)) e.group = last_group_;
        }
        if (bar == rest.npos) return;
        rest.remove_prefix(bar + 1);
    }
}

void evaluation::sort_by_strength() {
    auto before = [](const entry& x, const entry& y) {
        if (x.active != y.active) return y.active; // what is inactive stays in front
        return x.active && x.what->bits > y.what->bits;
    };
    // A few dozen: each moves up to its place, and what is alike stays in order.
    for (auto at = list_.begin(); at != list_.end(); ++at)
        std::rotate(std::upper_bound(list_.begin(), at, *at, before), at, std::next(at));
}

// OpenSSL's rules for each level (SSL_CTX_set_security_level), as far as suites are concerned.
bool allowed(const suite& s, int level) {
    static constexpr int least_bits[] = {0, 80, 112, 128, 192, 256};
    if (level == 0) return true;
    if (s.bits < least_bits[level] || s.au == authentication::none || s.mac == integrity::md5)
        return false;
    if (level >= 2 && s.enc == encryption::rc4) return false;
    if (level >= 3 && s.kx != key_exchange::ecdhe && s.kx != key_exchange::dhe) return false;
    return level < 4 || s.mac != integrity::sha1;
}

cipher_list evaluation::result() {
    std::vector<entry> left;
    bool any_is_too_weak = false;
    for (auto& e : list_)
        if (e.active && allowed(*e.what, level_))
            left.push_back(e);
        else
            any_is_too_weak = any_is_too_weak || e.active;
    if (left.empty())
        complain(
            config::severity::error,
            "no cipher suite is left",
            any_is_too_weak ? "the security level is " + std::to_string(level_) +
                                  "; @SECLEVEL=0 would allow anonymous suites and NULL as well"
                            : ""
        );
    cipher_list out{{}, std::move(complaints_)};
    for (std::size_t i = 0; i < left.size(); ++i) {
        bool ties = left[i].group != 0 && i + 1 < left.size() && left[i + 1].group == left[i].group;
        out.chosen.push_back({left[i].what, ties});
    }
    return out;
}

}

std::vector<std::uint16_t> cipher_list::ids() const {
    std::vector<std::uint16_t> out;
    for (auto& c : chosen)
        out.push_back(c.what->id);
    return out;
}

std::string cipher_list::names() const {
    std::string out;
    bool tied = false; // to the one before
    for (auto& c : chosen) {
        if (!out.empty()) out += tied ? '|' : ':';
        if (c.ties_with_next && !tied) out += '[';
        out += c.what->name;
        if (tied && !c.ties_with_next) out += ']';
        tied = c.ties_with_next;
    }
    return out;
}

cipher_list read_cipher_string(
    std::string_view text, std::span<const suite* const> have, bool groups
) {
    constexpr std::size_t longest = 16384;
    if (text.size() > longest) {
        cipher_list out;
        out.complaints.push_back(
            {config::severity::error, "ssl_ciphers", "longer than 16384 characters"}
        );
        return out;
    }
    return evaluation(have, groups).run(text);
}

}
