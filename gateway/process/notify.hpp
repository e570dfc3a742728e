#pragma once

#include <string>

namespace postern::gateway {

// Tells the service manager that started us (sd_notify(3)), if one did: "READY=1", "STOPPING=1".
void notify_manager(const std::string& state);

// "RELOADING=1" with the time that the protocol wants beside it.
void notify_reloading();

}
