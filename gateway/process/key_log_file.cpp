#include "gateway/process/key_log_file.hpp"

#include "config/value/secret.hpp"

#include <string>
#include <unistd.h>

namespace postern::gateway {

void key_log_file::write(std::string_view line) const {
    if (!file_) return;
    std::string whole(line);
    whole += '\n';
    auto written = ::write(file_.get(), whole.data(), whole.size());
    static_cast<void>(written); // a full disk must not end sessions
    wipe(whole);
}

}
