#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace postern {

// Bytes in, lines out, with a limit. A line ends at LF; a CR before it belongs to the end. The
// limit counts the whole line with its end. What is stored never exceeds the bytes added and not
// taken yet.
class line_buffer {
public:
    explicit line_buffer(std::size_t limit) : limit_(limit) {}
    line_buffer(const line_buffer&) = delete;
    line_buffer& operator=(const line_buffer&) = delete;
    ~line_buffer() { clear(); }

    void add(std::string_view bytes);

    // The next line without its end; nothing while it is incomplete or too long.
    std::optional<std::string> take_line();

    // True when more than the limit has come without a line end: the conversation cannot go on.
    bool too_long() const;

    // How many bytes may be added before too_long() could become true; at least 1.
    std::size_t room() const;

    std::size_t memory() const { return bytes_.capacity(); }
    bool empty() const { return at_ == bytes_.size(); }
    std::string take_rest(); // everything that is left
    void clear();            // wiped: it may hold a password

private:
    std::size_t pending() const { return bytes_.size() - at_; }
    void drop(std::size_t bytes);

    std::size_t limit_;
    std::string bytes_;
    std::size_t at_ = 0, searched_ = 0; // where the next line starts; how much of it has no LF
};

}
