#pragma once

#include "config/report/diagnostic.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace postern::config {

// Which line gave each directive its value in each server, for complaints and for `postern dump`.
class origins {
public:
    // scope: the server's number from 0, or `process` for the top of the file.
    static constexpr std::size_t process = static_cast<std::size_t>(-1);

    void note(std::size_t scope, std::string_view directive, place);
    void note_server(std::size_t scope, place);

    // Null when the directive was not written, neither in that server nor in [mail].
    const place* find(std::size_t scope, std::string_view directive) const;
    place of_server(std::size_t scope) const;

private:
    std::map<std::pair<std::size_t, std::string>, place> places_;
    std::map<std::size_t, place> servers_;
};

}
