#pragma once

#include <string>

namespace postern::gateway {

// The file that names the master's process id, for as long as the master lives.
class pid_file {
public:
    pid_file() = default;
    pid_file(const pid_file&) = delete;
    pid_file& operator=(const pid_file&) = delete;
    ~pid_file() { remove(); }

    // Writes the new file, then removes the old one if that had another name. Empty: none. Answers
    // nothing, or why it cannot be written; then the old one stays.
    std::string move_to(const std::string& path);
    void remove();

private:
    std::string path_;
};

}
