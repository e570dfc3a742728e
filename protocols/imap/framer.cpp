#include "protocols/imap/framer.hpp"

#include "protocols/text/ascii.hpp"

#include <algorithm>
#include <utility>

namespace postern::imap {

// One line of the wire: its text, and how many bytes it took there.
struct framer::line {
    std::string text;
    std::size_t bytes;
};

struct framer::literal {
    std::size_t size;
    bool waits; // for our "+"
};

namespace {

constexpr std::size_t huge = 1'000'000'000; // any number with more digits; over every limit

std::size_t read_number(std::string_view digits) {
    std::size_t value = 0;
    for (char c : digits)
        value = std::min(huge, value * 10 + static_cast<std::size_t>(c - '0'));
    return value;
}

void append(std::string& to, std::string_view bytes) {
    if (to.capacity() - to.size() < bytes.size()) {
        // Growing by hand: a reallocation inside the string would leave the old bytes behind.
        std::string larger;
        larger.reserve(std::max(to.size() + bytes.size(), 2 * to.capacity()));
        larger = to;
        wipe(to);
        to = std::move(larger);
    }
    to += bytes;
}

secret take(std::string& text) {
    secret out(text);
    wipe(text);
    return out;
}

// RFC 3501 section 4.3: a literal is announced by "{12}" at the end of a line, or "{12+}" (RFC
// 7888). One stands at the start of an argument, so a word that merely ends in braces is no
// literal.
std::optional<std::pair<std::size_t, bool>> literal_at_end(std::string_view line) {
    if (!line.ends_with('}')) return std::nullopt;
    auto open = line.rfind('{');
    if (open == std::string_view::npos || open == 0) return std::nullopt;
    if (line[open - 1] != ' ' && line[open - 1] != '(') return std::nullopt;
    auto inside = line.substr(open + 1, line.size() - open - 2);
    bool waits = !inside.ends_with('+');
    if (!waits) inside.remove_suffix(1);
    if (inside.empty() || !std::ranges::all_of(inside, text::is_digit)) return std::nullopt;
    return std::pair(read_number(inside), waits);
}

}

void framer::add(std::string_view bytes) { append(bytes_, bytes); }

std::optional<framer::event> framer::next() {
    while (take_literal()) {
        auto part = take_line();
        if (!part) {
            if (is_too_long()) return too_long();
            return std::nullopt;
        }
        used_ += part->bytes;
        auto announced = literal_at_end(part->text);
        auto got = announced ? judge(part->text, {announced->first, announced->second})
                             : finish(part->text);
        wipe(part->text);
        if (got) return got;
    }
    return std::nullopt;
}

std::optional<framer::event> framer::next_line() {
    auto part = take_line();
    if (!part) {
        if (is_too_long()) return too_long();
        return std::nullopt;
    }
    return event{event::kind::command, take(part->text)};
}

void framer::refuse_literal() {
    wipe(command_);
    used_ = literal_left_ = 0;
}

std::size_t framer::room() const {
    auto may = limit_ - used_ + literal_left_;
    return bytes_.size() < may ? may - bytes_.size() : 1;
}

std::string framer::take_rest() {
    std::string rest(bytes_);
    clear();
    return rest;
}

void framer::clear() {
    wipe(bytes_);
    searched_ = 0;
    refuse_literal();
}

// The next line of the wire, if all of it has come and it fits.
std::optional<framer::line> framer::take_line() {
    auto end = bytes_.find('\n', searched_);
    searched_ = std::min(end, bytes_.size());
    if (end == std::string::npos || used_ + end + 1 > limit_) return std::nullopt;
    auto length = end > 0 && bytes_[end - 1] == '\r' ? end - 1 : end;
    line out{bytes_.substr(0, length), end + 1};
    drop(end + 1);
    return out;
}

// Moves what has come of a literal into the command; true when none is left to come.
bool framer::take_literal() {
    auto here = std::min(literal_left_, bytes_.size());
    append(command_, std::string_view(bytes_).substr(0, here));
    drop(here);
    literal_left_ -= here;
    return literal_left_ == 0;
}

bool framer::is_too_long() const {
    auto left = limit_ - std::min(used_, limit_);
    return bytes_.size() > left && bytes_.find('\n', searched_) >= left;
}

std::optional<framer::event> framer::finish(std::string_view last_line) {
    append(command_, last_line);
    used_ = 0;
    return event{event::kind::command, take(command_)};
}

// Decides about a literal that was announced. One that cannot fit, with the line end behind it, is
// not asked for; if it comes unasked, the end of the command is lost.
std::optional<framer::event> framer::judge(std::string_view last_line, literal announced) {
    append(command_, last_line);
    ++literals_;
    bool fits = announced.size < limit_ - used_;
    if (!fits && !announced.waits) return too_long();
    if (!fits) {
        used_ = 0;
        return event{event::kind::literal_too_long, take(command_)};
    }
    auto so_far = announced.waits ? secret(command_) : secret();
    append(command_, "\r\n");
    used_ += announced.size;
    literal_left_ = announced.size;
    if (!announced.waits) return std::nullopt;
    return event{event::kind::wants_literal, std::move(so_far)};
}

framer::event framer::too_long() {
    if (command_.empty()) append(command_, std::string_view(bytes_).substr(0, limit_));
    auto text = take(command_);
    clear();
    return {event::kind::too_long, std::move(text)};
}

void framer::drop(std::size_t bytes) {
    if (bytes == 0) return;
    auto kept = bytes_.size() - bytes;
    std::copy(bytes_.begin() + static_cast<std::ptrdiff_t>(bytes), bytes_.end(), bytes_.begin());
    std::fill(bytes_.begin() + static_cast<std::ptrdiff_t>(kept), bytes_.end(), '\0');
    bytes_.resize(kept);
    searched_ = 0;
}

}
