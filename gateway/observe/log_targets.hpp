#pragma once

#include "config/settings/log.hpp"
#include "gateway/observe/log.hpp"
#include "gateway/process/open_log.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace postern::gateway {

// The outlets of one process. All logs that name a target share its outlet, whatever configuration
// they belong to; one that no longer counts is closed for all of them.
class log_targets {
public:
    // Closed until its file comes.
    std::shared_ptr<outlet> find(const config::log_target&);
    // A target that stands there twice is one way.
    std::vector<log::way> ways(const config::error_targets&);

    // Those that count from now on, with their files, which are borrowed. `events` hears of lines
    // that others have lost.
    void use(const open_logs&, log& events);

private:
    std::map<std::string, std::shared_ptr<outlet>> all_;
};

}
