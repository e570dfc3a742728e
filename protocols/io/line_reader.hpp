#pragma once

#include "protocols/io/line_buffer.hpp"
#include "protocols/io/stream.hpp"

#include <string>

namespace postern {

// A line_buffer fed from a stream.
class line_reader {
public:
    line_reader(stream& from, std::size_t limit) : from_(from), lines_(limit) {}

    // One line without its end. errc::too_long when the limit is passed; otherwise the stream's
    // errors.
    task<result<std::string>> line();

    line_buffer& buffered() { return lines_; }

private:
    stream& from_;
    line_buffer lines_;
};

}
