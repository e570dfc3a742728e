#pragma once

#include "backends/tls/key_log.hpp"
#include "gateway/process/descriptor.hpp"

namespace postern::gateway {

// ssl_keylog_file, as a worker has it: a descriptor that the master opened. While there is none,
// what contexts of an older configuration still write is dropped.
class key_log_file final : public tls::key_log {
public:
    void use(descriptor file) { file_ = std::move(file); }
    // One write() a line, so that lines of several workers never mix.
    void write(std::string_view line) const override;

private:
    descriptor file_;
};

}
