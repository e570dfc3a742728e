#include "protocols/io/line_reader.hpp"

#include "protocols/budget.hpp"

namespace postern {

task<result<std::string>> line_reader::line() {
    for (;;) {
        auto line = lines_.take_line();
        if (line) co_return std::move(*line);
        if (lines_.too_long()) co_return errc::too_long;
        auto bytes = co_await from_.read(lines_.room());
        if (!bytes) co_return bytes.error();
        lines_.add(*bytes); // before the next suspension: the bytes are only lent
        if (!spent_) continue;
        if (auto room = spent_->hold(lines_.memory()); !room) co_return room.error();
    }
}

}
