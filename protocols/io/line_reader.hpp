#pragma once

#include "protocols/io/line_buffer.hpp"
#include "protocols/io/stream.hpp"

#include <string>

namespace postern {
class budget;

// A line_buffer fed from a stream.
class line_reader {
public:
    // spent: whom the memory is charged to.
    line_reader(stream& from, std::size_t limit, const budget* spent = nullptr)
        : from_(from), lines_(limit), spent_(spent) {}

    // One line without its end. errc::too_long when the limit is passed; otherwise the stream's
    // errors.
    task<result<std::string>> line();

    line_buffer& buffered() { return lines_; }

private:
    stream& from_;
    line_buffer lines_;
    const budget* spent_;
};

}
