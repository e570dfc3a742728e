#pragma once

#include "backends/tls/catalog.hpp"
#include "gateway/certificates/folder_reading.hpp"
#include "gateway/certificates/units.hpp"
#include "gateway/observe/log.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace postern::gateway {

// What the log is told about files of certificates that changed.
class renewal_log {
public:
    explicit renewal_log(log& to) : events_(to) {}

    void refused(const std::string& path, const std::string& why);

    // What was in use and what is from now on; they may differ in some files or in none.
    void renewed(const renewable::pair& before, const renewable::pair& now);

    // What became of a folder; twenty changes, and how many more there are.
    void changed(const std::vector<folder_change>&, const tls::catalog&);

private:
    void changed(const folder_change&, const tls::catalog&);
    void in_use(const folder_change&, const tls::catalog_entry&);
    void staple_renewed(const config::file&, const tls::certificate&);
    void staple_refused(const std::string& path, const std::string& why);

    log& events_;
};

// The first five names; the second takes one a line.
std::string some_of(const std::vector<std::string>& names);
std::string some_of(std::string_view names);

}
