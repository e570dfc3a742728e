#pragma once

#include "config/build/load.hpp"
#include "config/settings.hpp"

#include <optional>
#include <string>
#include <sys/types.h>

namespace postern::gateway {

// What workers become.
struct identity {
    uid_t user;
    gid_t group;

    bool operator==(const identity&) const = default;
};

// Whom the settings name. Nothing, and words about it in `why`, when there is no such user or
// group.
std::optional<identity> find_identity(const config::process_settings&, std::string& why);

// Whom workers have to become; nobody when they stay who this process is. Complaints go into
// `wrong`.
std::optional<identity> identity_for(const config::loaded&, std::vector<config::complaint>& wrong);

// Becomes that user, for good: no further groups, no way back, and no program that is executed can
// gain anything either. Answers nothing, or why not; then the process must not go on.
std::string drop_privileges(const identity&);

// For a process that has none to drop: nothing that it executes can gain any.
void forbid_new_privileges();

}
