#pragma once

namespace postern::gateway {

// Two megabytes that nobody uses until there is no other memory. Asio starts a wait when its
// coroutine is suspended already, so a wait without memory cannot be an error of its session: it
// ends the worker. The reserve is for those few bytes of the sessions inside; new ones stay outside
// while it is spent. (TLS libraries do not get any: their handshakes fail first.)
void keep_memory_reserve();

// Makes it whole again if it was spent. False when there is no memory for that.
bool memory_reserve_is_whole();

}
