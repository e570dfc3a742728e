#pragma once

namespace postern::gateway {

// For a process that needs nothing any more but the descriptors it is sent: from here on it cannot
// make sockets or connect them, execute or trace anything, open a file for writing, be read by
// another process of its user, or leave a core file. Threads yet to come are bound as well. Where
// the kernel or the machine knows no such filter, the rest holds.
void confine();

}
